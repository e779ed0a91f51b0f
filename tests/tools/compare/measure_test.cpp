// With runners that answer at once: what is run, how often, and what is kept. The checks by replay
// are real, and short.
#include "tools/compare/measure.hpp"

#include <gmock/gmock.h>

#include <souk/souk.hpp>

#include <cstdlib>
#include <stdexcept>

#include "tests/tools/compare/support.hpp"
#include "tools/compare/checks.hpp"

namespace souk::tool {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::fake_runner;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const subject pingpong{&bench::pingpong, 0, quantity::throughput};
const allowance little{.whole = 600, .checks = 0.01, .most_rounds = 5, .longest_run = 0.3};

findings of_runners(std::vector<runner> runners) {
  findings all;
  all.runners = std::move(runners);
  all.rows.push_back({pingpong});
  return all;
}

TEST(Calibrate, FindsThePaceOfTheSlowAndOfTheQuick) {
  for (const double per_second : {1e3, 1e5, 1e7, 1e9}) {
    const pace found =
        calibrate(fake_runner("parallel-1", runner_kind::parallel, 1, per_second, 0.02), pingpong);
    EXPECT_DOUBLE_EQ(found.per_second, per_second);
    EXPECT_NEAR(found.overhead_seconds, 0.02, 1e-9);
  }
}

TEST(Calibrate, TimesAWholeRunOfWorkThatCannotBeChosen) {
  const pace found = calibrate(fake_runner("parallel-1", runner_kind::parallel, 1, 1e6, 0.02),
                               {&bench::n_queens, 12, quantity::throughput});
  EXPECT_EQ(found.per_second, 0);
  EXPECT_NEAR(found.fixed_seconds, 0.02, 1e-9);
}

TEST(Measure, RunsEveryRunnerOnceARoundInTurn) {
  std::vector<std::string> order;
  std::vector<runner> runners{fake_runner("functional", runner_kind::functional, 1, 1e6),
                              fake_runner("parallel-1", runner_kind::parallel, 1, 2e6)};
  for (runner& one : runners) {
    one.run = [&order, id = one.id, inner = one.run](const task& of) {
      order.push_back(id);
      return inner(of);
    };
  }
  findings all = of_runners(runners);
  progress shown{600};
  measure(all, little, shown);
  ASSERT_EQ(all.rounds_done, 5U);
  ASSERT_GE(order.size(), 10U);
  const std::vector<std::string> rounds(order.end() - 10, order.end());
  for (std::size_t i = 0; i < rounds.size(); ++i)
    EXPECT_EQ(rounds[i], i % 2 == 0 ? "functional" : "parallel-1");
  EXPECT_EQ(all.rows[0].cells["functional"].values.size(), 5U);
  EXPECT_EQ(all.machine.size(), 5U);
}

TEST(Measure, GivesTheQuickMoreWork) {
  findings all = of_runners({fake_runner("functional", runner_kind::functional, 1, 1e6),
                             fake_runner("parallel-1", runner_kind::parallel, 1, 8e6)});
  progress shown{600};
  measure(all, little, shown);
  const auto count = [&](const char* id) {
    return static_cast<double>(all.rows[0].cells[id].count);
  };
  EXPECT_NEAR(count("parallel-1"), 8 * count("functional"), 10);
}

TEST(Measure, ARunnerThatFailsIsTold_AndTheOthersGoOn) {
  runner broken = fake_runner("parallel-1", runner_kind::parallel, 1, 1e6);
  int calls = 0;
  broken.run = [&calls](const task&) -> reading {
    ++calls;
    throw std::runtime_error{"7 messages were seen, not 8"};
  };
  findings all = of_runners({fake_runner("functional", runner_kind::functional, 1, 1e6), broken});
  progress shown{600};
  ::testing::internal::CaptureStderr();
  measure(all, little, shown);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("7 messages were seen"));
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(all.failures, ElementsAre(HasSubstr("7 messages were seen, not 8")));
  EXPECT_EQ(all.rows[0].cells["functional"].values.size(), 5U);
}

TEST(Measure, LeavesRoundsOutWhenTheTimeIsOver) {
  allowance none = little;
  none.whole = 0;
  findings all = of_runners({fake_runner("functional", runner_kind::functional, 1, 1e6)});
  progress shown{0};
  measure(all, none, shown);
  EXPECT_EQ(all.rounds_done, 1U);
  EXPECT_EQ(all.plan.rounds, fewest_rounds);
}

TEST(CheckByReplay, ChecksEachWorkloadOnceAtLeast) {
  findings all = of_runners({});
  all.rows.push_back({{&bench::round_trips, 1, quantity::latency}});
  all.rows.push_back({{&bench::round_trips, 100, quantity::latency}});
  check_by_replay(all, 2, 1e-9, progress{1});
  ASSERT_EQ(all.checks.size(), 2U);
  for (const check_result& one : all.checks) {
    EXPECT_EQ(one.runs, 1U);
    EXPECT_GT(one.commits, 1000U);
    EXPECT_EQ(one.divergences, 0U);
  }
  EXPECT_THAT(all.failures, IsEmpty());
}

struct fig {
  int number;
};
SOUK_RECORD(fig, number);

/// A program that is not the same when it is repeated.
checked_program inconstant() {
  return [](const vm_options& how, repetition again) {
    const int amount = again.of == nullptr ? 2 : 1;
    vm market{how, spawn([amount] {
                actions all{subscriber(topic<fig>(_)).on_message([](const fig&) {})};
                for (int i = 0; i < amount; ++i) all.append(send_message(fig{i}));
                return all;
              })};
    if (again.of != nullptr) {
      market.replay(*again.of, again.most);
    } else {
      market.run_until_inert();
    }
  };
}

TEST(CheckInChild, TellsADivergenceWithTheCommandThatRepeatsIt) {
  const verdict got =
      check_in_child({.program = "inconstant", .workers = 2, .seed = 3}, inconstant());
  EXPECT_GT(got.divergences, 0U);
  EXPECT_THAT(got.difference,
              AllOf(HasSubstr("DIVERGES inconstant, seed 3"),
                    HasSubstr("rerun: souk check inconstant --workers 2 --seed 3")));
}

TEST(CheckInChild, OutlivesAProgramThatDies) {
  const checked_program deadly = [](const vm_options&, repetition) { std::abort(); };
  try {
    (void)check_in_child({.program = "deadly", .seed = 1}, deadly);
    FAIL() << "nothing was told";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("signal 6"), HasSubstr("souk check deadly --seed 1")));
  }
}

}  // namespace
}  // namespace souk::tool
