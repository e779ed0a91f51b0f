// Every kind of malformed scenario file gives one line: file, line, path in the document, what was
// expected, what was found (tests/conformance/README.md, sections 1 to 5).
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tools/scenario/load.hpp"

namespace souk::tool {
namespace {

/// The message of the error that the text gives; empty if it is a scenario.
std::string error_of(const std::string& text) {
  try {
    const scenario loaded = parse_scenario(text, "f.json");
    return loaded.file.empty() ? "no file name" : "";
  } catch (const load_error& error) {
    return error.what();
  }
}

/// A scenario whose boot process has these actions.
std::string with_actions(const std::string& actions) {
  return R"({"name": "n", "doc": "d", "features": [], "boot": {"name": "main", "actions": [)" +
         actions + "]}}";
}

std::string with_body(const std::string& body) {
  return with_actions(R"({"action": "send", "body": )" + body + "}");
}

std::string with_rule(const std::string& rule) {
  return with_actions(
      R"({"action": "add-endpoint", "id": 1, "orientation": "publisher", "topic": 1, "rules": [)" +
      rule + "]}");
}

const std::string at_body = "f.json:1: at /boot/actions/0/body";
const std::string at_rule = "f.json:1: at /boot/actions/0/rules/0";
const std::string template_forms =
    "a template (a symbol as a string, an integer, true or false, a list, or an object with one of "
    R"("str", "bytes", "cons", "vec", "rec", "?", "$", "+", "-", "append"))";
const std::string pattern_forms =
    "a pattern (a symbol as a string, an integer, true or false, a list, or an object with one of "
    R"("str", "bytes", "cons", "vec", "rec", "_", "$", "=", "exn"))";
const std::string guard_forms =
    R"(a guard (an object with one of "eq", "lt", "ground", "not", "and", "or"))";

TEST(LoadScenario, TakesEveryPublicScenario) {
  std::size_t count = 0;
  const auto folder = std::filesystem::path{SOUK_SOURCE_DIR} / "tests/conformance/scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_NO_THROW(static_cast<void>(load_scenario(entry.path().string()))) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 100U);
}

TEST(LoadScenario, SaysWhichLineOfTheFile) {
  EXPECT_EQ(error_of("{\n \"name\": \"n\",\n \"doc\": \"d\",\n \"features\": [],\n"
                     " \"boot\": {\n  \"name\": \"main\",\n  \"actions\": [\n   7\n  ]\n }\n}"),
            "f.json:8: at /boot/actions/0: expected an action (an object with the key \"action\"), "
            "found the integer 7");
}

TEST(LoadScenario, NamesSyntaxErrorsByLineAndColumn) {
  EXPECT_EQ(error_of(""), "f.json:1:1: at /: expected a value, found the end of the file");
  EXPECT_EQ(error_of("{\"name\": \"n\",\n  }"),
            "f.json:2:3: at /: expected a key in double quotes, found '}'");
  EXPECT_EQ(error_of("{\"a/b~\": [1,\n  2 3]}"),
            "f.json:2:5: at /a~1b~0: expected ',' or ']' after an element of a list, found '3'");
  EXPECT_EQ(error_of("{\"a\" 1}"),
            "f.json:1:6: at /a: expected ':' after the key \"a\", found '1'");
  EXPECT_EQ(error_of("{\"a\": 1"),
            "f.json:1:8: at /: expected ',' or '}' after a member of an object, found the end of "
            "the file");
  EXPECT_EQ(error_of("{} x"), "f.json:1:4: at /: expected the end of the document, found 'x'");
  EXPECT_EQ(error_of("[tru]"), "f.json:1:2: at /0: expected a value, found 't'");
  EXPECT_EQ(error_of("[01]"),
            "f.json:1:3: at /: expected ',' or ']' after an element of a list, found '1'");
  EXPECT_EQ(error_of("[1.]"), "f.json:1:4: at /0: expected a digit, found ']'");
  EXPECT_EQ(error_of("[\"a\nb\"]"),
            "f.json:1:4: at /0: expected a character of a string, or its end, found '\\x0a'");
  EXPECT_EQ(error_of(R"(["\q"])"),
            R"(f.json:1:4: at /0: expected one of " \ / b f n r t u after a backslash, found 'q')");
  EXPECT_EQ(error_of(R"(["\u12g4"])"),
            "f.json:1:5: at /0: expected four hexadecimal digits after \\u, found '1'");
  EXPECT_EQ(error_of("[\"abc"),
            "f.json:1:6: at /0: expected '\"' at the end of a string, found the "
            "end of the file");
  EXPECT_EQ(error_of("[\"a\xff\"]"),
            "f.json:1:4: at /0: expected UTF-8 in a string, found '\\xff'");
  EXPECT_EQ(error_of(R"(["\ud800x"])"),
            "f.json:1:9: at /0: expected the second half of a surrogate pair, found 'x'");
  EXPECT_EQ(error_of(R"(["\udc00"])"),
            "f.json:1:9: at /0: expected the first half of a surrogate pair, found the second");
}

TEST(LoadScenario, RefusesTheSameKeyTwice) {
  EXPECT_EQ(error_of("{\"name\": \"n\",\n \"name\": \"m\"}"),
            "f.json:2:2: at /: expected each key once in an object, found \"name\" twice");
}

TEST(LoadScenario, RefusesDeepNestingWithoutRunningOutOfStack) {
  const std::string deep(1'000'000, '[');
  const std::string message = error_of(deep);
  EXPECT_TRUE(message.starts_with("f.json:1:501: at /0/0")) << message.substr(0, 40);
  EXPECT_TRUE(message.ends_with("expected at most 500 levels of nesting, found more"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_TRUE(error_of(objects).ends_with("expected at most 500 levels of nesting, found more"));
}

TEST(LoadScenario, NamesMissingAndUnknownKeys) {
  EXPECT_EQ(error_of("[]"), "f.json:1: at /: expected a scenario, found an empty list");
  EXPECT_EQ(error_of(R"({"name": "n", "doc": "d", "boot": {"name": "main"}})"),
            "f.json:1: at /: expected the key \"features\" in a scenario, found an object with the "
            "keys \"name\", \"doc\", \"boot\"");
  EXPECT_EQ(error_of(with_actions(R"({"action": "send", "bodi": 1})")),
            "f.json:1: at /boot/actions/0/bodi: expected a key of a send action (\"action\", "
            "\"body\" or \"orientation\"), found \"bodi\"; did you mean \"body\"?");
  EXPECT_EQ(
      error_of(with_actions(R"({"body": 1})")),
      "f.json:1: at /boot/actions/0: expected the key \"action\" in an action, found an object "
      "with the key \"body\"");
}

TEST(LoadScenario, ListsTheWordsThatAreAllowed) {
  EXPECT_EQ(error_of(with_actions(R"({"action": "send", "body": 1, "orientation": "publsher"})")),
            "f.json:1: at /boot/actions/0/orientation: expected an orientation (\"publisher\" or "
            "\"subscriber\"), found the string \"publsher\"; did you mean \"publisher\"?");
  EXPECT_EQ(error_of(with_rule(R"({"on": "xyz"})")),
            at_rule +
                "/on: expected an event (\"presence\", \"absence\" or \"message\"), found the "
                "string \"xyz\"");
  EXPECT_EQ(error_of(with_rule(R"({"on": 3})")),
            at_rule +
                "/on: expected an event (\"presence\", \"absence\" or \"message\"), found the "
                "integer 3");
  EXPECT_EQ(
      error_of(with_actions(R"({"action": "spwan"})")),
      "f.json:1: at /boot/actions/0/action: expected the name of an action (\"add-endpoint\", "
      "\"delete-endpoint\", \"send\", \"spawn\", \"spawn-vm\", \"quit\", \"yield\", \"meta\", "
      "\"log\", \"for\" or \"if\"), found the string \"spwan\"; did you mean \"spawn\"?");
}

TEST(LoadScenario, RefusesWhatIsNoTemplate) {
  const std::string expected = ": expected " + template_forms + ", found ";
  EXPECT_EQ(error_of(with_body("null")), at_body + expected + "null");
  EXPECT_EQ(error_of(with_body("1.5")), at_body + expected + "the fraction 1.5");
  EXPECT_EQ(error_of(with_body("1e2")), at_body + expected + "the fraction 1e2");
  EXPECT_EQ(error_of(with_body("9223372036854775808")),
            at_body + expected + "the integer 9223372036854775808, which does not fit 64 bits");
  EXPECT_EQ(error_of(with_body("-9223372036854775808")), "");
  EXPECT_EQ(error_of(with_body("{}")), at_body + expected + "an empty object");
  EXPECT_EQ(error_of(with_body(R"({"pid": "main"})")),
            at_body + expected + "an object with the key \"pid\"");
  EXPECT_EQ(error_of(with_body(R"({"exn": "m"})")),
            at_body + expected + "an object with the key \"exn\"");
  EXPECT_EQ(error_of(with_body(R"({"_": 0})")),
            at_body + expected + "an object with the key \"_\"");
  EXPECT_EQ(error_of(with_body(R"({"str": "a", "x": 1})")),
            at_body + expected + "an object with the keys \"str\", \"x\"");
  EXPECT_EQ(error_of(with_body(R"([1, {"vec": [{"str": 5}]}])")),
            at_body + "/1/vec/0/str: expected a string, found the integer 5");
}

TEST(LoadScenario, RefusesPartsOfTemplatesThatHaveTheWrongShape) {
  const std::string hex = "/bytes: expected bytes as lower-case hexadecimal digits, two for each, ";
  EXPECT_EQ(error_of(with_body(R"({"bytes": "0F"})")), at_body + hex + "found the string \"0F\"");
  EXPECT_EQ(error_of(with_body(R"({"bytes": "0"})")), at_body + hex + "found the string \"0\"");
  EXPECT_EQ(error_of(with_body(R"({"?": 0})")),
            at_body +
                "/?: expected the name of a wildcard (a string; \"_\" for a fresh one), found "
                "the integer 0");
  EXPECT_EQ(error_of(with_body(R"({"cons": [1]})")),
            at_body + "/cons: expected [head, tail], found a list of 1 element");
  EXPECT_EQ(error_of(with_body(R"({"rec": []})")),
            at_body +
                "/rec: expected [\"label\", field...], the label being a symbol, found an "
                "empty list");
  EXPECT_EQ(error_of(with_body(R"({"rec": [{"str": "l"}, 1]})")),
            at_body +
                "/rec/0: expected the label of a record (a symbol as a string), found an "
                "object with the key \"str\"");
  EXPECT_EQ(error_of(with_body(R"({"+": []})")),
            at_body + "/+: expected a list of at least one integer template, found an empty list");
  EXPECT_EQ(error_of(with_body(R"({"append": [[1], [2], [3]]})")),
            at_body + "/append: expected a list of two list templates, found a list of 3 elements");
  EXPECT_EQ(error_of(with_body(R"({"$": ""})")),
            at_body + "/$: expected the name of a binding, found the string \"\"");
}

TEST(LoadScenario, RefusesWhatIsNoPatternOrGuard) {
  EXPECT_EQ(
      error_of(with_rule(R"({"on": "message", "message": {"?": "_"}})")),
      at_rule + "/message: expected " + pattern_forms + ", found an object with the key \"?\"");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "message": {"_": 1}})")),
            at_rule + "/message/_: expected 0, found the integer 1");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "message": {"$": "x", "is": "in"}})")),
            at_rule +
                "/message/is: expected a kind of value (\"sym\", \"int\", \"str\", \"bytes\", "
                "\"bool\", \"exn\", \"ground\", \"wild\" or \"nonwild\"), found the string "
                "\"in\"; did you mean \"int\"?");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "message": {"$": "x", "as": "int"}})")),
            at_rule +
                "/message/as: expected a key of such a pattern (\"$\" or \"is\"), found \"as\"; "
                "did you mean \"is\"?");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "when": {"gt": [1, 2]}})")),
            at_rule + "/when: expected " + guard_forms + ", found an object with the key \"gt\"");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "when": {"and": {"eq": [1, 2]}}})")),
            at_rule + "/when/and: expected a list of guards, found an object with the key \"eq\"");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "when": {"lt": [1]}})")),
            at_rule + "/when/lt: expected a list of two templates, found a list of 1 element");
}

TEST(LoadScenario, KeepsRulesOfEndpointsAndContinuationsApart) {
  EXPECT_EQ(error_of(with_rule(R"({"do": []})")),
            at_rule +
                ": expected the key \"on\" in a rule of an endpoint, found an object with the "
                "key \"do\"");
  EXPECT_EQ(error_of(with_rule(R"({"on": "presence", "message": 1})")),
            at_rule + "/message: expected no \"message\" in a rule, unless \"on\" is \"message\"");
  EXPECT_EQ(error_of(with_rule(R"({"on": "message", "reason": 1})")),
            at_rule + "/reason: expected no \"reason\" in a rule, unless \"on\" is \"absence\"");
  EXPECT_EQ(error_of(with_actions(R"({"action": "yield", "rules": [{"on": "message"}]})")),
            "f.json:1: at /boot/actions/0/rules/0/on: expected a key of a rule of a continuation "
            "(\"state\", \"when\", \"crash\", \"let\", \"set\" or \"do\"), found \"on\"");
}

TEST(LoadScenario, AllowsOnlyPlainActionsUnderMeta) {
  const std::string allowed =
      "expected what may stand under \"meta\" (add-endpoint, delete-endpoint, send, spawn, "
      "spawn-vm, quit, and for and if with these), found the string ";
  for (const char* name : {"yield", "log", "meta"}) {
    EXPECT_EQ(error_of(with_actions(R"({"action": "meta", "do": [{"action": "for", "var": "i", )"
                                    R"("from": 1, "to": 2, "do": [{"action": ")" +
                                    std::string{name} + R"("}]}]})")),
              "f.json:1: at /boot/actions/0/do/0/do/0/action: " + allowed + "\"" +
                  std::string{name} + "\"");
  }
}

TEST(LoadScenario, TakesOnlySendsWithoutNamesInInject) {
  const std::string head =
      R"({"name": "n", "doc": "d", "features": [], "boot": {"name": "m"}, "inject": [[)";
  EXPECT_EQ(error_of(head + R"({"action": "send", "body": [1, {"$": "x"}]}]]})"),
            "f.json:1: at /inject/0/0/body/1: expected no name, since \"inject\" knows none, "
            "found an object with the key \"$\"");
  EXPECT_EQ(error_of(head + R"({"action": "quit"}]]})"),
            "f.json:1: at /inject/0/0/action: expected \"send\", the only action that \"inject\" "
            "has, found the string \"quit\"");
  EXPECT_EQ(error_of(head + R"({"action": "send", "body": [1, 2]}]]})"), "");
}

TEST(LoadScenario, NamesFilesThatCannotBeRead) {
  const auto error = [](const std::string& file) -> std::string {
    try {
      static_cast<void>(load_scenario(file));
      return "";
    } catch (const load_error& problem) {
      return problem.what();
    }
  };
  EXPECT_EQ(error("no/such.json"), "no/such.json: cannot read it: no such file");
  EXPECT_EQ(error("/"), "/: cannot read it: it is a folder");
}

TEST(LoadScenario, ReadsEscapesAndUnicode) {
  const scenario loaded = parse_scenario(
      "\xef\xbb\xbf{\"name\": \"\\u0041\\ud83d\\ude00\\n\\/\xc3\xa9\", \"doc\": \"\", "
      "\"features\": "
      "[\"t\"], \"boot\": {\"name\": \"m\"}}",
      "f.json");
  EXPECT_EQ(loaded.name, "A\xf0\x9f\x98\x80\n/\xc3\xa9");
  EXPECT_EQ(loaded.features, std::vector<std::string>{"t"});
}

}  // namespace
}  // namespace souk::tool
