// Shrinking: it ends at what cannot be made smaller, and never at what does not fail.
#include "stress/shrink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace souk::stress {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// No two of them belong together.
sequence shrink_alone(
    sequence failed, std::function<bool(const sequence&)> fails,
    std::function<bool()> may_go_on = [] { return true; }) {
  const auto none = [](const sequence&) { return std::vector<choices::span>{}; };
  return shrink(std::move(failed), {std::move(fails), none, std::move(may_go_on)});
}

sequence many() {
  sequence all(200);
  std::iota(all.begin(), all.end(), 1U);
  return all;
}

TEST(Shrink, LeavesOutAllThatIsNotNeeded) {
  const auto has_both = [](const sequence& s) {
    return std::ranges::find(s, 40U) != s.end() && std::ranges::find(s, 170U) != s.end();
  };
  EXPECT_THAT(shrink_alone(many(), has_both), ElementsAre(40, 170));
}

TEST(Shrink, MakesNumbersAsSmallAsTheyCanBe) {
  const auto is_large = [](const sequence& s) {
    return std::ranges::any_of(s, [](std::uint32_t n) { return n >= 77; });
  };
  EXPECT_THAT(shrink_alone(many(), is_large), ElementsAre(77));
}

TEST(Shrink, OfWhatFailsAlwaysIsNothing) {
  EXPECT_THAT(shrink_alone(many(), [](const sequence&) { return true; }), IsEmpty());
}

TEST(Shrink, KeepsWhatItWasGivenIfNothingElseFails) {
  EXPECT_EQ(shrink_alone(many(), [](const sequence&) { return false; }), many());
}

// Here a pair of choices is one thing; without its first half the second means something else.
TEST(Shrink, LeavesOutTogetherWhatBelongsTogether) {
  const auto fails = [](const sequence& s) {
    for (std::size_t i = 0; i + 1 < s.size() && s.size() % 2 == 0; i += 2) {
      if (s[i] == 9 && s[i + 1] == 5) return true;
    }
    return false;
  };
  const auto pairs = [](const sequence& s) {
    std::vector<choices::span> all;
    for (std::size_t i = 0; i + 1 < s.size(); i += 2) all.push_back({i, i + 2});
    return all;
  };
  const sequence some{1, 5, 9, 4, 2, 9, 9, 5, 5, 9, 3, 3};
  int left = 100;
  EXPECT_THAT(shrink(some, {fails, pairs, [&left] { return --left > 0; }}), ElementsAre(9, 5));
  EXPECT_GT(left, 0);
}

// A parallel run does not fail each time.
TEST(Shrink, EndsAtWhatHasFailedThoughFailuresAreRare) {
  sequence last_failed = many();
  int tried = 0;
  const auto now_and_then = [&](const sequence& s) {
    const bool failed = ++tried % 3 == 0 && s.size() >= 5;
    if (failed) last_failed = s;
    return failed;
  };
  sequence smallest = shrink_alone(many(), now_and_then);
  while (!last_failed.empty() && last_failed.back() == 0) last_failed.pop_back();
  EXPECT_EQ(smallest, last_failed);
  EXPECT_LT(smallest.size(), 20U);
}

TEST(Shrink, StopsWhenItsTimeIsOver) {
  int left = 10;
  const auto a_while = [&left] { return left > 0; };
  const auto fails = [&left](const sequence&) {
    --left;
    return false;
  };
  EXPECT_EQ(shrink_alone(many(), fails, a_while), many());
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace souk::stress
