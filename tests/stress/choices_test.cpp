// Choices: the same ones make the same trial.
#include "stress/choices.hpp"
#include "stress/trial.hpp"

#include <gtest/gtest.h>

namespace souk::stress {
namespace {

TEST(Choices, OfASeedAreTheSameAgain) {
  choices one{7};
  choices other{7};
  for (int i = 0; i < 100; ++i) ASSERT_EQ(one.draw(1'000), other.draw(1'000));
  EXPECT_EQ(one.made(), other.made());
}

TEST(Choices, ThatAreGivenAreMadeAndThenTheSimplest) {
  choices from{sequence{3, 5}};
  EXPECT_EQ(from.draw(10), 3U);
  EXPECT_EQ(from.draw(4), 3U) << "5 is none of the four: the nearest is taken";
  EXPECT_EQ(from.draw(10), 0U);
  EXPECT_FALSE(from.more(10));
  EXPECT_FALSE(from.once_in(10));
}

TEST(Choices, MakeTheSameTrialAgainByWhatWasDrawn) {
  for (const workload& each : workloads()) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      choices drawn{seed};
      const trial first = make_trial(each, drawn, 8);
      choices given{drawn.made()};
      ASSERT_EQ(write_out(first), write_out(make_trial(each, given, 8)))
          << each.name << ", seed " << seed;
    }
  }
}

TEST(Choices, OfNothingMakeTheSimplestTrial) {
  for (const workload& each : workloads()) {
    choices none{sequence{}};
    const trial simplest = make_trial(each, none, 8);
    EXPECT_NE(describe(simplest).find(" 0 faults"), std::string::npos) << describe(simplest);
  }
}

TEST(Choices, HaveAText) {
  const sequence some{3, 0, 70'000};
  EXPECT_EQ(to_text(some), "3.0.70000");
  EXPECT_EQ(to_sequence("3.0.70000"), some);
  for (const char* const wrong : {"3..0", "3.", ".3", "x", "-1", "99999999999"})
    EXPECT_EQ(to_sequence(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace souk::stress
