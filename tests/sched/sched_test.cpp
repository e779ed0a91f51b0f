// The scheduler's parts, each alone: inbox, quiescence, executor.
#include "sched/executor.hpp"
#include "sched/inbox.hpp"
#include "sched/quiescence.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace souk::sched {
namespace {

TEST(Inbox, IsParkedAndNotIdleAtFirst) {
  const inbox<int> box;
  EXPECT_TRUE(box.is_parked());
  EXPECT_FALSE(box.is_idle());
}

TEST(Inbox, WakesAParkedShardOnce) {
  inbox<int> box;
  box.lock();
  box.push(1);
  EXPECT_TRUE(box.unlock());
  box.lock();
  box.push(2);
  EXPECT_FALSE(box.unlock());
}

TEST(Inbox, WakesNobodyForNothing) {
  inbox<int> box;
  box.lock();
  EXPECT_FALSE(box.unlock());
  EXPECT_TRUE(box.is_parked());
}

TEST(Inbox, IsIdleWhenItIsUnlockedEmptyAndAwake) {
  inbox<int> box;
  inbox<int>::queue room;
  box.lock();
  box.push(1);
  (void)box.unlock();
  EXPECT_FALSE(box.is_idle());
  box.lock();
  box.take(room);
  EXPECT_FALSE(box.is_idle());
  (void)box.unlock();
  EXPECT_TRUE(box.is_idle());
  EXPECT_EQ(room.size(), 1U);
  box.lock();
  box.unlock_and_park();
  EXPECT_FALSE(box.is_idle());
}

TEST(Inbox, LosesNothingAndWakesOnceForEachPark) {
  constexpr int senders = 3;
  constexpr int each = 2'000;
  inbox<int> box;
  std::atomic<int> wakes{0};
  std::vector<std::thread> threads;
  for (int s = 0; s < senders; ++s) {
    threads.emplace_back([&, s] {
      for (int i = 0; i < each; ++i) {
        box.lock();
        box.push(s * each + i);
        if (box.unlock()) wakes.fetch_add(1, std::memory_order_release);  // -> below
      }
    });
  }
  std::vector<int> next(senders, 0);
  inbox<int>::queue room;
  int parks = 1;
  for (int got = 0; got < senders * each;) {
    // Parked: nothing is taken before somebody says so.   acquire <- the wake.
    while (wakes.load(std::memory_order_acquire) < parks) std::this_thread::yield();
    box.lock();
    box.take(room);
    box.unlock_and_park();
    ++parks;
    got += static_cast<int>(room.size());
    for (const int one : room)
      EXPECT_EQ(one % each, next.at(static_cast<std::size_t>(one / each))++);
    room.clear();
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wakes.load(std::memory_order_relaxed), parks - 1);  // relaxed: joined
}

TEST(Quiescence, HoldsBackWhatAWorkerInsideMaySee) {
  quiescence quiet{2};
  quiet.enter(0);
  const auto stamp = quiet.stamp();
  EXPECT_FALSE(quiet.passed(stamp));
  quiet.enter(1);  // after it: sees nothing of it
  EXPECT_FALSE(quiet.passed(stamp));
  quiet.leave(0);
  EXPECT_TRUE(quiet.passed(stamp));
}

TEST(Quiescence, PassesAtOnceWhenAllAreOutside) {
  quiescence quiet{3};
  EXPECT_TRUE(quiet.passed(quiet.stamp()));
}

struct counting final : task {
  bool run(unsigned worker) noexcept override {
    if (worker >= workers) wrong.store(true, std::memory_order_relaxed);  // relaxed: a flag
    const int before = runs.fetch_add(1, std::memory_order_acq_rel);
    if (before + 1 == wanted) runs.notify_all();
    return before < repeats;
  }
  int repeats = 0;  // the first so many runs are not the last
  unsigned workers = 0;
  int wanted = 0;
  std::atomic<int> runs{0};
  std::atomic<bool> wrong{false};
};

void await_runs(counting& job) {
  // acquire <- the runs.
  for (int now = 0; now < job.wanted; now = job.runs.load(std::memory_order_acquire))
    job.runs.wait(now, std::memory_order_acquire);
}

TEST(Executor, RunsATaskOnceForEachSubmit) {
  counting job;
  job.wanted = 1'000;
  {
    const auto pool = make_thread_executor(3);
    job.workers = pool->workers();
    ASSERT_EQ(job.workers, 3U);
    for (int i = 0; i < job.wanted; ++i) pool->submit(job);
    await_runs(job);
  }
  EXPECT_EQ(job.runs, job.wanted);
  EXPECT_FALSE(job.wrong);
}

// A task that submits another, and goes on until that has run.
struct starter final : task {
  explicit starter(executor& e) : pool{e} { other.wanted = 1; }
  bool run(unsigned /*worker*/) noexcept override {
    if (!std::exchange(started, true)) pool.submit(other);
    if (other.runs.load(std::memory_order_acquire) == 0) return true;  // acquire <- the run
    finished.store(true, std::memory_order_release);                   // -> the test
    finished.notify_all();
    return false;
  }
  executor& pool;
  counting other;
  bool started = false;
  std::atomic<bool> finished{false};
};

TEST(Executor, RunsWhatARunningTaskSubmitsThoughThatGoesOn) {
  for (const unsigned workers : {1U, 2U}) {
    const auto pool = make_thread_executor(workers);
    starter first{*pool};
    first.other.workers = workers;
    pool->submit(first);
    first.finished.wait(false, std::memory_order_acquire);  // acquire <- run
    EXPECT_EQ(first.other.runs, 1);
  }
}

TEST(Executor, RunsATaskAgainUntilItSaysThatItIsDone) {
  counting job;
  job.repeats = 999;
  job.wanted = 1'000;
  {
    const auto pool = make_thread_executor(2);
    job.workers = pool->workers();
    pool->submit(job);
    await_runs(job);
  }
  EXPECT_EQ(job.runs, job.wanted);
}

}  // namespace
}  // namespace souk::sched
