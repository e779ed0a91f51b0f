#include <souk/detail/ledger.hpp>

namespace souk::detail {

constinit thread_local ledger this_thread{};

namespace {

// What a thread holds back goes to the heap when it ends; what is freed after that, at once.
struct at_thread_end {
  at_thread_end() = default;
  at_thread_end(const at_thread_end&) = delete;
  at_thread_end& operator=(const at_thread_end&) = delete;
  ~at_thread_end() {
    for (std::size_t list = 0; list < this_thread.lists.size(); ++list) {
      while (free_block* const first = this_thread.lists.at(list)) {
        this_thread.lists.at(list) = first->next;
        this_thread.give_back_to_heap(first, list * ledger::step);
      }
      this_thread.room.at(list) = 0;
    }
    this_thread.now = ledger::phase::ended;
  }
};

}  // namespace

void ledger::give_back_to_full(std::size_t list, void* memory) noexcept {
  give_back_to_heap(memory, list * step);
  if (now == phase::fresh) {
    static thread_local const at_thread_end cleaner;
    now = phase::running;
    for (std::size_t i = 0; i < room.size(); ++i) room.at(i) = most_in(i);
    return;
  }
  if (now == phase::ended) return;
  for (; room.at(list) < most_in(list) / 2; ++room.at(list)) {
    free_block* const first = lists.at(list);
    lists.at(list) = first->next;
    give_back_to_heap(first, list * step);
  }
}

}  // namespace souk::detail
