// A journal that is no record of the program is noticed, and what can be recorded is said.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/ground/replay_support.hpp"

namespace souk::ground::test {
namespace {

using ::testing::HasSubstr;
using lines_of_text = std::vector<std::string>;

/// One client of an echo, recorded once for all tests.
class GroundJournal : public ::testing::Test {
 protected:
  static const setting& echo() {
    static const setting made = an_echo(free_port(), lines_of(), echo_lines, 1);
    return made;
  }
  static const recorded_run& recorded() {
    static recorded_run made;
    static const bool once = [] { return record(echo(), 2, made), true; }();
    (void)once;
    return made;
  }

  /// What is wrong with the changed journal; empty: nothing.
  static std::string fault_of(const std::function<void(lines_of_text&)>& tamper) {
    onlooker repeated;
    try {
      replay(echo(), reread(recorded().log, tamper), repeated);
    } catch (const journal_error& error) {
      return error.what();
    }
    return difference(recorded().seen, repeated);
  }
  static auto line_with(lines_of_text& all, std::string_view part) {
    return std::ranges::find_if(
        all, [&](const std::string& one) { return one.find(part) != std::string::npos; });
  }
};

TEST_F(GroundJournal, UnchangedShowsNoDifference) {
  EXPECT_EQ(fault_of([](lines_of_text&) {}), "");
}

TEST_F(GroundJournal, AChangedMessageShows) {
  const std::string fault = fault_of([](lines_of_text& all) {
    auto& line = *line_with(all, "line 7");
    line.replace(line.find("line 7"), 6, "lime 7");
  });
  EXPECT_THAT(fault, HasSubstr("lime 7"));
}

TEST_F(GroundJournal, MessagesInAnotherOrderShow) {
  const std::string fault = fault_of([](lines_of_text& all) {
    std::iter_swap(line_with(all, "line 7"), line_with(all, "line 8"));
  });
  EXPECT_THAT(fault, HasSubstr("line 8"));
}

TEST_F(GroundJournal, AMissingMessageShows) {
  EXPECT_NE(fault_of([](lines_of_text& all) { all.erase(line_with(all, "line 7")); }), "");
}

TEST_F(GroundJournal, AMissingCommitIsNamed) {
  EXPECT_THAT(fault_of([](lines_of_text& all) { all.erase(line_with(all, "t 0")); }),
              HasSubstr("nothing that was committed next can be performed"));
}

TEST_F(GroundJournal, AMissingEndIsNamed) {
  EXPECT_THAT(fault_of([](lines_of_text& all) {
                const auto answers = line_with(all, "w #pid");
                all.erase(answers - 1);
              }),
              HasSubstr("after the last commit of the journal there is more to do"));
}

TEST_F(GroundJournal, AMissingAnswerIsNamed) {
  EXPECT_THAT(fault_of([](lines_of_text& all) {
                std::erase_if(all, [](const std::string& one) { return one.starts_with("w"); });
              }),
              HasSubstr("asks the world (the time, a fresh name, a socket) more often"));
}

TEST_F(GroundJournal, AnAnswerTooManyIsNamed) {
  EXPECT_THAT(fault_of([](lines_of_text& all) { *line_with(all, "w #pid") += " 1"; }),
              HasSubstr("times when it was recorded"));
}

TEST_F(GroundJournal, AValueOfASourceThatNobodyAskedForIsNamed) {
  const std::string fault = fault_of([](lines_of_text& all) {
    auto& line = *line_with(all, "souk-source");
    const auto start = line.find("souk-source ") + 12;
    line.replace(start, line.find(')', start) - start, "4711");
  });
  EXPECT_THAT(fault, HasSubstr("event source 4711 yields a value"));
}

TEST_F(GroundJournal, OfAnotherVmIsRefused) {
  std::stringstream text{"vm\np #s(go)\n"};
  const auto other = souk::journal::read(text);
  onlooker nobody;
  EXPECT_THROW(
      try { replay(echo(), other, nobody); } catch (const journal_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("no journal of a ground VM"));
        throw;
      },
      journal_error);
}

TEST_F(GroundJournal, IsRepeatedUpToAnyCommit) {
  for (std::uint64_t most = 0; most < recorded().log.commits(); ++most) {
    onlooker repeated;
    ASSERT_NO_THROW(replay(echo(), recorded().log, repeated, most)) << most << " commits";
  }
}

TEST_F(GroundJournal, IsOfTheParallelVmOnly) {
  souk::journal log;
  const auto error = [&](const ground_options& how) -> std::string {
    try {
      ground_vm(how, quit());
      return "";
    } catch (const usage_error& refused) {
      return refused.what();
    }
  };
  EXPECT_THAT(error({.record = &log}), HasSubstr("set `kind` to vm_kind::parallel"));
  EXPECT_THAT(error({.kind = vm_kind::parallel, .record = &log, .replay = &log}),
              HasSubstr("a run is recorded, or a recorded one repeated"));
}

TEST(Journal, SaysWhichLineCannotBeRead) {
  const auto error = [](const std::string& line) -> std::string {
    std::stringstream text{"vm\nt 0\n" + line + "\n"};
    try {
      (void)souk::journal::read(text);
      return "";
    } catch (const journal_error& refused) {
      return refused.what();
    }
  };
  EXPECT_EQ(error("w #pid[0:1] 12.5 #f \"closed\""), "");
  EXPECT_EQ(error("cut"), "");
  EXPECT_THAT(error("w 1 2"), HasSubstr("line 3 of the journal: expected a process after `w`"));
  EXPECT_THAT(error("w #pid[0:1] ("), HasSubstr("line 3 of the journal: an answer that cannot"));
  EXPECT_EQ(error("c #pid[0:1] 12 13"), "");
  EXPECT_THAT(error("c 1"), HasSubstr("line 3 of the journal: expected a process and two numbers"));
  EXPECT_THAT(error("x"), HasSubstr("line 3 of the journal: expected the number of a process"));
  EXPECT_THAT(error("x 7 ("), HasSubstr("line 3 of the journal: a reason that cannot be read"));
  EXPECT_THAT(error("y"), HasSubstr("line 3 of the journal: expected `vm`"));
}

}  // namespace
}  // namespace souk::ground::test
