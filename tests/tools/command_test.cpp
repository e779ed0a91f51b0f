// The souk command from outside: output, exit status, standard error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

struct finished {
  int status;
  std::string out, error;
};

/// What `souk replay` prints when it is done.
std::string replayed(unsigned long long done, unsigned long long recorded) {
  std::ostringstream line;
  line << done << " of " << recorded << " commits replayed\n";
  return line.str();
}

/// A folder of its own for each test, gone afterwards.
class SoukCommand : public testing::Test {
 protected:
  SoukCommand() {
    std::string name = (fs::temp_directory_path() / "souk-command-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~SoukCommand() override { fs::remove_all(folder_); }

  finished souk(const std::string& arguments) {
    const auto out = folder_ / "out.txt";
    const auto error = folder_ / "error.txt";
    const std::string line = "cd '" + folder_.string() + "' && '" SOUK_COMMAND "' " + arguments +
                             " >'" + out.string() + "' 2>'" + error.string() + "'";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(error)};
  }

  void write(const std::string& file, const std::string& text) {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream{folder_ / file} << text;
  }

  /// scenarios/NAME.json that logs one symbol, and its golden file that expects one.
  void write_case(const std::string& name, const std::string& logs, const std::string& expects,
                  const std::string& golden_folder = "golden") {
    write("scenarios/" + name + ".json",
          R"({"name": "n", "doc": "", "features": [], "boot": {"name": "main", "actions": [)"
          R"({"action": "log", "term": ")" +
              logs + "\"}]}}");
    write(golden_folder + "/" + name + ".json",
          R"({"outcomes": [{"root": "idle", "vms": {}, "escaped": [], )"
          R"("processes": {"main": {"log": [)"
          R"({"ev": "boot"}, {"ev": "log", "term": ")" +
              expects +
              R"("}], "status": "collected"}}}], "outcome_count": 1, "saturated": true,
                 "turn_extra": [], "turn_extra_count": 0, "saturated_turn": true,
                 "transition_extra": [], "transition_extra_count": 0,
                 "saturated_transition": true})");
  }

  static std::string text_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream{file}.rdbuf();
    return std::move(out).str();
  }

  fs::path folder_;
};

TEST_F(SoukCommand, TellsItsVersionAndItsCommands) {
  const auto version = souk("--version");
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("souk "));
  const auto help = souk("--help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("run  "));
  EXPECT_THAT(help.out, HasSubstr("conform  "));
  for (const char* command : {"run", "conform"}) {
    const auto more = souk(std::string{command} + " --help");
    EXPECT_EQ(more.status, 0);
    EXPECT_THAT(more.out, HasSubstr("--seed"));
  }
}

TEST_F(SoukCommand, ExitsWithTwoWhenUsedWrongly) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "A subcommand is required"},
      {"confrom x", "souk: there is no command \"confrom\""},
      {"confrom x", "did you mean \"conform\"?"},
      {"--frob", "subcommand"},
      {"run", "FILE is required"},
      {"run a.json b.json", "not expected: b.json"},
      {"run a.json --vm fast", "there is no VM \"fast\", only: functional"},
      {"run a.json --seed -1", "--seed: expected an integer from 0 to 18446744073709551615, found"},
      {"conform x --repeat 0", "--repeat: expected an integer from 1 to"},
      {"conform x --jobs 1.5", "--jobs: expected an integer from 1 to 256, found \"1.5\""},
      {"run no.json", "no.json: cannot read it: no such file"}};
  for (const auto& [arguments, message] : mistakes) {
    const auto result = souk(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_THAT(result.error, HasSubstr(message)) << arguments;
  }
}

TEST_F(SoukCommand, RunPrintsTheOutcomeAsOneDocument) {
  write_case("a", "hello", "hello");
  const auto result = souk("run scenarios/a.json");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(
      result.out,
      R"({"escaped":[],"processes":{"main":{"log":[{"ev":"boot"},{"ev":"log","term":"hello"}],)"
      R"("status":"collected"}},"root":"idle","vms":{}})"
      "\n");
  EXPECT_THAT(souk("run --pretty --seed 7 scenarios/a.json").out,
              StartsWith("{\n \"escaped\": [],\n"));
}

TEST_F(SoukCommand, RunRefusesAMalformedFileWithItsPlace) {
  write("bad.json", "{\n \"name\": 5\n}");
  const auto result = souk("run bad.json");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(
      result.error,
      "bad.json:1: at /: expected the key \"doc\" in a scenario, found an object with the key "
      "\"name\"\n");
}

TEST_F(SoukCommand, RunRefusesAScenarioThatGoesWrong) {
  write("bad.json",
        R"({"name": "n", "doc": "", "features": [], "boot": {"name": "main", "actions": [
    {"action": "log", "term": {"$": "nobody"}}]}})");
  const auto result = souk("run bad.json");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.error,
            "bad.json:2: at /boot/actions/0/term: the name \"nobody\" is not bound here\n");
}

TEST_F(SoukCommand, ConformCountsOnItsLastLine) {
  write_case("a", "x", "x");
  write_case("b", "x", "x");
  const auto result = souk("conform . --repeat 3");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "2 passed, 0 failed\n");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(souk("conform scenarios").out, "2 passed, 0 failed\n");
  EXPECT_EQ(souk("conform scenarios/a.json").out, "1 passed, 0 failed\n");
}

TEST_F(SoukCommand, ConformShowsWhatIsDifferentAndHowToRunItAgain) {
  write_case("a", "x", "x");
  write_case("b", "x", "y");
  const auto result = souk("conform . --seed 4 --repeat 2 --jobs 2");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.out,
            "FAIL b: seed 4 shows an outcome that is not expected (so do 2 of 2 seeds)\n"
            "  nearest of 1 expected: outcomes[0] of golden/b.json (- expected, + got)\n"
            "  process main\n"
            "      {\"ev\":\"boot\"}\n"
            "    - {\"ev\":\"log\",\"term\":\"y\"}\n"
            "    + {\"ev\":\"log\",\"term\":\"x\"}\n"
            "      status \"collected\"\n"
            "  rerun: souk conform ./scenarios/b.json --vm functional --seed 4\n"
            "1 passed, 1 failed\n");
}

TEST_F(SoukCommand, ConformPrefersTheGoldenFileOfSouk) {
  write_case("a", "x", "original");
  write_case("a", "x", "x", "golden-souk");
  EXPECT_EQ(souk("conform .").out, "1 passed, 0 failed\n");
}

TEST_F(SoukCommand, ConformRunsTheOthersWhenAFileIsNoGood) {
  write_case("a", "x", "x");
  write_case("b", "x", "x");
  write("scenarios/b.json", "[");
  write("scenarios/c.json",
        R"({"name": "n", "doc": "", "features": [], "boot": {"name": "main"}})");
  write_case("d", "x", "x");
  write("golden/d.json", R"({"outcomes": [{"root": "idle"}]})");
  const auto result = souk("conform . nowhere.json");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "1 passed, 4 failed\n");
  EXPECT_THAT(result.error, HasSubstr("scenarios/b.json:1:2: at /0: expected a value"));
  EXPECT_THAT(result.error, HasSubstr("scenarios/c.json: expected a golden file in"));
  EXPECT_THAT(result.error, HasSubstr("golden/d.json:1: "));
  EXPECT_THAT(result.error, HasSubstr("nowhere.json: cannot read it: no such file"));
}

TEST_F(SoukCommand, ReplaysARecordedScenario) {
  write_case("a", "x", "x");
  EXPECT_EQ(souk("run scenarios/a.json --vm parallel --workers 2 --record a.rec").status, 0);
  EXPECT_EQ(souk("replay a.rec").out, replayed(1, 1));
  EXPECT_EQ(souk("replay a.rec --trace").out, "#pid[0:0] (start #f)\n1 of 1 commits replayed\n");
}

TEST_F(SoukCommand, ReplaysARecordedCheckFromAnotherProcess) {
  for (const std::string program : {"pingpong", "presence-churn", "random --seed 7"}) {
    const auto checked = souk("check " + program + " --workers 4 --record it.rec");
    ASSERT_EQ(checked.status, 0) << program << checked.out << checked.error;
    const unsigned long long commits = std::stoull(checked.out);
    EXPECT_EQ(souk("replay it.rec").out, replayed(commits, commits));
    EXPECT_EQ(souk("replay it.rec --until 3").out, replayed(3, commits));
  }
}

TEST_F(SoukCommand, ReplayOfAnotherProgramDiverges) {
  ASSERT_EQ(souk("check random --seed 1 --record it.rec").status, 0);
  write("other.rec", "# program pingpong\n# seed 1\n" +
                         text_of(folder_ / "it.rec").substr(sizeof("# program random\n# seed 1")));
  const auto result = souk("replay other.rec");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, StartsWith("DIVERGES pingpong: the replay diverges"));
}

TEST_F(SoukCommand, ReplayRefusesWhatIsNoRecording) {
  write("no.rec", "hello\n");
  write("part.rec", "# program pingpong\n# seed 0\nvm\nt x\n");
  write("chat.rec", "# example chat --port 5999\nvm\n");
  write("gone.rec", "# program gone.json\n# seed 0\nvm\n");
  const std::pair<const char*, const char*> mistakes[] = {
      {"replay no.rec", "no.rec: not a recording: expected \"# program ...\", found \"hello\""},
      {"replay chat.rec", "which repeats it: ./run chat --replay chat.rec"},
      {"replay part.rec", "part.rec: line 4 of the journal: expected the number of a process"},
      {"replay gone.rec", "gone.json: cannot read it: no such file"},
      {"replay nowhere.rec", "nowhere.rec: cannot be read"},
      {"run x.json --record x.rec", "add --vm parallel"},
      {"check pingpong --record no/where", "no/where: cannot be written"}};
  for (const auto& [arguments, message] : mistakes) {
    const auto result = souk(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_THAT(result.error, HasSubstr(message)) << arguments;
  }
}

TEST_F(SoukCommand, SaysThatItCannotWriteItsAnswer) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  write_case("a", "x", "x");
  const auto result = souk("run scenarios/a.json >/dev/full; test $? = 2; exit $?; true");
  EXPECT_EQ(result.status, 0);
}

}  // namespace
