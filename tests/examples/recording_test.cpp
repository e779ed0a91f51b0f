// The examples, recorded while real clients use them, and repeated in a process of their own.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/examples/program.hpp"
#include "tests/ground/tcp_support.hpp"

namespace souk::examples_test {
namespace {

using ground::test::client;
using ground::test::dial;
using ground::test::free_port;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// A file that goes when the test ends.
class recording {
 public:
  recording()
      : name_{::testing::TempDir() + "recording-" + std::to_string(::getpid()) + "-" +
              std::to_string(++made)} {}
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;
  ~recording() { std::filesystem::remove(name_); }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  static inline int made = 0;
  std::string name_;
};

/// An example on the parallel VM, recorded; ended by SIGTERM.
class recorded_server {
 public:
  recorded_server(std::string_view name, const recording& into)
      : port_{free_port()},
        server_{{example(name), "--port", std::to_string(port_), "--vm", "parallel", "--workers",
                 "3", "--record", into.name()}} {}

  [[nodiscard]] client dial() const { return examples_test::dial(port_); }
  [[nodiscard]] int stop() {
    server_.signal(SIGTERM);
    return server_.wait();
  }

 private:
  std::uint16_t port_;
  program server_;
};

std::string read_until(const client& c, std::string_view part) {
  std::string all;
  while (all.find(part) == std::string::npos) all += c.receive();
  return all;
}

constexpr auto all_of_it = "([0-9]+) of [0-9]+ commits replayed\n";

TEST(Recording, OfAChatIsRepeatedToTheEnd) {
  const recording file;
  recorded_server server{"chat", file};
  {
    const client anna = server.dial();
    const client bert = server.dial();
    (void)read_until(anna, " arrived.\n");
    anna.send("hello\n");
    (void)read_until(bert, ": hello\n");
    bert.send("hi\n");
    (void)read_until(anna, ": hi\n");
  }
  ASSERT_EQ(server.stop(), 0);
  program again{{example("chat"), "--replay", file.name(), "--trace"}};
  EXPECT_EQ(again.wait(), 0);
  EXPECT_THAT(again.output(), HasSubstr("You are user"));
  EXPECT_THAT(again.output(), HasSubstr(": hi"));
  EXPECT_THAT(again.output(), HasSubstr(" commits replayed\n"));
}

TEST(Recording, OfAnEchoThatIsInUseAtTheEndIsRepeatedToTheEnd) {
  const recording file;
  recorded_server server{"echo", file};
  const client stays = server.dial();
  stays.send("x");
  EXPECT_EQ(stays.receive(), "x");
  ASSERT_EQ(server.stop(), 0);
  program again{{example("echo"), "--replay", file.name()}};
  EXPECT_EQ(again.wait(), 0);
  EXPECT_THAT(again.output(), MatchesRegex(all_of_it));
}

TEST(Recording, OfTimersIsRepeatedAtOnceAndUpToAnyCommit) {
  const recording file;
  program first{{example("timer"), "--vm", "parallel", "--record", file.name()}};
  ASSERT_EQ(first.wait(), 0);
  program again{{example("timer"), "--replay", file.name()}};
  EXPECT_EQ(again.wait(), 0);
  EXPECT_THAT(again.output(), HasSubstr("ground: 0 to go\n"));
  program part{{example("timer"), "--replay", file.name(), "--until", "3"}};
  EXPECT_EQ(part.wait(), 0);
  EXPECT_THAT(part.output(), MatchesRegex("3 of [0-9]+ commits replayed\n"));
}

TEST(Recording, OfAnotherProgramIsRefusedWithTheOneThatRepeatsIt) {
  const recording file;
  const auto refusal = [&](const std::string& first_line) {
    std::ofstream{file.name()} << first_line << "\nvm\nt 0\n";
    program p{{example("echo"), "--replay", file.name()}};
    EXPECT_EQ(p.wait(), 2);
    return p.output();
  };
  EXPECT_THAT(refusal("# example chat --port 5999"),
              HasSubstr("./run chat --replay " + file.name()));
  EXPECT_THAT(refusal("# program pingpong"), HasSubstr("souk replay " + file.name()));
  EXPECT_THAT(refusal("hello"), HasSubstr("not a recording of an example: " + file.name()));
}

TEST(Recording, ThatDivergesEndsWithExitOne) {
  const recording file;
  std::ofstream{file.name()} << "# example echo --port 5999\nvm\nt 0 1 2\nt 77\n";
  program p{{example("echo"), "--replay", file.name()}};
  EXPECT_EQ(p.wait(), 1);
  EXPECT_THAT(p.output(), HasSubstr(file.name() + ": the replay diverges"));
}

TEST(Recording, NeedsTheParallelVmAndAReplayNeedsNone) {
  const auto refusal = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), example("echo"));
    program p{arguments};
    EXPECT_EQ(p.wait(), 2);
    return p.output();
  };
  EXPECT_THAT(refusal({"--record", "file"}), HasSubstr("add --vm parallel"));
  EXPECT_THAT(refusal({"--vm", "parallel", "--record"}), HasSubstr("no file after --record"));
  EXPECT_THAT(refusal({"--trace"}), HasSubstr("belong to --replay FILE"));
  EXPECT_THAT(refusal({"--replay", "file", "--port", "5999"}), HasSubstr("leave out all but"));
}

TEST(Recording, IntoAFileThatCannotBeWrittenIsRefusedBeforeTheRun) {
  program p{{example("timer"), "--vm", "parallel", "--record", "/nowhere/file"}};
  EXPECT_EQ(p.wait(), 1);
  EXPECT_EQ(p.output(), "timer: /nowhere/file cannot be written\n");
}

}  // namespace
}  // namespace souk::examples_test
