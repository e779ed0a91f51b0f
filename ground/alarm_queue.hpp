// All alarms of a loop that somebody waits for, by deadline, on one timer of the kernel.
//
// The timer is a timerfd with an absolute time of the wall clock: the kernel moves it along when
// that clock is set, so an alarm is due when the clock shows its deadline, whatever happened
// between.
//
// Threads    add(), remove(), stopped(): any. open(), close(), and firing: the loop thread.
// A1  The timer goes off no later than the earliest deadline in the queue. (It may go off for one
//     that was removed: nothing is due then, and it is set anew.)
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "ground/descriptor.hpp"
#include "ground/handle.hpp"

namespace souk::ground {

class alarm_queue {
 public:
  /// Where a waiting request is; ordered by deadline, equal ones by age. 0: nowhere.
  using key = std::pair<double, std::uint64_t>;

  alarm_queue() = default;
  alarm_queue(const alarm_queue&) = delete;
  alarm_queue& operator=(const alarm_queue&) = delete;

  /// Throws std::system_error if there is no descriptor for the timer.
  void open(uv_loop_t* loop);
  /// The loop has ended: calls all who wait.
  void close();

  /// Calls `ready` at `deadline_ms`: from here if it has passed or the queue is closed. Returns
  /// where it waits, {_, 0} if it was called. Pre: not NaN.
  key add(double deadline_ms, std::function<void()> ready);
  /// Forgets a request; nothing if it was called already.
  void remove(key where);
  [[nodiscard]] bool stopped() const;

 private:
  void fire();
  void set_timer();  // A1. Pre: mutex_ is held

  mutable std::mutex mutex_;  // guards all but poll_
  std::map<key, std::function<void()>> waiting_;
  std::uint64_t last_id_ = 0;
  double set_to_ = std::numeric_limits<double>::infinity();
  descriptor timer_;
  bool closed_ = false;
  handle<uv_poll_t> poll_;  // the loop thread's
};

}  // namespace souk::ground
