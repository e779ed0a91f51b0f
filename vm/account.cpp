#include <souk/detail/account.hpp>

#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace souk::detail {

// Where accounts live: chunks that never move, so that by_id() takes no lock.
struct account_registry {
  static constexpr std::size_t chunk_size = 4096;
  static constexpr std::size_t max_chunks = 4096;
  using chunk = std::array<account*, chunk_size>;

  // release -> by_id: the chunk and the account in it.
  std::array<std::atomic<chunk*>, max_chunks> chunks{};
  std::mutex lock;                     // guards what follows
  std::vector<account::id_type> free;  // ids to use again
  account::id_type next = 0;

  static account_registry& the() {
    // Never destroyed: terms in static variables give back memory after main.
    static account_registry& registry = *new account_registry;
    return registry;
  }

  account& open() {
    const std::scoped_lock held{lock};
    if (free.empty()) add_chunk();
    const account::id_type id = free.back();
    auto fresh = std::unique_ptr<account, void (*)(account*)>{new account{id}, destroy};
    // relaxed: chunks are written under the lock that we hold.
    (*chunks.at(id / chunk_size).load(std::memory_order_relaxed)).at(id % chunk_size) = fresh.get();
    free.pop_back();
    return *fresh.release();
  }

  void forget(account& gone) noexcept {
    const std::scoped_lock held{lock};
    free.push_back(gone.id());  // has room: add_chunk() reserved it
    destroy(&gone);
  }

  account& by_id(account::id_type id) noexcept {
    // acquire <- add_chunk: the chunk. The account in it is older than the memory that names it.
    chunk& c = *chunks[id / chunk_size].load(std::memory_order_acquire);
    return *c[id % chunk_size];
  }

 private:
  static void destroy(account* a) { delete a; }

  void add_chunk() {
    const std::size_t index = next / chunk_size;
    if (index == max_chunks) throw std::bad_alloc{};
    auto fresh = std::make_unique<chunk>();
    free.reserve(std::size_t{next} + chunk_size);
    for (std::size_t i = chunk_size; i > 0; --i) {
      free.push_back(next + static_cast<account::id_type>(i) - 1);
    }
    next += chunk_size;
    chunks.at(index).store(fresh.release(), std::memory_order_release);  // -> by_id
  }
};

account& account::open() { return account_registry::the().open(); }

void account::close() noexcept {
  // acq_rel: with the last credit(), whoever comes second sees all that the other did.
  if (live_.fetch_or(closed, std::memory_order_acq_rel) == 0) account_registry::the().forget(*this);
}

account& account::of_the_program() noexcept {
  static account& program = open();
  return program;
}

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
        ::operator delete(first);
      }
      this_thread.room.at(list) = 0;
    }
    this_thread.now = ledger::phase::ended;
  }
};

}  // namespace

void ledger::give_back_to_full(std::size_t list, void* memory) noexcept {
  ::operator delete(memory);
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
    ::operator delete(first);
  }
}

void account::write_down() noexcept {
  const std::int64_t charged = std::exchange(this_thread.charged, 0);
  if (charged == 0) return;
  // acq_rel: as credit(). The account of an open scope is not closed, so it cannot end here.
  this_thread.current->live_.fetch_add(static_cast<std::uint64_t>(charged),
                                       std::memory_order_acq_rel);
}

account& account::by_id(id_type id) noexcept { return account_registry::the().by_id(id); }

void account::charge_shared(std::size_t size) noexcept {
  live_.fetch_add(size,
                  std::memory_order_relaxed);  // relaxed: see live_bytes(); credit() orders the end
}

void account::credit(std::size_t size) noexcept {
  // release -> the last credit() or close(), which acquires: it deletes the account.
  if (live_.fetch_sub(size, std::memory_order_acq_rel) - size == closed) {
    account_registry::the().forget(*this);
  }
}

void* account::do_allocate(std::size_t size, std::size_t alignment) {
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return take(size);
  void* const memory = ::operator new(size, std::align_val_t{alignment});
  charge(size);
  return memory;
}

void account::do_deallocate(void* memory, std::size_t size, std::size_t alignment) {
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return give_back(memory, size);
  ::operator delete(memory, std::align_val_t{alignment});
  if (this_thread.current_id == id_) {
    this_thread.charged -= static_cast<std::int64_t>(size);
  } else {
    credit(size);
  }
}

}  // namespace souk::detail
