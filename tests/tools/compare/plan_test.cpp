#include "tools/compare/plan.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tools/compare/runner.hpp"

namespace souk::tool {
namespace {

using ::testing::ElementsAre;

std::vector<pace> cells(std::size_t amount, double overhead) {
  return std::vector<pace>(amount, {.per_second = 1e6, .overhead_seconds = overhead});
}

TEST(Plan, HasAllRoundsOfLongRunsWhereThereIsTime) {
  const allowance usual = allowance_of(extent::usual);
  const schedule made = make_schedule(cells(20, 0.01), usual.whole, usual);
  EXPECT_EQ(made.rounds, usual.most_rounds);
  EXPECT_EQ(made.run_seconds, usual.longest_run);
  EXPECT_LE(made.rounds * made.round_seconds, usual.whole);
}

TEST(Plan, MakesRunsShorterBeforeRoundsFewer) {
  const allowance usual = allowance_of(extent::usual);
  const schedule made = make_schedule(cells(100, 0.01), usual.whole, usual);
  EXPECT_EQ(made.rounds, usual.most_rounds);
  EXPECT_LT(made.run_seconds, usual.longest_run);
  EXPECT_GE(made.run_seconds, shortest_run);
  EXPECT_NEAR(made.rounds * made.round_seconds, usual.whole, 1e-6);
}

// As with 128 cores and all peers, or where a process takes half a second to start.
TEST(Plan, HasFewerRoundsOnASlowMachine) {
  const allowance usual = allowance_of(extent::usual);
  const schedule made = make_schedule(cells(80, 0.4), usual.whole, usual);
  EXPECT_LT(made.rounds, usual.most_rounds);
  EXPECT_GE(made.rounds, fewest_rounds);
  EXPECT_LE(made.rounds * made.round_seconds, usual.whole);
}

TEST(Plan, AsksForTheFewestRoundsWhereNothingFits) {
  const allowance quick = allowance_of(extent::quick);
  const schedule made = make_schedule(cells(100, 5), quick.whole, quick);
  EXPECT_EQ(made.rounds, fewest_rounds);
  EXPECT_EQ(made.run_seconds, shortest_run);
}

TEST(Plan, CountsTheTimeOfWorkThatCannotBeChosen) {
  const allowance usual = allowance_of(extent::usual);
  const std::vector<pace> fixed(10, {.per_second = 0, .overhead_seconds = 0, .fixed_seconds = 3});
  const schedule made = make_schedule(fixed, usual.whole, usual);
  EXPECT_EQ(made.rounds, 5U);
  EXPECT_EQ(made.round_seconds, 30);
}

TEST(Plan, IsUnderThreeMinutesAndUnderHalfAMinuteWhenQuick) {
  EXPECT_LE(allowance_of(extent::usual).whole * 1.1, 180);
  EXPECT_LE(allowance_of(extent::quick).whole * 1.1, 30);
}

// Mann and Whitney's p of fewer is never below 0.01: no baseline could be judged.
TEST(Plan, HasEnoughRoundsForABaselineInEveryExtent) {
  for (const extent how : {extent::quick, extent::usual, extent::full})
    EXPECT_GE(allowance_of(how).most_rounds, 5U);
}

TEST(Plan, GivesAtLeastOneToEachThatTakesPart) {
  EXPECT_EQ(count_for(100, 0.5, 1), 50U);
  EXPECT_EQ(count_for(100, 0.5, 1000), 1000U);
  EXPECT_EQ(count_for(0.1, 0.5, 0), 1U);
}

TEST(Plan, UsesAllCoresAndFewStepsBetween) {
  EXPECT_THAT(workers_up_to(1), ElementsAre(1));
  EXPECT_THAT(workers_up_to(2), ElementsAre(1, 2));
  EXPECT_THAT(workers_up_to(4), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(workers_up_to(6), ElementsAre(1, 2, 4, 6));
  EXPECT_THAT(workers_up_to(64), ElementsAre(1, 2, 4, 8, 16, 32, 64));
  EXPECT_THAT(workers_up_to(96), ElementsAre(1, 2, 4, 8, 16, 32, 64, 96));
}

TEST(Subjects, OfEachExtentAreThroughputsThenLatenciesThenMemory) {
  for (const extent how : {extent::quick, extent::usual, extent::full}) {
    const std::vector<subject> all = subjects_of(how, {});
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &subject::of));
    EXPECT_EQ(all.front().of, quantity::throughput);
    EXPECT_EQ(all.back().of, quantity::memory);
    EXPECT_TRUE(
        std::ranges::any_of(all, [](const subject& s) { return s.of == quantity::latency; }));
  }
}

TEST(Subjects, AreTheNamedOnesAlone) {
  const std::vector<subject> all = subjects_of(extent::usual, {"ring", "backlog"});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].what, &bench::ring);
  EXPECT_EQ(all[1].of, quantity::memory);
  EXPECT_THROW((void)subjects_of(extent::usual, {"no-such"}), std::invalid_argument);
}

TEST(Subjects, ThatTakeMinutesAreLeftOut) {
  const subject many{&bench::idle, 100'000, quantity::memory};
  EXPECT_FALSE(is_feasible(many, true));
  EXPECT_TRUE(is_feasible(many, false));
}

}  // namespace
}  // namespace souk::tool
