// How the examples that serve a port start, and how they refuse to.
#include <gmock/gmock.h>

#include "tests/examples/program.hpp"
#include "tests/ground/tcp_support.hpp"

namespace souk::examples_test {
namespace {

using ::testing::HasSubstr;

class Servers : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Examples, Servers, ::testing::Values("chat", "echo"),
                         [](const auto& tested) { return std::string{tested.param}; });

TEST_P(Servers, RefuseWrongArgumentsWithExitTwo) {
  const std::vector<std::vector<std::string>> wrong{
      {"--port"},       {"--port", ""},  {"--port", "0"},        {"--port", "65536"},
      {"--port", "-1"}, {"--port", "x"}, {"--port", "59 "},      {"--port=5999"},
      {"5999"},         {"--help"},      {"--port", "1", "more"}};
  for (auto arguments : wrong) {
    arguments.insert(arguments.begin(), example(GetParam()));
    program p{arguments};
    EXPECT_EQ(p.wait(), 2);
    EXPECT_THAT(p.output(), HasSubstr("usage: " + std::string{GetParam()} + " [--port P]"));
  }
}

TEST_P(Servers, SayThatThePortIsTakenWithExitOne) {
  const ground::loop other;
  const auto holder = ground::test::listen_on(other);
  const auto port = std::to_string(holder->local().port);
  program p{{example(GetParam()), "--port", port}};
  EXPECT_EQ(p.wait(), 1);
  EXPECT_THAT(p.output(), HasSubstr("address-in-use"));
  EXPECT_THAT(p.output(), HasSubstr(port));
  EXPECT_THAT(p.output(), HasSubstr("choose another port"));
}

TEST_P(Servers, EndWithExitZeroOnCtrlCAndOnSigterm) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto port = ground::test::free_port();
    program p{{example(GetParam()), "--port", std::to_string(port)}};
    const auto c = ground::test::dial(port);
    p.signal(signal);
    EXPECT_EQ(p.wait(), 0);
    EXPECT_EQ(p.output(), "");
  }
}

TEST_P(Servers, TakeTheirPortAgainAtOnce) {
  const auto port = ground::test::free_port();
  for (int i = 0; i < 3; ++i) {
    program p{{example(GetParam()), "--port", std::to_string(port)}};
    const auto c = ground::test::dial(port);
    p.signal(SIGTERM);
    EXPECT_EQ(p.wait(), 0);
  }
}

}  // namespace
}  // namespace souk::examples_test
