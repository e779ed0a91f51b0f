// Shrinking: it ends at what cannot be made smaller, and never at what does not fail.
#include "stress/shrink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace souk::stress {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto for_ever = [] { return true; };

sequence many() {
  sequence all(200);
  std::iota(all.begin(), all.end(), 1U);
  return all;
}

TEST(Shrink, LeavesOutAllThatIsNotNeeded) {
  const auto has_both = [](const sequence& s) {
    return std::ranges::find(s, 40U) != s.end() && std::ranges::find(s, 170U) != s.end();
  };
  EXPECT_THAT(shrink(many(), has_both, for_ever), ElementsAre(40, 170));
}

TEST(Shrink, MakesNumbersAsSmallAsTheyCanBe) {
  const auto is_large = [](const sequence& s) {
    return std::ranges::any_of(s, [](std::uint32_t n) { return n >= 77; });
  };
  EXPECT_THAT(shrink(many(), is_large, for_ever), ElementsAre(77));
}

TEST(Shrink, OfWhatFailsAlwaysIsNothing) {
  EXPECT_THAT(shrink(
                  many(), [](const sequence&) { return true; }, for_ever),
              IsEmpty());
}

TEST(Shrink, KeepsWhatItWasGivenIfNothingElseFails) {
  EXPECT_EQ(shrink(
                many(), [](const sequence&) { return false; }, for_ever),
            many());
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
  sequence smallest = shrink(many(), now_and_then, for_ever);
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
  EXPECT_EQ(shrink(many(), fails, a_while), many());
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace souk::stress
