#include "vm/account_registry.hpp"

#include "vm/reflection/vm_owner.hpp"
#include "vm/resources.hpp"

#include <algorithm>
#include <memory>
#include <new>

namespace souk::detail {

account_registry& account_registry::the() {
  // Never destroyed: terms in static variables give back memory after main.
  static account_registry& registry = *new account_registry;
  return registry;
}

account& account_registry::open(account* around) {
  const std::scoped_lock held{tree};
  bury_ended();
  if (free_.empty()) add_chunk();
  const account::id_type id = free_.back();
  auto* const fresh = new account{id, around};
  free_.pop_back();
  // relaxed: chunks are written under the lock that we hold.
  (*chunks_.at(id / chunk_size).load(std::memory_order_relaxed)).at(id % chunk_size) = fresh;
  ++accounts;
  if (around != nullptr) {
    around->hold();
    fresh->next_ = around->inside_;
    if (fresh->next_ != nullptr) fresh->next_->before_ = fresh;
    around->inside_ = fresh;
    // relaxed: written under the lock.
    fresh->limited_.store(around->limited_.load(std::memory_order_relaxed),
                          std::memory_order_relaxed);
    fresh->guarded_.store(around->guarded_.load(std::memory_order_relaxed),
                          std::memory_order_relaxed);
  }
  return *fresh;
}

void account_registry::end(account& gone) noexcept {
  // relaxed: checked by the exchange. release -> bury_ended(): all that was done with it.
  gone.next_exceeded_ = ended_.load(std::memory_order_relaxed);
  while (!ended_.compare_exchange_weak(gone.next_exceeded_, &gone, std::memory_order_release,
                                       std::memory_order_relaxed)) {
  }
  bury_ended();
}

void account_registry::bury_ended() noexcept {
  while (ended_.load(std::memory_order_relaxed) != nullptr) {  // relaxed: a hint
    const std::unique_lock held{tree, std::try_to_lock};
    if (!held) return;
    account* next = ended_.exchange(nullptr, std::memory_order_acquire);  // <- end()
    while (account* const gone = next) {
      next = gone->next_exceeded_;
      account* const around = gone->around_;
      forget(*gone);
      if (around != nullptr) around->let_go();
    }
  }
}

void account_registry::forget(account& gone) noexcept {
  free_.push_back(gone.id());  // has room: add_chunk() reserved it
  --accounts;
  if (gone.before_ != nullptr) {
    gone.before_->next_ = gone.next_;
  } else if (gone.around_ != nullptr) {
    gone.around_->inside_ = gone.next_;
  }
  if (gone.next_ != nullptr) gone.next_->before_ = gone.before_;
  delete &gone;
}

account& account_registry::by_id(account::id_type id) noexcept {
  // acquire <- add_chunk: the chunk. The account in it is older than the memory that names it.
  chunk& c = *chunks_[id / chunk_size].load(std::memory_order_acquire);
  return *c[id % chunk_size];
}

// An owner ends what is inside it.
void account_registry::shut_down_below(account& top, const term& why) noexcept {
  if (top.owner_ != nullptr) return top.owner_->shut_down(why);
  for (account* a = top.inside_; a != nullptr; a = a->next_) shut_down_below(*a, why);
}

void account_registry::mark_limited_below(account& top) noexcept {
  each_below(top, [](account& a) {
    a.limited_.store(true, std::memory_order_relaxed);  // relaxed: a matter of time
  });
}

std::vector<custodian_view> account_registry::list() {
  std::vector<custodian_view> all;
  const std::scoped_lock held{tree};
  // The total of each is the sum of those inside, as they stand behind it.
  const auto add = [&](const auto& self, account& a) -> std::uint64_t {
    const std::size_t place = all.size();
    custodian_view& one = all.emplace_back();
    one.id = a.id();
    if (a.around_ != nullptr) one.around = a.around_->id();
    if (const auto* const of = dynamic_cast<const vm_owner*>(a.owner_); of != nullptr)
      one.vm = of->id();
    one.own_bytes = a.live_bytes();
    one.open_resources = a.open_ == nullptr ? 0 : a.open_->all.size();
    // relaxed, here and below: figures.
    const std::uint64_t limit = a.limit_.load(std::memory_order_relaxed);
    if (limit != account::no_limit) one.limit_bytes = limit;
    std::uint64_t total = one.own_bytes;
    for (account* inside = a.inside_; inside != nullptr; inside = inside->next_)
      total += self(self, *inside);
    all[place].total_bytes = total;
    all[place].peak_bytes = std::max(total, a.peak_.load(std::memory_order_relaxed));
    return total;
  };
  (void)add(add, account::of_the_program());
  return all;
}

void account_registry::add_chunk() {
  const std::size_t index = next_ / chunk_size;
  if (index == max_chunks) throw std::bad_alloc{};
  auto fresh = std::make_unique<chunk>();
  free_.reserve(std::size_t{next_} + chunk_size);
  for (std::size_t i = chunk_size; i > 0; --i) {
    free_.push_back(next_ + static_cast<account::id_type>(i) - 1);
  }
  next_ += chunk_size;
  chunks_.at(index).store(fresh.release(), std::memory_order_release);  // -> by_id
}

}  // namespace souk::detail
