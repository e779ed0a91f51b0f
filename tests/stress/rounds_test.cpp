// A few rounds of each kind, of fixed seeds: no law is broken.
#include "stress/session.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace souk::stress {
namespace {

class Rounds : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Rounds, BreakNoLaw) {
  const session_options how{.workloads = {find_workload(GetParam())},
                            .workers = 8,
                            .seed = 1,
                            .most_rounds = 40,
                            .shrinking = std::chrono::seconds{20}};
  std::ostringstream said;
  std::ostringstream live;
  EXPECT_TRUE(run_session(how, said, live, false)) << said.str();
  EXPECT_NE(said.str().find("no failure in 40 rounds"), std::string::npos) << said.str();
}

INSTANTIATE_TEST_SUITE_P(Of, Rounds,
                         ::testing::Values("mesh", "churn", "nesting", "supervision", "storm",
                                           "chat", "visits"),
                         [](const auto& which) { return std::string{which.param}; });

}  // namespace
}  // namespace souk::stress
