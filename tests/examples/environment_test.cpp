// examples/environment: a program that takes memory for ever is shut down, and the rest stays
// normal.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/examples/program.hpp"
#include "tests/ground/tcp_support.hpp"

namespace souk::examples_test {
namespace {

SOUK_EXAMPLE_ON_EACH_VM(EnvironmentExample);

using ground::test::client;
using ground::test::dial;
using ground::test::free_port;
using ::testing::HasSubstr;
using ::testing::Not;

/// What is said to the user, until that has been said.
class screen {
 public:
  explicit screen(client& of) : of_{of} {}

  const std::string& until(const std::string& text) {
    while (seen_.find(text) == std::string::npos) {
      const std::string more = of_.receive();
      if (more.empty()) break;
      seen_ += more;
    }
    return seen_;
  }

 private:
  client& of_;
  std::string seen_;
};

TEST_P(EnvironmentExample, EndsTheBadLoopAndNothingElse) {
  const auto port = free_port();
  program server{on_each_vm::run("environment", {"--port", std::to_string(port)})};
  client user = dial(port);
  client other = dial(port);
  screen shown{user};
  screen shown_to_other{other};
  user.send("run clock\n");
  other.send("run clock\n");
  EXPECT_THAT(shown.until("[1] clock runs"), HasSubstr("[1] clock runs"));
  EXPECT_THAT(shown_to_other.until("[1] clock runs"), HasSubstr("[1] clock runs"));
  user.send("run loop\n");
  EXPECT_THAT(shown.until("memory-limit"), HasSubstr("[2] loop has ended: memory-limit"));
  user.send("usage\n");
  EXPECT_THAT(shown.until("peak KiB"), HasSubstr("peak KiB"));
  EXPECT_THAT(shown.until("1  clock"), HasSubstr("1  clock"));
  user.send("stop 1\n");
  EXPECT_THAT(shown.until("stopped"), HasSubstr("[1] clock has ended: stopped"));
  user.send("stop 1\nrun nonsense\n");
  EXPECT_THAT(shown.until("no program 1"), HasSubstr("there is no program 1"));
  other.send("reset\n");
  EXPECT_THAT(shown_to_other.until("stopped"), HasSubstr("[1] clock has ended: stopped"));
  EXPECT_THAT(shown_to_other.until("stopped"), Not(HasSubstr("memory-limit")));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_P(EnvironmentExample, ALeakIsEndedInItsTime) {
  const auto port = free_port();
  program server{on_each_vm::run("environment", {"--port", std::to_string(port)})};
  client user = dial(port);
  screen shown{user};
  user.send("run leak\nrun clock\n");
  EXPECT_THAT(shown.until("memory-limit"), HasSubstr("[1] leak has ended: memory-limit"));
  EXPECT_THAT(shown.until("[2]"), Not(HasSubstr("[2] clock has ended")));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_P(EnvironmentExample, ShowsAgainAndAgainWhatIsUsedToWhoWatches) {
  const auto port = free_port();
  program server{on_each_vm::run("environment", {"--port", std::to_string(port)})};
  client user = dial(port);
  user.send("run clock\n");
  screen started{user};
  started.until("[1] clock runs");
  user.send("watch\n");
  for (int table = 0; table < 3; ++table) {
    screen shown{user};
    EXPECT_THAT(shown.until("queued\n"), HasSubstr("processes"));
    EXPECT_THAT(shown.until("1  clock"), HasSubstr("1  clock"));
  }
  user.send("watch\nusage\nstop 1\n");
  screen last{user};
  EXPECT_THAT(last.until("stopped"), HasSubstr("[1] clock has ended: stopped"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_P(EnvironmentExample, RunsScenarioFilesEachInItsOwnVm) {
  const auto port = free_port();
  program server{on_each_vm::run("environment", {"--port", std::to_string(port)})};
  client user = dial(port);
  screen shown{user};
  EXPECT_THAT(shown.until("watch\n"), HasSubstr("| run hello | run hoard\n"));
  user.send("run clock\nrun hoard\nrun hello\n");
  const std::string& hello = shown.until("heard 3");
  EXPECT_THAT(hello, HasSubstr("[3] listener: (heard 1)"));
  EXPECT_THAT(hello, HasSubstr("[3] listener: (heard 2)"));
  EXPECT_THAT(shown.until("memory-limit"), HasSubstr("[2] hoard has ended: memory-limit"));
  user.send("run crash\n");
  EXPECT_THAT(shown.until("lost"), HasSubstr("[4] witness: (lost "));
  EXPECT_THAT(shown.until("lost"), Not(HasSubstr("[1] clock has ended")));
  user.send("run ../programs/hello\n");
  EXPECT_THAT(shown.until("no program"), HasSubstr("there is no program ../programs/hello"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_P(EnvironmentExample, SaysWhatIsWrongWithAProgram) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("souk_programs_" + std::to_string(::getpid()) + GetParam());
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "half.json"} << "{ \"name\": \"half\", ";
  const auto port = free_port();
  program server{on_each_vm::run("environment",
                                 {"--port", std::to_string(port), "--programs", folder.string()})};
  client user = dial(port);
  screen shown{user};
  user.send("run half\n");
  EXPECT_THAT(shown.until("half.json:1"), HasSubstr("half.json:1"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace souk::examples_test
