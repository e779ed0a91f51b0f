// Workers that share one queue: first in, first out. They sleep when it is empty.
//
// A task that goes on stays with its worker as long as no other waits: the caches are warm there,
// and nobody is woken for it. The first task that a running task submits is kept for when that run
// is over, which is a quantum away at most: often the worker is free then, and what one shard hands
// to the next is handled where it lies. Only if both go on is somebody woken.
#include "sched/executor.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace souk::sched {
namespace {

class thread_executor;

/// Of the worker that this thread is.
struct own_place {
  const thread_executor* of = nullptr;
  task* kept = nullptr;
};
thread_local own_place this_worker;

class thread_executor final : public executor {
 public:
  explicit thread_executor(unsigned workers) {
    threads_.reserve(workers);
    for (unsigned i = 0; i < workers; ++i) threads_.emplace_back([this, i] { work(i); });
  }
  thread_executor(const thread_executor&) = delete;
  thread_executor& operator=(const thread_executor&) = delete;
  ~thread_executor() override {
    {
      const std::scoped_lock held{lock_};
      over_ = true;
    }
    news_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

  [[nodiscard]] unsigned workers() const noexcept override {
    return static_cast<unsigned>(threads_.capacity());
  }

  void submit(task& ready) override {
    if (this_worker.of == this && this_worker.kept == nullptr) {
      this_worker.kept = &ready;
      return;
    }
    {
      const std::scoped_lock held{lock_};
      queue_.push_back(&ready);
    }
    news_.notify_one();
  }

 private:
  void work(unsigned worker) {
    this_worker.of = this;
    std::unique_lock held{lock_};
    for (;;) {
      news_.wait(held, [this] { return over_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task* const next = queue_.front();
      queue_.pop_front();
      held.unlock();
      const bool goes_on = next->run(worker);
      held.lock();
      task* const kept = std::exchange(this_worker.kept, nullptr);
      if (kept != nullptr) queue_.push_back(kept);
      if (goes_on) queue_.push_back(next);
      if (kept != nullptr && goes_on) news_.notify_one();  // of two we can run but one
    }
  }

  std::mutex lock_;  // guards what follows
  std::condition_variable news_;
  std::deque<task*> queue_;
  bool over_ = false;
  std::vector<std::thread> threads_;  // last: its threads use all the others
};

}  // namespace

std::unique_ptr<executor> make_thread_executor(unsigned workers) {
  return std::make_unique<thread_executor>(workers);
}

}  // namespace souk::sched
