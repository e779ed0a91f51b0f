#include "tools/compare/statistics.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace souk::tool {
namespace {

using ::testing::ElementsAre;
using values = std::vector<double>;

/// How often a way to share out the ranks 1..n is at least as far from the middle as these ranks:
/// by trying all ways.
double p_by_counting(const values& left, const values& right) {
  values all = left;
  all.insert(all.end(), right.begin(), right.end());
  std::sort(all.begin(), all.end());
  std::vector<bool> is_left(all.size(), false);
  std::fill(is_left.begin(), is_left.begin() + static_cast<std::ptrdiff_t>(left.size()), true);
  const auto apart = [&](const auto& belongs_left) {
    double larger = 0;
    for (std::size_t l = 0; l < all.size(); ++l) {
      for (std::size_t r = 0; r < all.size(); ++r)
        larger += belongs_left(l) && !belongs_left(r) && l > r ? 1 : 0;
    }
    const auto pairs = static_cast<double>(left.size() * right.size());
    return std::max(larger, pairs - larger);
  };
  const double seen = apart(
      [&](std::size_t i) { return std::find(left.begin(), left.end(), all[i]) != left.end(); });
  double as_far = 0;
  double ways = 0;
  do {
    as_far += apart([&](std::size_t i) { return is_left[i]; }) >= seen ? 1 : 0;
    ++ways;
  } while (std::prev_permutation(is_left.begin(), is_left.end()));
  return as_far / ways;
}

TEST(Statistics, AMedianIsTheMiddleOrHalfwayBetweenTwo) {
  EXPECT_EQ(summarize(values{3, 1, 2}).median, 2);
  EXPECT_EQ(summarize(values{4, 1, 2, 10}).median, 3);
  EXPECT_EQ(summarize(values{4, 1, 2, 10}).least, 1);
  EXPECT_EQ(summarize(values{4, 1, 2, 10}).most, 10);
}

TEST(Statistics, RatiosAreOfTheSameRound) {
  EXPECT_THAT(paired_ratios(values{2, 6, 8}, values{1, 2}), ElementsAre(2, 3));
}

// A slow round slows down both: their ratio is the same, though the ranges overlap.
TEST(Statistics, RatiosDoNotFeelASlowRound) {
  EXPECT_THAT(paired_ratios(values{20, 10, 30}, values{10, 5, 15}), ElementsAre(2, 2, 2));
}

TEST(MannWhitney, IsWhatTablesSayForFiveApartFromFive) {
  EXPECT_DOUBLE_EQ(mann_whitney_p(values{1, 2, 3, 4, 5}, values{6, 7, 8, 9, 10}), 2.0 / 252);
  EXPECT_DOUBLE_EQ(mann_whitney_p(values{6, 7, 8, 9, 10}, values{1, 2, 3, 4, 5}), 2.0 / 252);
}

TEST(MannWhitney, IsExactForRandomSets) {
  std::mt19937_64 random{7};
  for (int i = 0; i < 60; ++i) {
    values all(4 + random() % 7);
    std::iota(all.begin(), all.end(), 1);
    std::shuffle(all.begin(), all.end(), random);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(1 + random() % (all.size() - 1));
    const values left{all.begin(), middle};
    const values right{middle, all.end()};
    EXPECT_NEAR(mann_whitney_p(left, right), std::min(1.0, p_by_counting(left, right)), 1e-12);
  }
}

TEST(MannWhitney, FindsNothingWhereAllIsTheSame) {
  EXPECT_EQ(mann_whitney_p(values{5, 5, 5, 5, 5}, values{5, 5, 5, 5, 5}), 1);
  EXPECT_EQ(mann_whitney_p(values{}, values{1, 2}), 1);
}

TEST(MannWhitney, CallsSetsOfOneDistributionDifferentAsRarelyAsItSays) {
  std::mt19937_64 random{42};
  std::normal_distribution<double> noise{100, 10};
  int called = 0;
  constexpr int trials = 5'000;
  for (int i = 0; i < trials; ++i) {
    values left(7);
    values right(7);
    for (double& v : left) v = noise(random);
    for (double& v : right) v = noise(random);
    called += mann_whitney_p(left, right) < 0.01 ? 1 : 0;
  }
  EXPECT_LT(called, trials * 0.012);  // at most 1 %, and what chance adds to 5,000 trials
  EXPECT_GT(called, 0);
}

}  // namespace
}  // namespace souk::tool
