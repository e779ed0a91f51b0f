// What executors do about runs that stay in user code, of each executor that there is.
#include "sched/executor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <latch>
#include <memory>
#include <string>

namespace souk::sched {
namespace {

// ThreadSanitizer cannot see into TBB.
#if defined(__SANITIZE_THREAD__)
constexpr std::array takeover_kinds{executor_kind::threads};
#else
constexpr std::array takeover_kinds{executor_kind::threads, executor_kind::tbb};
#endif

class Takeover : public ::testing::TestWithParam<executor_kind> {
 protected:
  [[nodiscard]] static std::unique_ptr<executor> make_with(unsigned workers) {
    return GetParam() == executor_kind::tbb ? make_arena_executor(workers, vm_priority::normal)
                                            : make_thread_executor(workers);
  }
};

INSTANTIATE_TEST_SUITE_P(Each, Takeover, ::testing::ValuesIn(takeover_kinds), [](const auto& each) {
  return std::string{each.param == executor_kind::tbb ? "Arena" : "Threads"};
});

/// A task whose first run stays in user code until the next one has begun.
class staying final : public task {
 public:
  bool run(unsigned worker, turn& shown) noexcept override {
    if (runs++ > 0) {
      EXPECT_NE(worker, first);  // E2: what was before the user code
      second_begins.count_down();
    } else {
      first = worker;
      shown.begin(this);
      second_begins.wait();
      has_lost = shown.end() == turn::outcome::lost;
    }
    ends.count_down();
    return false;
  }
  bool take_over(const void* whose) noexcept override { return whose == this && ++asked > 2; }

  unsigned runs = 0;
  unsigned first = 0;
  unsigned asked = 0;
  bool has_lost = false;
  std::latch second_begins{1};
  std::latch ends{2};
};

TEST_P(Takeover, LetsATaskGoOnElsewhereWhileARunStaysInUserCode_E1_E2) {
  for (int i = 0; i < 5; ++i) {
    staying one;
    auto pool = make_with(2);
    pool->submit(one);
    one.ends.wait();
    pool.reset();
    EXPECT_TRUE(one.has_lost);
    EXPECT_EQ(one.runs, 2U);
    EXPECT_EQ(one.asked, 3U);  // it refused twice
  }
}

/// A run that ends when it is told to hurry, always in and out of user code.
class lasting final : public task {
 public:
  bool run(unsigned /*worker*/, turn& shown) noexcept override {
    for (bool goes_on = true; goes_on;) {
      shown.begin(this);
      goes_on = shown.end() != turn::outcome::hurry;
    }
    ends.count_down();
    return false;
  }
  bool take_over(const void* /*whose*/) noexcept override { return false; }

  std::latch ends{1};
};

TEST_P(Takeover, TellsARunThatLastsToHurry) {
  lasting one;
  auto pool = make_with(2);
  pool->submit(one);
  one.ends.wait();
  pool.reset();
}

}  // namespace
}  // namespace souk::sched
