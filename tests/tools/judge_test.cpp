// The judge on outcomes made by hand (tests/conformance/README.md, sections 7 and 8).
#include "tools/conform/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/conform/line_diff.hpp"
#include "tools/scenario/outcome.hpp"

namespace souk::tool {
namespace {

using testing::HasSubstr;

json entry(const char* term) { return {{"ev", "log"}, {"term", term}}; }

/// An outcome with one process p that logged these terms.
json outcome_of(const std::vector<const char*>& terms, const char* observe = nullptr) {
  json log = json::array({{{"ev", "boot"}}, {{"ev", "yield"}}});
  for (const char* term : terms) log.push_back(entry(term));
  json process = {{"log", log}, {"status", "alive"}};
  if (observe != nullptr) process["observe"] = observe;
  return {{"root", "idle"},
          {"processes", {{"p", process}}},
          {"vms", json::object()},
          {"escaped", json::array()}};
}

outcome_list list_of(std::string key, std::vector<json> outcomes, bool complete = true) {
  outcome_list out;
  out.key = std::move(key);
  for (auto& each : outcomes) out.outcomes.push_back(compared_form(std::move(each)));
  for (const auto& each : out.outcomes) out.texts.push_back(canonical_text(each));
  out.complete = complete;
  return out;
}

golden expecting(std::vector<json> outcomes, bool complete = true) {
  return {"g.json", list_of("outcomes", std::move(outcomes), complete), list_of("turn_extra", {}),
          list_of("transition_extra", {})};
}

TEST(Judge, TakesAnyListedOutcome) {
  const golden expected = expecting({outcome_of({"a"}), outcome_of({"b"})});
  EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({"a"})), verdicts::conforms);
  EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({"b"})), verdicts::conforms);
  EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({"a", "b"})), verdicts::fails);
}

TEST(Judge, GivesExtraOutcomesToTransitionSchedulesOnly) {
  golden expected = expecting({outcome_of({"a"})});
  expected.turn_extra = list_of("turn_extra", {outcome_of({"b"})});
  expected.transition_extra = list_of("transition_extra", {outcome_of({"c"})});
  for (const char* extra : {"b", "c"}) {
    EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({extra})), verdicts::fails);
    EXPECT_EQ(judge(expected, schedules::transitions, outcome_of({extra})), verdicts::conforms);
  }
  EXPECT_EQ(judge(expected, schedules::transitions, outcome_of({"d"})), verdicts::fails);
}

TEST(Judge, DecidesNothingByAnIncompleteListThatApplies) {
  golden expected = expecting({outcome_of({"a"})});
  expected.transition_extra = list_of("transition_extra", {}, false);
  EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({"x"})), verdicts::fails);
  EXPECT_EQ(judge(expected, schedules::transitions, outcome_of({"x"})), verdicts::undecided);
  EXPECT_EQ(judge(expected, schedules::transitions, outcome_of({"a"})), verdicts::conforms);
  EXPECT_EQ(judge(expecting({}, false), schedules::rounds, outcome_of({"a"})), verdicts::undecided);
}

TEST(Judge, ComparesBagsWithoutOrderAndWithMultiplicity) {
  const golden expected = expecting({outcome_of({"a", "b", "b"}, "bag")});
  EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({"b", "a", "b"}, "bag")),
            verdicts::conforms);
  EXPECT_EQ(judge(expected, schedules::rounds, outcome_of({"a", "b"}, "bag")), verdicts::fails);
  const golden ordered = expecting({outcome_of({"a", "b"})});
  EXPECT_EQ(judge(ordered, schedules::rounds, outcome_of({"b", "a"})), verdicts::fails);
}

TEST(Judge, ComparesExplicitLogsByBootAndLogEntries) {
  const json kept = compared_form(outcome_of({"a"}, "explicit"))["processes"]["p"]["log"];
  EXPECT_EQ(kept, json::array({{{"ev", "boot"}}, entry("a")}));
}

TEST(Judge, SortsBagsByCanonicalText) {
  json outcome = outcome_of({}, "bag");
  outcome["processes"]["p"]["log"] = json::parse(R"([{"v": ["x", 1]}, {"v": ["x", 10]}])");
  EXPECT_EQ(canonical_text(compared_form(outcome)["processes"]["p"]["log"]),
            R"([{"v":["x",10]},{"v":["x",1]}])");
}

TEST(Difference, ShowsTheNearestOutcomeAndItsChangedLines) {
  const golden expected = expecting({outcome_of({"x", "y", "z"}), outcome_of({"a", "b", "c"})});
  json got = outcome_of({"a", "c", "d"});
  got["processes"]["p"]["status"] = {{"quit", "why"}};
  got["escaped"].push_back({{"action", "spawn"}});
  got["vms"]["v"] = {{"status", "lost"}};
  EXPECT_EQ(difference(expected, schedules::rounds, got),
            "  nearest of 2 expected: outcomes[1] of g.json (- expected, + got)\n"
            "  process p\n"
            "      {\"ev\":\"boot\"}\n"
            "      {\"ev\":\"yield\"}\n"
            "      {\"ev\":\"log\",\"term\":\"a\"}\n"
            "    - {\"ev\":\"log\",\"term\":\"b\"}\n"
            "      {\"ev\":\"log\",\"term\":\"c\"}\n"
            "    - status \"alive\"\n"
            "    + {\"ev\":\"log\",\"term\":\"d\"}\n"
            "    + status {\"quit\":\"why\"}\n"
            "  nested VM v\n"
            "    + status \"lost\"\n"
            "  escaped actions\n"
            "    + {\"action\":\"spawn\"}\n");
}

TEST(Difference, LeavesOutLinesFarFromAChange) {
  const std::vector<const char*> many(20, "same");
  auto more = many;
  more.push_back("new");
  const std::string text =
      difference(expecting({outcome_of(many)}), schedules::rounds, outcome_of(more));
  EXPECT_THAT(text, HasSubstr("  process p\n      ...\n"));
  EXPECT_THAT(text, HasSubstr("    + {\"ev\":\"log\",\"term\":\"new\"}\n"));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 10);
}

TEST(LineDiff, TurnsTheFirstListIntoTheSecond) {
  const std::vector<std::string> a{"1", "2", "3", "4", "5"};
  const std::vector<std::string> b{"1", "3", "x", "4", "4", "5"};
  std::vector<std::string> first;
  std::vector<std::string> second;
  for (const auto& line : diff(a, b)) {
    if (line.mark != '+') first.push_back(line.text);
    if (line.mark != '-') second.push_back(line.text);
  }
  EXPECT_EQ(first, a);
  EXPECT_EQ(second, b);
  EXPECT_EQ(count_changes(diff(a, b)), 3U);
}

TEST(LineDiff, StaysSmallOnLongLists) {
  const std::vector<std::string> a(20'000, "a");
  const std::vector<std::string> b(20'000, "b");
  EXPECT_EQ(count_changes(diff(a, b)), 40'000U);
}

}  // namespace
}  // namespace souk::tool
