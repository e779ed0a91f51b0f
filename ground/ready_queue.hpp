// What the thread of the ground VM waits for: sources that have called `ready`, and what it is
// told besides.
//
// Threads    push(): any.  wait(), poll(): the ground VM's.
// Ownership  Shared with the callbacks, which may come after the ground VM has gone.
// Q1  A push() that happened before wait() began is not waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace souk::ground {

/// Names one request of one source, so that a late call for an older one is known as such; or the
/// receipt for one value; or one of those here.
using ticket = std::uint64_t;
inline constexpr ticket signal_ticket = 0;
/// Processes of the VM came to ask for something else, or it is idle, or lets something escape.
inline constexpr ticket news_ticket = 1;
/// The round of a parallel VM is over.
inline constexpr ticket round_ticket = 2;
inline constexpr ticket first_free_ticket = 3;

class ready_queue {
 public:
  void push(ticket t) {
    {
      const std::scoped_lock held{lock_};
      ready_.push_back(t);
    }
    came_.notify_one();
  }
  /// All that is ready; waits until something is.
  [[nodiscard]] std::vector<ticket> wait() {
    std::unique_lock held{lock_};
    came_.wait(held, [this] { return !ready_.empty(); });
    return std::exchange(ready_, {});
  }
  /// The same, but nothing after `until`.
  [[nodiscard]] std::vector<ticket> wait_until(std::chrono::steady_clock::time_point until) {
    std::unique_lock held{lock_};
    came_.wait_until(held, until, [this] { return !ready_.empty(); });
    return std::exchange(ready_, {});
  }
  [[nodiscard]] bool empty() const {
    const std::scoped_lock held{lock_};
    return ready_.empty();
  }
  /// All that is ready now.
  [[nodiscard]] std::vector<ticket> poll() {
    const std::scoped_lock held{lock_};
    return std::exchange(ready_, {});
  }

 private:
  mutable std::mutex lock_;  // guards ready_
  std::condition_variable came_;
  std::vector<ticket> ready_;
};

}  // namespace souk::ground
