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
/// Between two looks of the watch: a handler is taken from after one to two of them. And looks at
/// nobody before it sleeps.
constexpr auto tick = std::chrono::milliseconds{3};
constexpr unsigned last_look = 25;

/// What a thread in crew::work() is.
struct presence {
  const crew* of = nullptr;
  atomic<task*>* kept = nullptr;
};
thread_local constinit presence here;

}  // namespace

crew::crew(unsigned workers)
    : workers_{workers},
      takes_over_{workers > 1 && prepare_heavy_fence()},
      places_{std::make_unique<place[]>(workers)},  // NOLINT(*-c-arrays)
      parked_(workers) {
  std::iota(parked_.rbegin(), parked_.rend(), 0U);
  if (workers > 1) watch_ = std::thread{[this] { watch(); }};
}

crew::~crew() { end_watch(); }

void crew::submit(task& ready) {
  // relaxed: only we put something there; if somebody takes it, we see it next time.
  if (here.of == this && here.kept->load(std::memory_order_relaxed) == nullptr) {
    here.kept->store(&ready, std::memory_order_release);  // -> look_at_runs
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
  place& own = places_[worker];
  const presence outer = std::exchange(here, {.of = this, .kept = &own.kept});
  const auto until = clock::now() + stay;
  task* next = take_first(worker);
  for (unsigned runs = 1; next != nullptr; ++runs) {
    // relaxed: the watch only wants to know whether it changes. Nobody else writes it.
    own.runs.store(own.runs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    own.running.store(next, std::memory_order_relaxed);  // relaxed: U2
    const bool goes_on = next->run(worker, own.shown);
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

void crew::finish() {
  {
    std::unique_lock held{lock_};
    all_parked_.wait(held, [this] { return all_parked(); });
  }
  end_watch();
}

task* crew::take_first(unsigned worker) {
  std::unique_lock held{lock_};
  return take_or_park(held, worker);
}

/// After a run of a task, which goes on, or not (null).
task* crew::take_next(unsigned worker, task* going_on) {
  atomic<task*>& place_of_kept = places_[worker].kept;
  // relaxed: only we put something there.   acquire: of what we put there ourselves, or nothing.
  task* const kept = place_of_kept.load(std::memory_order_relaxed) == nullptr
                         ? nullptr
                         : place_of_kept.exchange(nullptr, std::memory_order_relaxed);
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
  if (all_parked()) all_parked_.notify_all();
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
  if (watch_sleeps_) news_for_watch_.notify_one();
  const unsigned last = parked_.back();
  parked_.pop_back();
  return last;
}

// The watch.

void crew::watch() {
  std::unique_lock held{lock_};
  for (unsigned looks = 0; !is_over_;) {
    looks = all_parked() ? looks + 1 : 0;
    if (looks < last_look) {
      news_for_watch_.wait_for(held, tick, [this] { return is_over_; });
    } else {
      watch_sleeps_ = true;
      news_for_watch_.wait(held, [this] { return is_over_ || !all_parked(); });
      watch_sleeps_ = false;
    }
    look_at_runs(held);
  }
}

void crew::look_at_runs(std::unique_lock<std::mutex>& held) {
  for (unsigned i = 0; i < workers_; ++i) {
    place& one = places_[i];
    const std::uint32_t runs = one.runs.load(std::memory_order_relaxed);  // relaxed: see work()
    const bool is_long = std::exchange(one.runs_seen, runs) == runs;
    // acquire <- submit
    task* const kept = is_long ? one.kept.exchange(nullptr, std::memory_order_acquire) : nullptr;
    if (kept != nullptr) put(*kept);
    const bool has_lasted = takes_over_ && one.shown.has_lasted(is_long && anyone_free());
    const bool taken = has_lasted && anyone_free() && take_over(one);
    for (unsigned come = (kept != nullptr ? 1 : 0) + (taken ? 1 : 0); come > 0; --come) {
      const auto called = whom_to_call();
      if (!called) break;
      held.unlock();
      call(*called);
      held.lock();
    }
  }
}

bool crew::take_over(place& from) {
  return from.shown.take([&](const void* whose) {
    // relaxed: it was written before the user code began, which take() has acquired; and the next
    // one is written after the worker has come back.
    task& all = *from.running.load(std::memory_order_relaxed);
    if (!all.take_over(whose)) return false;
    put(all);
    return true;
  });
}

void crew::end_watch() {
  if (!watch_.joinable()) return;
  {
    const std::scoped_lock held{lock_};
    is_over_ = true;
  }
  news_for_watch_.notify_one();
  watch_.join();
}

}  // namespace souk::sched
