#include "tools/compare/progress.hpp"

#include <gtest/gtest.h>

namespace souk::tool {
namespace {

TEST(TimeLeft, IsInSecondsThenInMinutes) {
  EXPECT_EQ(time_left(0.2), "nearly done");
  EXPECT_EQ(time_left(61.2), "about 62 s left");
  EXPECT_EQ(time_left(150), "about 3 min left");
}

TEST(Progress, KnowsNothingBetterThanWhatItWasToldLast) {
  progress shown{1000};
  EXPECT_NEAR(shown.left(), 1000, 1);
  shown.expect_left(5);
  EXPECT_NEAR(shown.left(), 5, 1);
  shown.expect_left(-5);
  EXPECT_EQ(shown.left(), 0);
}

// Standard error is no terminal here.
TEST(Progress, IsALineForEachPartWhereThereIsNoTerminal) {
  ::testing::internal::CaptureStderr();
  const progress shown{65};
  shown.show("pingpong");
  shown.begin_part("round 1 of 7");
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find("pingpong"), std::string::npos);
  EXPECT_EQ(said.find("round 1 of 7; about 6"), 0U);
  EXPECT_EQ(said.back(), '\n');
}

}  // namespace
}  // namespace souk::tool
