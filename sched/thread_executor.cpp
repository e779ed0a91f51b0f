// Threads of its own, one for each worker. A parked worker's thread sleeps until it is called.
#include "sched/crew.hpp"

#include <deque>
#include <semaphore>
#include <thread>

namespace souk::sched {
namespace {

class thread_executor final : public crew {
 public:
  explicit thread_executor(unsigned workers) : crew{workers}, seats_(workers) {
    for (unsigned i = 0; i < workers; ++i) {
      seats_[i].thread = std::thread{[this, i] { serve(i); }};
    }
  }
  thread_executor(const thread_executor&) = delete;
  thread_executor& operator=(const thread_executor&) = delete;
  ~thread_executor() override {
    finish();
    over_ = true;
    for (seat& one : seats_) one.called.release();
    for (seat& one : seats_) one.thread.join();
  }

 private:
  struct seat {
    std::binary_semaphore called{0};
    std::thread thread;
  };

  void call(unsigned worker) override { seats_[worker].called.release(); }

  void serve(unsigned worker) {
    for (;;) {
      seats_[worker].called.acquire();
      if (over_) return;
      while (work(worker)) {
      }
    }
  }

  bool over_ = false;       // written before the last call of each
  std::deque<seat> seats_;  // last: its threads use all the others
};

}  // namespace

std::unique_ptr<executor> make_thread_executor(unsigned workers) {
  return std::make_unique<thread_executor>(workers);
}

}  // namespace souk::sched
