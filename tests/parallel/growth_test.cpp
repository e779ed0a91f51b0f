// In how many shards a VM lives: what it makes of rates, which are made up here, as is the time.
#include "vm/parallel/growth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace souk::parallel {
namespace {

constexpr double second = 1e9;

/// A VM that is looked at now and then. Its rate follows from the number of its shards.
struct market {
  growth size;
  std::function<double(unsigned shards)> entries_a_second;
  double crossing = 0.5;  ///< transitions an entry, where there are several shards
  double between_looks = 50'000;
  double now = 0;
  double handled = 0;
  double busy = 0;
  double crossed = 0;

  /// For how much of the time it had each number of shards, from 0 on.
  std::vector<double> run(double seconds) {
    std::vector<double> shares(size.most() + 1);
    for (const double until = now + seconds * second; now < until; now += between_looks) {
      const unsigned shards = size.shards();
      const double done = entries_a_second(shards) * between_looks / second;
      handled += done;
      if (shards > 1) crossed += done * crossing;
      busy += between_looks * shards;
      shares[shards] += between_looks / (seconds * second);
      if (!size.is_due(static_cast<std::int64_t>(now))) continue;
      const bool changed = size.look([this] {
        return growth::reading{.at = static_cast<std::int64_t>(now),
                               .handled = static_cast<std::uint64_t>(handled),
                               .busy = static_cast<std::uint64_t>(busy),
                               .crossed = static_cast<std::uint64_t>(crossed)};
      });
      EXPECT_EQ(changed, size.shards() != shards);
    }
    return shares;
  }
};

double pays(unsigned shards) { return 10e6 * shards; }
double costs(unsigned shards) { return 10e6 / shards; }
double makes_no_difference(unsigned /*shards*/) { return 10e6; }

TEST(Growth, MoreShardsAreKeptWhileTheyPay) {
  market m{growth{4}, pays};
  m.run(0.1);
  EXPECT_EQ(m.size.shards(), 4U);
  EXPECT_GT(m.run(10)[4], 0.98);
}

TEST(Growth, OneShardIsKeptWhereMoreWouldCost) {
  market m{growth{4}, costs};
  m.run(0.2);
  EXPECT_GT(m.run(10)[1], 0.98);
}

TEST(Growth, CoresThatBringNothingAreLeftToOthers) {
  market m{growth{4}, makes_no_difference};
  m.run(0.2);
  EXPECT_GT(m.run(10)[1], 0.98);
}

TEST(Growth, AProgramThatChangesIsNoticed) {
  market m{growth{4}, costs};
  m.run(5);
  m.entries_a_second = pays;
  m.run(5);
  EXPECT_EQ(m.size.shards(), 4U);
  m.entries_a_second = costs;
  m.run(5);
  EXPECT_EQ(m.size.shards(), 1U);
}

TEST(Growth, WhatDoesNotCrossIsNotGathered) {
  market m{growth{2}, pays, 0.001};
  m.run(0.1);
  EXPECT_NEAR(m.run(10)[2], 1, 1e-6);
}

// Trials need many entries: where a handler takes long there are few, and locks cost nothing.
TEST(Growth, LongHandlersAreSharedOutAtOnce) {
  market m{growth{8}, [](unsigned shards) { return 1000.0 * shards; }};
  m.run(0.1);
  EXPECT_EQ(m.size.shards(), 8U);
  EXPECT_NEAR(m.run(10)[8], 1, 1e-6);
}

// Between two looks the VM may have had nothing to do.
TEST(Growth, AMeasurementThatWasInterruptedIsMadeAgain) {
  market m{growth{2}, costs};
  for (int i = 0; i < 100; ++i) {
    m.run(0.001 * (1 + i % 7));
    m.now += 0.01 * second * (i % 11);
  }
  EXPECT_GT(m.run(1)[1], 0.9);
}

TEST(Growth, WhatIsKeptIsNotTried) {
  market m{growth{8}, costs};
  m.size.keep(3);
  EXPECT_NEAR(m.run(10)[3], 1, 1e-6);
}

}  // namespace
}  // namespace souk::parallel
