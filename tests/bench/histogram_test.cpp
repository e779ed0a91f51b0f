#include "bench/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace souk::bench {
namespace {

TEST(Histogram, KeepsATimeWithinThreePercent) {
  for (double time = 1; time < 1e12; time *= 1.37) {
    histogram one;
    one.add(static_cast<std::uint64_t>(time));
    EXPECT_NEAR(one.quantile(0.5), std::floor(time), std::max(1.0, time * 0.016)) << time;
  }
}

TEST(Histogram, KeepsShortTimesExactly) {
  for (std::uint64_t time = 0; time < 64; ++time) {
    histogram one;
    one.add(time);
    EXPECT_EQ(one.quantile(0.5), static_cast<double>(time));
  }
}

TEST(Histogram, CountsWhatIsTooLongAsTheLongest) {
  histogram one;
  one.add(~std::uint64_t{0});
  EXPECT_EQ(one.total(), 1U);
  EXPECT_GT(one.quantile(1), 1e12);
}

TEST(Histogram, QuantilesAreThoseOfTheSortedTimes) {
  std::mt19937_64 random{1};
  std::lognormal_distribution<double> times{8, 2};
  std::vector<double> all(20'000);
  histogram counted;
  for (double& time : all) {
    time = std::floor(times(random));
    counted.add(static_cast<std::uint64_t>(time));
  }
  std::sort(all.begin(), all.end());
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = all[static_cast<std::size_t>(share * 20'000) - 1];
    EXPECT_NEAR(counted.quantile(share), exact, std::max(1.0, exact * 0.032)) << share;
  }
}

// Percentiles hardly know of the one that waits long: the mean does.
TEST(Histogram, TheMeanCountsEachTimeByItsLength) {
  histogram counted;
  counted.add(10, 999);
  counted.add(1'000'000);
  EXPECT_EQ(counted.quantile(0.99), 10);
  EXPECT_NEAR(counted.mean(), 1'009.99, 1'009.99 * 0.03);
}

TEST(Histogram, IsTheSumOfThoseThatWereWritten) {
  histogram left;
  histogram right;
  for (std::uint64_t i = 0; i < 100; ++i) (i % 2 == 0 ? left : right).add(i * i);
  histogram sum;
  sum.add(left.bytes());
  sum.add(right);
  EXPECT_EQ(sum.total(), 100U);
  EXPECT_EQ(sum.quantile(1), right.quantile(1));
  sum.add("not a histogram");
  EXPECT_EQ(sum.total(), 100U);
}

}  // namespace
}  // namespace souk::bench
