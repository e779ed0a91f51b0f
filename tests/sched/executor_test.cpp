// What every executor promises, of each that there is.
#include "sched/executor.hpp"
#include "tests/sched/load.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <random>
#include <ranges>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace souk::sched {
namespace {

// ThreadSanitizer cannot see into TBB.
#if defined(__SANITIZE_THREAD__)
constexpr std::array kinds{executor_kind::threads};
#else
constexpr std::array kinds{executor_kind::threads, executor_kind::tbb};
#endif

std::unique_ptr<executor> make(executor_kind kind, unsigned workers) {
  return kind == executor_kind::tbb ? make_arena_executor(workers, vm_priority::normal)
                                    : make_thread_executor(workers);
}

class Executor : public ::testing::TestWithParam<executor_kind> {
 protected:
  [[nodiscard]] static std::unique_ptr<executor> make_with(unsigned workers) {
    return make(GetParam(), workers);
  }
};

INSTANTIATE_TEST_SUITE_P(Each, Executor, ::testing::ValuesIn(kinds), [](const auto& each) {
  return std::string{each.param == executor_kind::tbb ? "Arena" : "Threads"};
});

/// Runs a function, which says whether it goes on.
class job final : public task {
 public:
  explicit job(std::function<bool(unsigned)> what) : what_{std::move(what)} {}
  bool run(unsigned worker, turn& /*shown*/) noexcept override { return what_(worker); }
  bool take_over(const void* /*whose*/) noexcept override { return false; }

 private:
  std::function<bool(unsigned)> what_;
};

/// What somebody waits for. The pool may still be in the run that added it: jobs outlive pools.
class event_count {
 public:
  void add() {
    count_.fetch_add(1, std::memory_order_release);  // -> await
    count_.notify_all();
  }
  void await(unsigned wanted) const {
    // acquire <- add.
    for (unsigned now = 0; now < wanted; now = count_.load(std::memory_order_acquire))
      count_.wait(now, std::memory_order_acquire);
  }
  [[nodiscard]] unsigned so_far() const { return count_.load(std::memory_order_acquire); }

 private:
  std::atomic<unsigned> count_{0};
};

TEST_P(Executor, RunsATaskOnceForEachSubmit) {
  event_count runs;
  job one{[&](unsigned) {
    runs.add();
    return false;
  }};
  {
    const auto pool = make_with(3);
    for (int i = 0; i < 1'000; ++i) pool->submit(one);
  }
  EXPECT_EQ(runs.so_far(), 1'000U);
}

TEST_P(Executor, RunsATaskAgainUntilItSaysThatItIsDone) {
  unsigned runs = 0;  // E2: one run after the other
  job one{[&](unsigned) { return ++runs < 100'000; }};
  {
    const auto pool = make_with(2);
    pool->submit(one);
  }
  EXPECT_EQ(runs, 100'000U);
}

// A task that submits another, and goes on until that has run.
TEST_P(Executor, RunsWhatARunningTaskSubmitsThoughThatGoesOn) {
  for (const unsigned workers : {1U, 2U}) {
    auto pool = make_with(workers);
    event_count runs;
    job other{[&](unsigned) {
      runs.add();
      return false;
    }};
    bool started = false;
    event_count ends;
    job first{[&](unsigned) {
      if (!std::exchange(started, true)) pool->submit(other);
      if (runs.so_far() == 0) return true;
      ends.add();
      return false;
    }};
    pool->submit(first);
    ends.await(1);
    pool.reset();
    EXPECT_EQ(runs.so_far(), 1U);
  }
}

// What the first submits waits for the end of its run, but not if that is long.
TEST_P(Executor, RunsWhatARunningTaskSubmitsThoughThatRunIsLong) {
  auto pool = make_with(2);
  event_count runs;
  job other{[&](unsigned) {
    runs.add();
    return false;
  }};
  event_count ends;
  job first{[&](unsigned) {
    for (unsigned i = 1; i <= 3; ++i) {
      pool->submit(other);
      runs.await(i);
    }
    ends.add();
    return false;
  }};
  pool->submit(first);
  ends.await(1);
  pool.reset();
  EXPECT_EQ(runs.so_far(), 3U);
}

TEST_P(Executor, LetsTasksThatGoOnTakeTurnsOnOneWorker) {
  auto pool = make_with(1);
  event_count ends;
  std::array<unsigned, 3> runs{};
  const auto go_on = [&](unsigned self) {
    ++runs.at(self);
    // Nobody gets far ahead: one turn, or two while all begin.
    EXPECT_LE(runs.at(self), *std::ranges::min_element(runs) + 2);
    if (runs.at(self) < 1'000) return true;
    ends.add();
    return false;
  };
  std::array<job, 3> all{job{[&](unsigned) { return go_on(0); }},
                         job{[&](unsigned) { return go_on(1); }},
                         job{[&](unsigned) { return go_on(2); }}};
  job first{[&](unsigned) {
    for (job& one : all) pool->submit(one);
    return false;
  }};
  pool->submit(first);
  ends.await(3);
  pool.reset();
}

// They wait for each other, so each needs a thread: also where there are fewer cores.
TEST_P(Executor, HasAThreadForEachWorker) {
  constexpr unsigned workers = 8;
  auto pool = make_with(workers);
  ASSERT_EQ(pool->workers(), workers);
  std::latch all_here{workers};
  job one{[&](unsigned) {
    all_here.arrive_and_wait();
    return false;
  }};
  for (unsigned i = 0; i < workers; ++i) pool->submit(one);
  all_here.wait();
  pool.reset();
}

TEST_P(Executor, HasAThreadForEachWorkerOfEachVm) {
  constexpr unsigned workers = 3;
  std::array pools{make_with(workers), make_with(workers), make_with(workers)};
  std::latch all_here{static_cast<std::ptrdiff_t>(workers * pools.size())};
  job one{[&](unsigned) {
    all_here.arrive_and_wait();
    return false;
  }};
  for (const auto& pool : pools) {
    for (unsigned i = 0; i < workers; ++i) pool->submit(one);
  }
  all_here.wait();
  for (auto& pool : pools) pool.reset();
}

// Tasks that submit others, from many sides, with workers that park in between.
TEST_P(Executor, LosesNoTaskAndTellsNoTwoTheSameWorker) {
  constexpr unsigned workers = 4;
  constexpr unsigned senders = 3;
  constexpr unsigned each = 5'000;
  std::array<std::atomic<bool>, workers> taken{};
  std::atomic<unsigned> wrong{0};
  event_count runs;
  auto pool = make_with(workers);
  job leaf{[&](unsigned worker) {
    if (worker >= workers || taken.at(worker).exchange(true, std::memory_order_acq_rel)) ++wrong;
    runs.add();
    taken.at(worker).store(false, std::memory_order_release);  // -> exchange
    return false;
  }};
  job tree{[&](unsigned worker) {
    for (int i = 0; i < 2; ++i) pool->submit(leaf);
    if (taken.at(worker).exchange(true, std::memory_order_acq_rel)) ++wrong;
    runs.add();
    taken.at(worker).store(false, std::memory_order_release);  // -> exchange
    return false;
  }};
  std::vector<std::thread> threads;
  for (unsigned s = 0; s < senders; ++s) {
    threads.emplace_back([&, s] {
      std::mt19937 dice{s};
      for (unsigned i = 0; i < each; ++i) {
        pool->submit(tree);
        if (dice() % 16 == 0) runs.await(3 * i);  // so that workers find nothing at times
      }
    });
  }
  for (std::thread& t : threads) t.join();
  runs.await(3 * senders * each);
  pool.reset();
  EXPECT_EQ(runs.so_far(), 3 * senders * each);
  EXPECT_EQ(wrong, 0U);
}

TEST_P(Executor, EndsWithAllThatIsReadyDone) {
  for (unsigned round = 0; round < 200; ++round) {
    event_count runs;
    job last{[&](unsigned) {
      runs.add();
      return false;
    }};
    auto pool = make_with(2);
    job first{[&](unsigned) {
      pool->submit(last);
      return false;
    }};
    pool->submit(first);
    runs.await(1);
    pool.reset();
    EXPECT_EQ(runs.so_far(), 1U);
  }
}

TEST_P(Executor, UsesLessThanAHundredthOfACoreWhenIdle) {
  event_count runs;
  job one{[&](unsigned) {
    runs.add();
    return false;
  }};
  const auto pool = make_with(4);
  for (int i = 0; i < 1'000; ++i) pool->submit(one);
  runs.await(1'000);
  EXPECT_LT(souk::testing::measure_load_at_rest(), 0.01);
}

#if !defined(__SANITIZE_THREAD__)
using tbb::global_control;

TEST(ArenaExecutor, GoesOnWhereTheProgramHasLimitedTbbToOneThread) {
  const global_control limit{global_control::max_allowed_parallelism, 1};
  event_count runs;
  job one{[&](unsigned) {
    runs.add();
    return false;
  }};
  const auto pool = make(executor_kind::tbb, 8);
  for (unsigned i = 1; i <= 100; ++i) {
    pool->submit(one);
    runs.await(i);
  }
}

TEST(ArenaExecutor, LeavesTbbAsItWas) {
  const auto limit = [] {
    return global_control::active_value(global_control::max_allowed_parallelism);
  };
  const auto before = limit();
  {
    const auto small = make(executor_kind::tbb, 1);
    EXPECT_EQ(limit(), std::max<std::size_t>(before, 2));
    const auto large = make(executor_kind::tbb, 8);
    EXPECT_EQ(limit(), std::max<std::size_t>(before, 10));
  }
  EXPECT_EQ(limit(), before);
}

// A handler may use TBB. Its thread then does parts of that work, and no other task of ours.
TEST(ArenaExecutor, RunsTasksThatUseTbbThemselves) {
  auto pool = make(executor_kind::tbb, 2);
  event_count ends;
  std::array<std::atomic<bool>, 2> inside{};
  const auto work = [&](unsigned worker) {
    EXPECT_FALSE(inside.at(worker).exchange(true));
    std::atomic<unsigned> parts{0};
    tbb::parallel_for(0, 1'000, [&](int) { ++parts; });
    EXPECT_EQ(parts, 1'000U);
    inside.at(worker).store(false);
    ends.add();
    return false;
  };
  job one{work};
  for (int i = 0; i < 100; ++i) pool->submit(one);
  ends.await(100);
  pool.reset();
}

// A VM that always has something to do gives its thread to one that comes first. There is one
// thread for both.
TEST(ArenaExecutor, GivesItsThreadToAnArenaOfHigherPriority) {
  const global_control limit{global_control::max_allowed_parallelism, 2};
  auto low = make_arena_executor(1, vm_priority::low);
  auto high = make_arena_executor(1, vm_priority::high);
  event_count starts;
  event_count wanted;
  job endless{[&](unsigned) {
    if (starts.so_far() == 0) starts.add();
    return wanted.so_far() == 0;
  }};
  job urgent{[&](unsigned) {
    wanted.add();
    return false;
  }};
  low->submit(endless);
  starts.await(1);
  high->submit(urgent);
  wanted.await(1);
  low.reset();
  high.reset();
}
#endif

}  // namespace
}  // namespace souk::sched
