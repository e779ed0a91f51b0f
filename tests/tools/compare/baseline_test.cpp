#include "tools/compare/baseline.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/tools/compare/support.hpp"
#include "tools/compare/results.hpp"

namespace souk::tool {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using testing::some_findings;
using ::testing::ThrowsMessage;
using values = std::vector<double>;

const values slow{100, 101, 102, 103, 104};

values times(double factor) {
  values made;
  for (const double v : slow) made.push_back(v * factor);
  return made;
}

TEST(Judge, FindsWhatIsFarApart) {
  EXPECT_EQ(judge(slow, times(1.2), 1, true).judged, judgement::better);
  EXPECT_EQ(judge(slow, times(0.8), 1, true).judged, judgement::worse);
}

TEST(Judge, LessIsBetterForTimesAndBytes) {
  EXPECT_EQ(judge(slow, times(0.8), 1, false).judged, judgement::better);
  EXPECT_EQ(judge(slow, times(1.2), 1, false).judged, judgement::worse);
}

// B1
TEST(Judge, OneRepetitionThatLiesWithinTheOthersIsNoise) {
  values mixed = times(1.2);
  mixed[0] = 102.5;
  EXPECT_EQ(judge(slow, mixed, 1, true).judged, judgement::within_noise);
}

// B2
TEST(Judge, AChangeOfTwoPercentIsNone) {
  EXPECT_EQ(judge(values(5, 100), values{102, 102.1, 102.2, 102.3, 102.4}, 1, true).judged,
            judgement::within_noise);
}

// B3
TEST(Judge, AChangeSmallerThanTheMachinesIsNone) {
  EXPECT_EQ(judge(slow, times(0.85), 0.8, true).judged, judgement::within_noise);
  EXPECT_EQ(judge(slow, times(1.15), 0.8, true).judged, judgement::within_noise);
  EXPECT_EQ(judge(slow, times(0.7), 0.8, true).judged, judgement::worse);
}

TEST(Judge, TooFewRepetitionsAreNotJudged) {
  EXPECT_EQ(judge(values{1, 2, 3, 4}, times(9), 1, true).judged, judgement::too_few);
}

TEST(Changes, AreNoneSinceItself) {
  const ordered_json made = results_of(some_findings());
  const ordered_json changes = changes_between(made, made);
  EXPECT_EQ(changes.at("machine_ratio"), 1);
  EXPECT_EQ(changes.at("changes").size(), 3U + 12U + 2U);  // mean, p50, p99 and p99.9 of each
  for (const ordered_json& one : changes.at("changes"))
    EXPECT_EQ(one.at("judgement"), "within-noise");
}

TEST(Changes, AreToldByRowAndRunner) {
  findings quicker = some_findings();
  for (double& v : quicker.rows[0].cells["parallel-2"].values) v *= 2;
  const ordered_json changes =
      changes_between(results_of(some_findings()), results_of(quicker)).at("changes");
  std::vector<std::string> changed;
  for (const ordered_json& one : changes) {
    if (one.at("judgement") == "better") changed.push_back(one.at("runner"));
  }
  EXPECT_EQ(changed, std::vector<std::string>{"parallel-2"});
}

TEST(Changes, OfWhatIsOnlyOnOneSideAreNotTold) {
  findings less = some_findings();
  less.rows.erase(less.rows.begin());
  less.runners.pop_back();
  EXPECT_EQ(changes_between(results_of(less), results_of(some_findings())).at("changes").size(),
            8U + 2U);  // of two runners
}

TEST(Changes, OfNothingAreNotTold) {
  findings nothing = some_findings();
  for (double& v : nothing.rows[2].cells["functional"].values) v = 0;
  const ordered_json changes =
      changes_between(results_of(nothing), results_of(some_findings())).at("changes");
  EXPECT_EQ(changes.size(), 3U + 12U + 1U);
}

class ResultsFile : public ::testing::Test {
 protected:
  ~ResultsFile() override { std::filesystem::remove(file_); }
  void write(const std::string& text) const { std::ofstream{file_} << text; }

  const std::string file_ =
      (std::filesystem::temp_directory_path() / ("souk-results-" + std::to_string(::getpid())))
          .string();
};

TEST_F(ResultsFile, ReadsBackWhatWasWritten) {
  const ordered_json made = results_of(some_findings());
  write(made.dump(1));
  EXPECT_EQ(read_results(file_), made);
}

TEST_F(ResultsFile, SomethingElseIsRefusedWithWhatToDo) {
  const auto refused = [&] { (void)read_results(file_); };
  const auto says = ThrowsMessage<std::runtime_error>(HasSubstr("souk compare --json FILE"));
  for (const char* const text :
       {"", "{}", "[1]", R"({"schema": 1})", R"({"schema": "souk-compare/0"})",
        R"({"schema": "souk-compare/1", "throughput": []})"}) {
    write(text);
    EXPECT_THAT(refused, says) << text;
  }
}

TEST_F(ResultsFile, OneThatIsNotThereIsRefused) {
  EXPECT_THAT([&] { (void)read_results(file_); },
              ThrowsMessage<std::runtime_error>(HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace souk::tool
