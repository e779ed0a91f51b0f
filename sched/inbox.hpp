// Where other shards leave what is for this one: a lock and a queue whose state is one word.
//
// Threads    lock(), push(), unlock(): any. take(): whoever holds the lock. is_idle(): any, but it
//            says something lasting only to the owner of the shard.
// I1  The word is 0 exactly when the inbox is unlocked, empty, and its shard not parked: one load
//     sees all three.
// I2  The queue is touched only by who holds the lock.
// I3  A parked shard with something in its inbox is woken by exactly one of those who unlock.
// Source: the commit protocol, which names the orders: the load of the word and the lock are
// seq_cst, since two shards that lock each other's inbox and then look at their own word must not
// both find it 0 (Dekker).
#pragma once

#include "sched/atomic.hpp"
#include "sched/hooks.hpp"
#include "sched/spin_lock.hpp"

#include <souk/detail/account_allocator.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace souk::sched {

template <class Entry, class Allocator = detail::account_allocator<Entry>>
class inbox {
 public:
  using queue = std::vector<Entry, Allocator>;

  [[nodiscard]] bool is_idle() const noexcept {
    hooks::step();
    const std::uint32_t word = word_.load(std::memory_order_seq_cst);  // seq_cst: see above
    return word == 0 || (hooks::broken(hooks::mutant::word_means_filled) && word == locked);
  }

  /// Whether it waits for work, at this moment.
  [[nodiscard]] bool is_parked() const noexcept {
    return word_.load(std::memory_order_relaxed) == parked;  // relaxed: a hint
  }

  void lock() noexcept {
    hooks::step();
    // seq_cst: see above; and acquire <- unlock.
    for (backoff wait; (word_.fetch_or(locked, std::memory_order_seq_cst) & locked) != 0;) {
      while ((word_.load(std::memory_order_relaxed) & locked) != 0) wait.pause();  // then try again
    }
  }

  /// True: the shard was parked, and the caller must see that it runs (I3).
  [[nodiscard]] bool unlock() noexcept {
    // relaxed: nobody else changes the word while it is locked, but for the lock bit itself.
    const bool was_parked = (word_.load(std::memory_order_relaxed) & parked) != 0;
    const bool wake = was_parked && !entries_.empty();
    std::uint32_t next = entries_.empty() ? 0 : filled;
    if (was_parked && !wake) next |= parked;
    word_.store(next, std::memory_order_release);  // -> lock
    hooks::step();
    return wake;
  }
  /// Unlocks, and says that the shard runs no more until it is woken. Pre: locked, and empty.
  void unlock_and_park() noexcept { word_.store(parked, std::memory_order_release); }  // -> lock

  // Pre for all: locked.
  void push(Entry one) { entries_.push_back(std::move(one)); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Hands over the entries, and keeps the emptied `room` for those to come.
  void take(queue& room) noexcept { std::swap(entries_, room); }

 private:
  static constexpr std::uint32_t locked = 1;
  static constexpr std::uint32_t filled = 2;
  static constexpr std::uint32_t parked = 4;

  atomic<std::uint32_t> word_{parked};
  queue entries_;
};

}  // namespace souk::sched
