// Where others ask a VM that one thread at a time runs.
//
// While the VM runs, what is asked waits until the thread that runs it looks up, between two
// rounds; else the one who asks answers it himself, and who wants to run the VM waits for that.
//
// Threads    knock(): any. The rest: the thread that runs the VM.
// W1  `is_run_` is true while a stay lives, and only then does anything wait: a stay answers what
//     waits before it ends, under the same lock.
#pragma once

#include "vm/reflection/survey.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace souk {

class doorway {
 public:
  /// `answer` is called by one thread at a time, while no other runs the VM.
  explicit doorway(std::function<void(const inquiry&)> answer) : answer_{std::move(answer)} {}

  void knock(const inquiry& what) {
    const std::scoped_lock held{lock_};
    if (!is_run_) return answer_(what);
    waiting_.push_back(what);
    is_wanted_.store(true, std::memory_order_relaxed);  // relaxed: a hint to take the lock
  }
  void look_up() {
    if (!is_wanted_.load(std::memory_order_relaxed)) return;  // relaxed: a hint
    const std::scoped_lock held{lock_};
    answer_all();
  }

  /// While it lives the VM is run. None lives inside another.
  class stay {
   public:
    explicit stay(doorway* at) : at_{at} {
      if (at_ == nullptr) return;
      const std::scoped_lock held{at_->lock_};
      at_->is_run_ = true;
    }
    ~stay() {
      if (at_ == nullptr) return;
      const std::scoped_lock held{at_->lock_};
      at_->answer_all();
      at_->is_run_ = false;
    }
    stay(const stay&) = delete;
    stay& operator=(const stay&) = delete;

   private:
    doorway* at_;
  };

 private:
  void answer_all() {
    for (const inquiry& one : std::exchange(waiting_, {})) answer_(one);
    is_wanted_.store(false, std::memory_order_relaxed);  // relaxed: under the lock
  }

  std::function<void(const inquiry&)> answer_;
  std::mutex lock_;  // guards what follows; held while what is asked is answered
  bool is_run_ = false;
  std::vector<inquiry> waiting_;
  std::atomic<bool> is_wanted_{false};
};

}  // namespace souk
