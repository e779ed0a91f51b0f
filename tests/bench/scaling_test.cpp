// The simulator of bench/scaling: what must hold of its predictions, whatever a machine is like.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/scaling/plot.hpp"

namespace souk::bench::scaling {
namespace {

const std::filesystem::path stored = std::filesystem::path{SOUK_SCALING_TESTS} / "costs.json";

double alone(program what, const costs& with) { return 1e9 / alone_ns(what, with); }

TEST(Scaling, OneWorkerDoesWhatWasMeasured) {
  const costs with = read_costs(stored);
  for (const program what : programs)
    EXPECT_NEAR(simulate(what, with, 1) / alone(what, with), 1, 0.01) << name_of(what);
}

TEST(Scaling, PairsScaleUntilTheCoresAreUsed) {
  const costs with = read_costs(stored);
  constexpr unsigned cores = 8;
  for (const point& p : predict(program::pairs, policy::all, with, cores, {2, 4, 8, 16}).points) {
    const double each = alone(program::pairs, with) / with.busy_factor;
    EXPECT_NEAR(p.per_second / each, std::min(p.workers, cores), 0.03 * cores) << p.workers;
  }
}

// A message to another shard has the lock of that for hold_ns, and so it has when it is taken.
TEST(Scaling, BigIsBoundedByTheLocksOfTheReceivers) {
  costs with = read_costs(stored);
  with.hold_ns = 5000;
  for (const unsigned shards : {2U, 8U, 32U}) {
    const double crossing = (shards - 1.0) / shards;
    const double bound = shards / crossing * 1e9 / (with.hold_ns * with.busy_factor);
    const double found = simulate(program::big, with, shards);
    EXPECT_LT(found, 1.05 * bound) << shards;
    EXPECT_GT(found, bound / 10) << shards;
  }
}

TEST(Scaling, FanOutIsBoundedByItsPublisher) {
  costs with = read_costs(stored);
  with.each_shard_ns = 10'000;
  constexpr double readers = 100;
  for (const unsigned shards : {4U, 16U, 64U}) {
    const double others = shards - 2.0;  // one has the publisher, one more is in crossing_ns
    EXPECT_LT(simulate(program::fan_out, with, shards),
              1.05 * readers * 1e9 / (others * with.each_shard_ns * with.busy_factor))
        << shards;
  }
}

// Up to what a different order of events makes of it.
TEST(Scaling, WhatCostsMoreIsNotFaster) {
  const costs with = read_costs(stored);
  for (const program what : programs) {
    for (const unsigned shards : {1U, 2U, 8U, 32U, 128U}) {
      const double before = simulate(what, with, shards);
      for (const cost_field& one : cost_fields) {
        costs dearer = with;
        dearer.*one.where *= 2;
        EXPECT_LT(simulate(what, dearer, shards), 1.02 * before)
            << name_of(what) << ", " << one.name << ", " << shards << " shards";
      }
    }
  }
}

TEST(Scaling, TheBestNumberOfShardsIsNotSlowerThanFewerOrAll) {
  const costs with = read_costs(stored);
  const std::vector<unsigned> workers = worker_counts(128);
  for (const program what : programs) {
    const curve best = predict(what, policy::best, with, 128, workers);
    const curve all = predict(what, policy::all, with, 128, workers);
    for (std::size_t i = 0; i < workers.size(); ++i) {
      EXPECT_GE(best.points[i].per_second, all.points[i].per_second) << name_of(what);
      if (i > 0) {
        EXPECT_GE(best.points[i].per_second, best.points[i - 1].per_second) << name_of(what);
      }
    }
  }
}

TEST(Scaling, ACrowdThatStaysIsAsFastAsOnOneWorker) {
  const costs with = read_costs(stored);
  const curve found = predict(program::fan_out, policy::crowds_stay, with, 128, {1, 2, 128});
  for (const point& p : found.points) EXPECT_EQ(p.shards, 1U);
}

TEST(Scaling, ThePageHasEachCurveAndStandsAlone) {
  const costs with = read_costs(stored);
  std::vector<curve> all;
  for (const program what : programs)
    all.push_back(predict(what, policy::best, with, 4, worker_counts(4)));
  std::ostringstream page;
  write_page(page, {with, 4, all});
  EXPECT_NE(page.str().find("<polyline"), std::string::npos);
  for (const program what : programs)
    EXPECT_NE(page.str().find(">" + std::string{name_of(what)} + "</text>"), std::string::npos);
  EXPECT_EQ(page.str().find("http"), std::string::npos);
}

TEST(Scaling, WhatIsMissingInAFileIsNamed) {
  const std::filesystem::path file =
      std::filesystem::path{testing::TempDir()} / "souk_scaling_costs_without_most.json";
  std::ofstream{file} << R"({"pairs_ns": 60})";
  try {
    (void)read_costs(file);
    FAIL() << "nothing was missed";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string{error.what()}.find("big_ns"), std::string::npos) << error.what();
  }
  std::filesystem::remove(file);
}

// crossing: 150 + 40 - (130 - 90); a benchmark of several repetitions counts by its least.
TEST(Scaling, CostsFollowFromTheMeasurements) {
  const std::filesystem::path here{SOUK_SCALING_TESTS};
  const costs found =
      derive_costs({here / "micro.json", here / "measured.jsonl", here / "together.jsonl"});
  EXPECT_NEAR(found.pairs_ns, 60, 1);
  EXPECT_NEAR(found.crossing_ns, 150 + 40 - (130 - 90), 0.01);
  EXPECT_NEAR(found.each_shard_ns, 100, 0.01);
  EXPECT_NEAR(found.hold_ns, 10, 0.01);
  EXPECT_NEAR(found.transfer_ns, 45, 0.01);
  EXPECT_NEAR(found.change_ns, 400, 0.01);
  EXPECT_NEAR(found.wake_ns, 40, 0.01);
  EXPECT_NEAR(found.busy_factor, 1.1, 0.01);
}

}  // namespace
}  // namespace souk::bench::scaling
