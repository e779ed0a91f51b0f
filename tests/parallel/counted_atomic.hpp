// Atomics that count what they cost, in the place of std::atomic (sched/atomic.hpp): what is read
// costs little while nobody writes it, and each write takes a cache line from those who read it.
#pragma once

#include <atomic>
#include <cstdint>

namespace souk::testing {

/// What this thread has done to the atomics of sched/ and vm/parallel.
struct tally {
  std::uint64_t changes = 0;  ///< read-modify-writes
  std::uint64_t stores = 0;

  friend tally operator-(const tally& a, const tally& b) noexcept {
    return {a.changes - b.changes, a.stores - b.stores};
  }
};
inline thread_local tally done_to_atomics;

}  // namespace souk::testing

namespace souk::sched {

template <class T>
class atomic : public std::atomic<T> {
 public:
  using std::atomic<T>::atomic;
  using order = std::memory_order;

  void store(T value, order how) noexcept {
    ++testing::done_to_atomics.stores;
    std::atomic<T>::store(value, how);
  }
  T exchange(T value, order how) noexcept { return counted().exchange(value, how); }
  T fetch_add(T value, order how) noexcept { return counted().fetch_add(value, how); }
  T fetch_sub(T value, order how) noexcept { return counted().fetch_sub(value, how); }
  T fetch_or(T value, order how) noexcept { return counted().fetch_or(value, how); }
  T fetch_and(T value, order how) noexcept { return counted().fetch_and(value, how); }
  bool compare_exchange_strong(T& expected, T value, order how) noexcept {
    return counted().compare_exchange_strong(expected, value, how);
  }

 private:
  std::atomic<T>& counted() noexcept {
    ++testing::done_to_atomics.changes;
    return *this;
  }
};

// One thread at a time: each sees what was done before.
inline void light_fence() noexcept {}
inline void heavy_fence() noexcept {}

}  // namespace souk::sched
