// A lock held for tens of nanoseconds.
#pragma once

#include "sched/atomic.hpp"
#include "sched/hooks.hpp"

#include <thread>

namespace souk::sched {

/// Waits a little longer each time it is called.
class backoff {
 public:
  void pause() noexcept {
    if constexpr (hooks::enabled) return hooks::wait();
    // With more workers than cores the holder may be waiting for this core.
    if (++turns_ > spins) std::this_thread::yield();
  }

 private:
  static constexpr unsigned spins = 64;
  unsigned turns_ = 0;
};

class spin_lock {
 public:
  void lock() noexcept {
    hooks::step();
    // acquire <- unlock: what the last holder did.
    for (backoff wait; held_.exchange(true, std::memory_order_acquire);) wait.pause();
  }
  [[nodiscard]] bool try_lock() noexcept {
    hooks::step();
    return !held_.exchange(true, std::memory_order_acquire);  // <- unlock, as above
  }
  void unlock() noexcept {
    held_.store(false, std::memory_order_release);  // -> lock
    hooks::step();
  }

 private:
  atomic<bool> held_{false};
};

}  // namespace souk::sched
