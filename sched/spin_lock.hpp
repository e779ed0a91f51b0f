// A lock held for tens of nanoseconds.
#pragma once

#include <atomic>
#include <thread>

namespace souk::sched {

/// Waits a little longer each time it is called.
class backoff {
 public:
  void pause() noexcept {
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
    // acquire <- unlock: what the last holder did.
    for (backoff wait; held_.exchange(true, std::memory_order_acquire);) wait.pause();
  }
  void unlock() noexcept { held_.store(false, std::memory_order_release); }  // -> lock

 private:
  std::atomic<bool> held_{false};
};

}  // namespace souk::sched
