// What the public scenarios do not show of the scenario language: guards, macros, kinds of
// patterns, scope, labels, and the errors of a scenario at run time
// (tests/conformance/README.md, sections 3 to 6).
#include "tools/scenario/interpreter.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tools/scenario/load.hpp"

namespace souk::tool {
namespace {

json run(const std::string& boot, const std::string& more = "", const run_options& options = {}) {
  const std::string text =
      R"({"name": "n", "doc": "", "features": [], "boot": )" + boot + more + "}";
  return run_scenario(parse_scenario(text, "f.json"), options);
}

std::string error_of(const std::string& boot, const run_options& options = {}) {
  try {
    return "no error, but " + canonical_text(run(boot, "", options));
  } catch (const load_error& error) {
    return error.what();
  }
}

/// The terms that a process logged, as one list.
std::string logged(const json& outcome, const std::string& label = "main") {
  json out = json::array();
  for (const auto& entry : outcome["processes"].at(label)["log"]) {
    if (entry["ev"] == "log") out.push_back(entry["term"]);
  }
  return canonical_text(out);
}

/// What a process logs that performs these actions.
std::string log_of(const std::string& actions, const std::string& more_keys = "") {
  return logged(run(R"({"name": "main", "actions": [)" + actions + "]" + more_keys + "}"));
}

std::string log_action(const std::string& term) {
  return R"({"action": "log", "term": )" + term + "}";
}

/// What a rule with these patterns logs when the body comes; [] if it does not fire.
std::string matched(const std::string& pattern, const std::string& body, const std::string& term,
                    const std::string& more_keys = "") {
  return log_of(R"({"action": "add-endpoint", "id": "e", "orientation": "subscriber", "topic": )"
                R"({"?": "_"}, "rules": [{"on": "message", "message": )" +
                pattern + more_keys + R"(, "do": [)" + log_action(term) +
                R"(]}]}, {"action": "send", "body": )" + body + "}");
}

TEST(Templates, ComputeAndBuild) {
  EXPECT_EQ(log_of(log_action(R"([{"+": [1, 2, 3]}, {"-": [10, 2, 3]}, {"-": [4]}])")),
            "[[6,5,4]]");
  EXPECT_EQ(log_of(log_action(R"({"append": [[1, 2], {"cons": [3, []]}]})")), "[[1,2,3]]");
  EXPECT_EQ(log_of(log_action(R"([{"?": "a"}, {"?": "_"}, {"?": "a"}, {"?": "_"}])")),
            R"([[{"?":0},{"?":1},{"?":0},{"?":2}]])");
  EXPECT_EQ(
      log_of(log_action(R"([{"bytes": "00ff"}, {"str": "s"}, {"vec": []}, {"rec": ["r", true]},
                                  {"cons": [1, {"cons": [2, 3]}]}])")),
      R"([[{"bytes":"00ff"},{"str":"s"},{"vec":[]},{"rec":["r",true]},)"
      R"({"cons":[1,{"cons":[2,3]}]}]])");
}

TEST(Patterns, TakeOnlyValuesOfTheirKind) {
  const std::string x = R"({"$": "x"})";
  const auto takes = [&](const std::string& kind, const std::string& body) {
    return matched(R"([{"$": "x", "is": ")" + kind + R"("}])", "[" + body + "]", "1") == "[1]";
  };
  EXPECT_TRUE(takes("sym", R"("a")"));
  EXPECT_FALSE(takes("sym", R"({"str": "a"})"));
  EXPECT_TRUE(takes("int", "1"));
  EXPECT_FALSE(takes("int", "true"));
  EXPECT_TRUE(takes("str", R"({"str": "a"})"));
  EXPECT_TRUE(takes("bytes", R"({"bytes": "61"})"));
  EXPECT_FALSE(takes("bytes", R"({"str": "a"})"));
  EXPECT_TRUE(takes("bool", "false"));
  EXPECT_FALSE(takes("exn", R"("a")"));
  EXPECT_TRUE(takes("ground", "[1, [2]]"));
  EXPECT_FALSE(takes("ground", R"([1, {"?": "_"}])"));
  EXPECT_TRUE(takes("nonwild", R"([1, {"?": "_"}])"));
  EXPECT_FALSE(takes("nonwild", R"({"?": "_"})"));
  EXPECT_TRUE(takes("wild", R"({"?": "_"})"));
  EXPECT_FALSE(takes("wild", "[]"));
}

TEST(Patterns, MatchStructureAndNotByUnification) {
  EXPECT_EQ(matched(R"({"cons": [{"$": "a"}, {"$": "b"}]})", "[1, 2, 3]", R"([{"$": "b"}])"),
            "[[[2,3]]]");
  EXPECT_EQ(matched(R"([{"$": "a"}, {"$": "b"}])", "[1, 2, 3]", "1"), "[]");
  EXPECT_EQ(matched(R"({"vec": [1, {"$": "a"}]})", R"({"vec": [1, 2]})", R"({"$": "a"})"), "[2]");
  EXPECT_EQ(matched(R"({"vec": [1, {"$": "a"}]})", R"({"rec": ["r", 1, 2]})", "1"), "[]");
  EXPECT_EQ(matched(R"({"rec": ["r", {"$": "a"}]})", R"({"rec": ["r", 2]})", R"({"$": "a"})"),
            "[2]");
  EXPECT_EQ(matched(R"({"rec": ["q", {"$": "a"}]})", R"({"rec": ["r", 2]})", "1"), "[]");
  EXPECT_EQ(matched(R"([1])", R"([{"?": "_"}])", "1"), "[]");
  EXPECT_EQ(matched(R"({"_": 0})", R"([{"?": "_"}])", "1"), "[1]");
  EXPECT_EQ(matched(R"({"str": "a"})", R"("a")", "1"), "[]");
}

TEST(Patterns, BindANameOnceInARule) {
  const std::string twice = R"([{"$": "x"}, {"$": "x"}])";
  EXPECT_EQ(matched(twice, "[[1, 2], [1, 2]]", R"({"$": "x"})"), "[[1,2]]");
  EXPECT_EQ(matched(twice, "[1, 2]", "1"), "[]");
  EXPECT_EQ(matched(R"([{"$": "x"}, {"=": {"+": [{"$": "x"}, 1]}}])", "[1, 2]", "1"), "[1]");
  EXPECT_EQ(matched(R"([{"$": "x"}, {"=": {"+": [{"$": "x"}, 1]}}])", "[1, 3]", "1"), "[]");
  // A name of the surrounding process is hidden, not compared.
  EXPECT_EQ(logged(run(R"({"name": "main", "let": {"x": 7}, "actions": [
      {"action": "add-endpoint", "id": 1, "orientation": "subscriber", "topic": [{"?": "_"}],
       "rules": [{"on": "message", "message": [{"$": "x"}], "do": [{"action": "log", "term":
       {"$": "x"}}]}]}, {"action": "send", "body": [8]}]})")),
            "[8]");
}

TEST(Guards, DecideWhetherARuleFires) {
  const auto fires = [](const std::string& guard) {
    return matched(R"([{"$": "x"}, {"$": "y"}])", "[1, 2]", "1", R"(, "when": )" + guard) == "[1]";
  };
  EXPECT_TRUE(fires(R"({"eq": [{"$": "x"}, 1]})"));
  EXPECT_FALSE(fires(R"({"eq": [{"$": "x"}, {"str": "1"}]})"));
  EXPECT_TRUE(fires(R"({"lt": [{"$": "x"}, {"$": "y"}]})"));
  EXPECT_FALSE(fires(R"({"lt": [2, {"$": "y"}]})"));
  EXPECT_TRUE(fires(R"({"ground": {"$": "x"}})"));
  EXPECT_FALSE(fires(R"({"ground": [{"?": "_"}]})"));
  EXPECT_TRUE(fires(R"({"not": {"eq": [1, 2]}})"));
  EXPECT_TRUE(fires(R"({"and": []})"));
  EXPECT_FALSE(fires(R"({"or": []})"));
  EXPECT_TRUE(fires(R"({"or": [{"eq": [1, 2]}, {"and": [{"eq": [1, 1]}, {"eq": [2, 2]}]}]})"));
  EXPECT_FALSE(fires(R"({"and": [{"eq": [1, 1]}, {"eq": [1, 2]}]})"));
}

TEST(Macros, ForRepeatsAndIfChooses) {
  EXPECT_EQ(log_of(R"({"action": "for", "var": "i", "from": 1, "to": 3, "do": [
      {"action": "if", "when": {"eq": [{"$": "i"}, 2]}, "then": [{"action": "log", "term": "two"}],
       "else": [{"action": "log", "term": {"$": "i"}}]}]})"),
            R"([1,"two",3])");
  EXPECT_EQ(log_of(R"({"action": "for", "var": "i", "from": 2, "to": 1, "do": [
      {"action": "log", "term": 1}]})"),
            "[]");
  EXPECT_EQ(log_of(R"({"action": "for", "var": "i", "from": 9223372036854775806, "to":
      9223372036854775807, "do": [{"action": "log", "term": {"$": "i"}}]})"),
            "[9223372036854775806,9223372036854775807]");
  EXPECT_EQ(
      log_of(R"({"action": "if", "when": {"eq": [1, 2]}, "then": [{"action": "log", "term": 1}]})"),
      "[]");
}

TEST(Scope, BindingsOfALetDoNotSeeEachOther) {
  EXPECT_EQ(log_of(log_action(R"([{"$": "a"}, {"$": "b"}])"),
                   R"(, "state": 5, "let": {"a": {"$": "state"}, "b": {"$": "self"}})"),
            R"([[5,{"pid":"main"}]])");
  EXPECT_EQ(error_of(R"({"name": "main", "let": {"a": 1, "b": {"$": "a"}}})"),
            "f.json:1: at /boot/let/b: the name \"a\" is not bound here");
}

TEST(Scope, DoSeesTheNewStateAndSetTheOldOne) {
  EXPECT_EQ(log_of(R"({"action": "yield", "rules": [{"let": {"old": {"$": "state"}},
      "set": {"+": [{"$": "state"}, {"$": "old"}]},
      "do": [{"action": "log", "term": [{"$": "old"}, {"$": "state"}]}]}]})",
                   R"(, "state": 4)"),
            "[[4,8]]");
}

TEST(Scope, ProcessesCloseOverTheNamesOfTheirPlace) {
  const json outcome = run(R"({"name": "main", "state": "s", "actions": [
      {"action": "for", "var": "i", "from": 1, "to": 2, "do": [{"action": "spawn", "process": {
        "name": ["w", {"$": "i"}, {"str": "x"}, {"$": "self"}], "state": {"$": "state"},
        "actions": [{"action": "log", "term":
          [{"$": "i"}, {"$": "state"}, {"$": "self"}]}]}}]}]})");
  EXPECT_EQ(logged(outcome, "w-1-x-main"), R"([[1,"s",{"pid":"w-1-x-main"}]])");
  EXPECT_EQ(logged(outcome, "w-2-x-main"), R"([[2,"s",{"pid":"w-2-x-main"}]])");
}

TEST(Scope, EndpointRulesSeeTheEvent) {
  EXPECT_EQ(matched(R"({"_": 0})", "[1]",
                    R"([{"$": "topic"}, {"$": "orientation"}, {"$": "interest"}, {"$": "body"}])"),
            R"([[[1],"publisher","participant",[1]]])");
  EXPECT_EQ(log_of(R"({"action": "add-endpoint", "id": "e", "orientation": "publisher", "topic": 1,
      "rules": [{"on": "absence", "reason": {"exn": "no"}}, {"on": "absence", "interest":
      "participant", "orientation": "subscriber", "do": [{"action": "log", "term":
      {"$": "reason"}}]}]},
      {"action": "add-endpoint", "id": "f", "orientation": "subscriber", "topic": 1},
      {"action": "delete-endpoint", "id": "f", "reason": "why"})"),
            R"(["why"])");
}

TEST(Labels, SayTheVmAndCountRepeatedNames) {
  const json outcome = run(R"({"name": "main", "actions": [
      {"action": "spawn-vm", "name": "v", "boot": {"name": "p", "actions": [
        {"action": "log", "term": [{"$": "vm"}, {"$": "self"}]}]}},
      {"action": "spawn-vm", "name": "v", "boot": {"name": "p", "actions": [
        {"action": "meta", "do": [{"action": "spawn", "process": {"name": "p"}}]}]}},
      {"action": "spawn", "process": {"name": "p"}}]})");
  EXPECT_EQ(logged(outcome, "v/p"), R"([[{"pid":"v"},{"pid":"v/p"}]])");
  EXPECT_TRUE(outcome["vms"].contains("v~2"));
  EXPECT_TRUE(outcome["processes"].contains("v~2/p"));
  EXPECT_TRUE(outcome["processes"].contains("p"));
  EXPECT_TRUE(outcome["processes"].contains("p~2"));
}

TEST(Outcome, KeepsOnlyBootAndLogsOfAnExplicitProcess) {
  const json outcome = run(R"({"name": "main", "observe": "explicit", "actions": [
      {"action": "yield", "rules": []}, {"action": "log", "term": 1}]})");
  EXPECT_EQ(
      canonical_text(outcome["processes"]["main"]),
      R"({"log":[{"ev":"boot"},{"ev":"log","term":1}],"observe":"explicit","status":"collected"})");
}

TEST(Outcome, TellsACrashInEachKindOfPlace) {
  const auto status = [](const std::string& boot) {
    return canonical_text(run(boot)["processes"]["main"]["status"]);
  };
  EXPECT_EQ(status(R"({"name": "main", "crash": "boom"})"), R"({"quit":{"exn":"boom"}})");
  EXPECT_EQ(
      status(R"({"name": "main", "actions": [{"action": "yield", "rules": [{"crash": "y"}]}]})"),
      R"({"quit":{"exn":"y"}})");
}

TEST(RunTimeErrors, NameTheirPlace) {
  const auto log_error = [](const std::string& term) {
    return error_of(R"({"name": "main", "actions": [)" + log_action(term) + "]}");
  };
  const std::string at_term = "f.json:1: at /boot/actions/0/term";
  EXPECT_EQ(log_error(R"([1, {"$": "x"}])"), at_term + "/1: the name \"x\" is not bound here");
  EXPECT_EQ(log_error(R"({"+": [1, {"str": "2"}]})"),
            at_term + "/+/1: expected an integer, but the value is \"2\"");
  EXPECT_EQ(log_error(R"({"+": [9223372036854775807, 1]})"),
            at_term + ": the result does not fit an integer of 64 bits");
  EXPECT_EQ(log_error(R"({"-": [-9223372036854775807, 2]})"),
            at_term + ": the result does not fit an integer of 64 bits");
  EXPECT_EQ(log_error(R"({"append": [{"cons": [1, 2]}, []]})"),
            at_term + "/append/0: expected a list, but the value is (1 . 2)");
  EXPECT_EQ(error_of(R"({"name": "main", "actions": [{"action": "quit", "pid": 3}]})"),
            "f.json:1: at /boot/actions/0/pid: expected a pid or false, but the value is 3");
  EXPECT_EQ(error_of(R"({"name": ["a", [1]]})"),
            "f.json:1: at /boot/name/1: a part of a name must be a symbol, string, integer or pid, "
            "but is (1)");
}

TEST(RunTimeErrors, ComeFromEveryKindOfPlace) {
  const std::string unbound = R"([{"action": "log", "term": {"$": "x"}}])";
  const std::string message = ": the name \"x\" is not bound here";
  const auto rules = R"("rules": [{"do": )" + unbound + "}]";
  EXPECT_EQ(error_of(R"({"name": "main", "actions": [{"action": "yield", )" + rules + "}]}"),
            "f.json:1: at /boot/actions/0/rules/0/do/0/term" + message);
  EXPECT_EQ(error_of(R"({"name": "main", "actions": [{"action": "spawn", "process": {"name": "c"},
                         "k": [{"do": )" +
                     unbound + "}]}]}"),
            "f.json:2: at /boot/actions/0/k/0/do/0/term" + message);
  EXPECT_EQ(error_of(R"({"name": "main", "actions": [{"action": "spawn-vm", "name": [{"$": "x"}],
                         "boot": {"name": "b"}}]})"),
            "f.json:1: at /boot/actions/0/name/0" + message);
  EXPECT_EQ(error_of(R"({"name": "main", "actions": [{"action": "spawn-vm", "name": "v",
                         "boot": {"name": "b", "actions": )" +
                     unbound + "}}]}"),
            "f.json:2: at /boot/actions/0/boot/actions/0/term" + message);
}

TEST(RunTimeErrors, StopAbsurdLoops) {
  const auto loop = [](const std::string& to, const std::string& body) {
    return R"({"action": "for", "var": "i", "from": -9223372036854775808, "to": )" + to +
           R"(, "do": [)" + body + "]}";
  };
  const std::string limit =
      ": this list of actions expands to more than 1000000 steps, which is the limit";
  EXPECT_EQ(error_of(R"({"name": "m", "actions": [)" + loop("9223372036854775807", "") + "]}"),
            "f.json:1: at /boot/actions/0" + limit);
  EXPECT_EQ(error_of(R"({"name": "m", "actions": [)" + loop("0", loop("0", "")) + "]}"),
            "f.json:1: at /boot/actions/0/do/0" + limit);
}

TEST(RunTimeErrors, RefuseTermsThatNestTooDeep) {
  // The state wraps itself for ever; the limit of souk's terms ends that.
  const std::string message = error_of(R"({"name": "main", "actions": [
      {"action": "add-endpoint", "id": 1, "orientation": "subscriber", "topic": 1, "rules": [
        {"on": "message", "set": [{"$": "state"}], "do": [{"action": "send", "body": 1}]}]},
      {"action": "send", "body": 1}]})");
  EXPECT_TRUE(message.starts_with("f.json:3: at /boot/actions/0/rules/0/set: ")) << message;
}

TEST(RunTimeErrors, GiveUpAfterTheRoundsThatAreAllowed) {
  const std::string forever = R"({"name": "main", "actions": [
      {"action": "add-endpoint", "id": 1, "orientation": "subscriber", "topic": 1, "rules": [
        {"on": "message", "do": [{"action": "send", "body": 1}]}]},
      {"action": "send", "body": 1}]})";
  run_options options;
  options.most_rounds = 50;
  EXPECT_EQ(
      error_of(forever, options),
      "f.json: still running after 50 rounds; allow more with --max-rounds, if it ends at all");
}

TEST(Inject, DeliversTheMessagesOfAStageTogetherOnEveryVm) {
  const std::string boot = R"({"name": "main", "actions": [{"action": "add-endpoint", "id": "e",
    "orientation": "subscriber", "topic": ["m", {"?": "_"}], "rules": [{"on": "message",
    "do": [{"action": "delete-endpoint", "id": "e"}]}]}]})";
  const std::string stage = R"(, "inject": [[{"action": "send", "body": ["m", 1]},
    {"action": "send", "body": ["m", 2]}, {"action": "send", "body": ["m", 3]}]])";
  const json expected = run(boot, stage);
  EXPECT_EQ(expected["processes"]["main"]["log"].size(), 4U);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(run(boot, stage, {.kind = vm_kind::parallel, .seed = seed, .workers = 2}), expected);
    EXPECT_EQ(run(boot, stage, {.seed = seed, .by_transition = true}), expected);
  }
}

TEST(Inject, DeliversEachStageWhenTheVmIsIdle) {
  const json outcome = run(R"({"name": "main", "state": 0, "actions": [
      {"action": "add-endpoint", "id": "e", "orientation": "subscriber", "topic": [{"?": "_"}],
       "rules": [{"on": "message", "message": [{"$": "n"}], "do": [{"action": "log", "term":
       {"$": "n"}}]}]}]})",
                           R"(, "inject": [[], [{"action": "send", "body": [1]},
       {"action": "send", "body": [2], "orientation": "subscriber"}],
       [{"action": "send", "body": [3]}]])");
  EXPECT_EQ(logged(outcome), "[1,3]");
}

}  // namespace
}  // namespace souk::tool
