// The scheduler's parts, each alone: inbox, quiescence. Executors: executor_test.cpp.
#include "sched/inbox.hpp"
#include "sched/quiescence.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <thread>
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

}  // namespace
}  // namespace souk::sched
