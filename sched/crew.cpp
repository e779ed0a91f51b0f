#include "sched/crew.hpp"

#include <chrono>
#include <numeric>
#include <utility>

namespace souk::sched {
namespace {

using clock = std::chrono::steady_clock;

/// How long a worker is hungry: about what it costs to call one that is parked.
constexpr auto patience = std::chrono::microseconds{20};
/// How long a thread stays, if there is always something to do; and the runs between two looks at
/// the clock.
constexpr auto stay = std::chrono::milliseconds{10};
constexpr unsigned runs_at_a_time = 16;

/// What a thread in crew::work() is.
struct place {
  const crew* of = nullptr;
  task* kept = nullptr;
};
thread_local constinit place here;

}  // namespace

crew::crew(unsigned workers) : workers_{workers}, parked_(workers) {
  std::iota(parked_.rbegin(), parked_.rend(), 0U);
}

void crew::submit(task& ready) {
  if (here.of == this && here.kept == nullptr) {
    here.kept = &ready;
    return;
  }
  std::unique_lock held{lock_};
  put(ready);
  const auto called = whom_to_call();
  held.unlock();
  if (called) call(*called);
}

bool crew::work(unsigned worker) {
  // Code of the program that runs in a task may use this thread for another worker's work.
  const place outer = std::exchange(here, {.of = this});
  const auto until = clock::now() + stay;
  task* next = take_first(worker);
  for (unsigned runs = 1; next != nullptr; ++runs) {
    const bool goes_on = next->run(worker);
    next = take_next(worker, goes_on ? next : nullptr);
    if (next != nullptr && runs % runs_at_a_time == 0 && clock::now() > until) {
      const std::scoped_lock held{lock_};
      put(*next);
      break;
    }
  }
  here = outer;
  return next != nullptr;
}

void crew::await_parked() {
  std::unique_lock held{lock_};
  all_parked_.wait(held, [this] { return parked_.size() == workers_; });
}

task* crew::take_first(unsigned worker) {
  std::unique_lock held{lock_};
  return take_or_park(held, worker);
}

/// After a run of a task, which goes on, or not (null).
task* crew::take_next(unsigned worker, task* going_on) {
  task* const kept = std::exchange(here.kept, nullptr);
  // relaxed: a hint. What we do not see yet waits for one run more, or has somebody called for it.
  if ((kept == nullptr) != (going_on == nullptr) && waiting_.load(std::memory_order_relaxed) == 0)
    return kept != nullptr ? kept : going_on;

  std::unique_lock held{lock_};
  if (kept != nullptr) put(*kept);
  if (going_on != nullptr) put(*going_on);
  if (kept == nullptr || going_on == nullptr) return take_or_park(held, worker);
  task& next = take();
  const auto called = whom_to_call();  // of two we can run but one
  held.unlock();
  if (called) call(*called);
  return &next;
}

/// Null: the worker is parked (C1, C2).
task* crew::take_or_park(std::unique_lock<std::mutex>& held, unsigned worker) {
  if (queue_.empty()) look_out(held);
  if (!queue_.empty()) return &take();
  parked_.push_back(worker);
  // Under the lock: who waits for it ends us after we have let go of it.
  if (parked_.size() == workers_) all_parked_.notify_all();
  return nullptr;
}

/// One worker at a time is hungry, and only while another is at work.
void crew::look_out(std::unique_lock<std::mutex>& held) {
  if (hungry_ > 0 || parked_.size() + 1 == workers_) return;
  ++hungry_;
  held.unlock();
  const auto until = clock::now() + patience;
  // relaxed: a hint, looked at again under the lock.
  while (waiting_.load(std::memory_order_relaxed) == 0 && clock::now() < until) {
  }
  held.lock();
  --hungry_;
}

// Pre: the lock is held.

void crew::put(task& ready) {
  queue_.push_back(&ready);
  waiting_.store(queue_.size(), std::memory_order_relaxed);  // relaxed: a hint
}

task& crew::take() {
  task& first = *queue_.front();
  queue_.pop_front();
  waiting_.store(queue_.size(), std::memory_order_relaxed);  // relaxed: a hint
  return first;
}

/// For a task that has come to wait.
std::optional<unsigned> crew::whom_to_call() {
  if (queue_.size() <= hungry_ || parked_.empty()) return std::nullopt;
  const unsigned last = parked_.back();
  parked_.pop_back();
  return last;
}

}  // namespace souk::sched
