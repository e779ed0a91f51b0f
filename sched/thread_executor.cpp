// Workers that share one queue: first in, first out. They sleep when it is empty.
//
// A task that goes on stays with its worker as long as no other waits: the caches are warm there,
// and nobody is woken for it.
#include "sched/executor.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace souk::sched {
namespace {

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
    {
      const std::scoped_lock held{lock_};
      queue_.push_back(&ready);
    }
    news_.notify_one();
  }

 private:
  void work(unsigned worker) {
    std::unique_lock held{lock_};
    for (;;) {
      news_.wait(held, [this] { return over_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task* const next = queue_.front();
      queue_.pop_front();
      held.unlock();
      const bool goes_on = next->run(worker);
      held.lock();
      if (goes_on) queue_.push_back(next);  // and we are there for it
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
