// examples/timer: what it prints.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/examples/program.hpp"

namespace souk::examples_test {
namespace {

SOUK_EXAMPLE_ON_EACH_VM(TimerExample);

TEST_P(TimerExample, TicksAtBothLevelsAndEndsByItself) {
  program p{on_each_vm::run("timer")};
  EXPECT_EQ(p.wait(), 0);
  std::vector<std::string> ground;
  std::vector<std::string> nested;
  std::istringstream lines{p.output()};
  for (std::string line; std::getline(lines, line);) {
    (line.starts_with("ground") ? ground : nested).push_back(line);
  }
  EXPECT_THAT(ground,
              ::testing::ElementsAre("ground: 2 to go", "ground: 1 to go", "ground: 0 to go"));
  EXPECT_THAT(nested,
              ::testing::ElementsAre("nested: 2 to go", "nested: 1 to go", "nested: 0 to go"));
}

}  // namespace
}  // namespace souk::examples_test
