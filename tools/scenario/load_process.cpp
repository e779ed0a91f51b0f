// Scenarios, process definitions and rules (README sections 1 and 4).
#include "tools/scenario/load.hpp"
#include "tools/scenario/load_parts.hpp"

namespace souk::tool {
namespace {

occasions load_occasion(const cursor& at) {
  using enum occasions;
  static constexpr std::pair<std::string_view, occasions> words[] = {
      {"presence", presence}, {"absence", absence}, {"message", message}};
  return at.word("an event", words);
}

observations load_observation(const cursor& at) {
  using enum observations;
  static constexpr std::pair<std::string_view, observations> words[] = {
      {"sequence", sequence}, {"bag", bag}, {"explicit", as_logged}};
  return at.word("how the log is compared", words);
}

/// The keys that all rules have.
void load_common(const cursor& at, rule& out) {
  if (at.has("state")) out.state = load_pattern(at.member("state"));
  if (at.has("when")) out.when = load_guard(at.member("when"));
  if (at.has("crash")) out.crash = at.member("crash").text("the message of an exception");
  if (at.has("let")) out.let = load_bindings(at.member("let"));
  if (at.has("set")) out.set = load_template(at.member("set"));
  if (at.has("do")) out.actions = load_actions(at.member("do"));
}

void forbid(const cursor& at, std::string_view key, std::string_view event) {
  if (!at.has(key)) return;
  at.member(key).fail("expected no \"" + std::string{key} + "\" in a rule, unless \"on\" is \"" +
                      std::string{event} + "\"");
}

rule load_endpoint_rule(const cursor& at) {
  at.expect_keys("a rule of an endpoint", {"on"},
                 {"orientation", "interest", "topic", "message", "reason", "state", "when", "crash",
                  "let", "set", "do"});
  rule out;
  out.on = load_occasion(at.member("on"));
  if (out.on != occasions::message) forbid(at, "message", "message");
  if (out.on != occasions::absence) forbid(at, "reason", "absence");
  if (at.has("orientation")) out.orientation = load_orientation(at.member("orientation"));
  if (at.has("interest")) out.interest = load_interest(at.member("interest"));
  if (at.has("topic")) out.topic = load_pattern(at.member("topic"));
  if (at.has("message")) out.message = load_pattern(at.member("message"));
  if (at.has("reason")) out.reason = load_pattern(at.member("reason"));
  load_common(at, out);
  return out;
}

rule load_continuation_rule(const cursor& at) {
  at.expect_keys("a rule of a continuation", {}, {"state", "when", "crash", "let", "set", "do"});
  rule out;
  load_common(at, out);
  return out;
}

shared_rules load_rules(const cursor& at, rule (*load)(const cursor&)) {
  at.expect_list("a list of rules");
  rule_list out;
  out.reserve(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) out.push_back(load(at.item(i)));
  return std::make_shared<const rule_list>(std::move(out));
}

std::vector<std::string> load_texts(const cursor& at, std::string_view what) {
  at.expect_list("a list of " + std::string{what} + "s");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < at.size(); ++i) out.push_back(at.item(i).text(what));
  return out;
}

std::vector<action_list> load_inject(const cursor& at) {
  at.expect_list("a list of stages");
  std::vector<action_list> out;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const cursor stage = at.item(i);
    stage.expect_list("a stage (a list of send actions)");
    action_list& messages = out.emplace_back();
    for (std::size_t j = 0; j < stage.size(); ++j) {
      messages.push_back(load_inject_action(stage.item(j)));
    }
  }
  return out;
}

scenario load(const node& document, const std::string& file) {
  const cursor at{document, file};
  at.expect_keys("a scenario", {"name", "doc", "features", "boot"}, {"shows", "inject"});
  scenario out;
  out.file = file;
  out.name = at.member("name").text("the name of the scenario");
  out.doc = at.member("doc").text("what the scenario shows, as a string");
  out.features = load_texts(at.member("features"), "tag");
  if (at.has("shows")) out.shows = load_texts(at.member("shows"), "rule name");
  out.boot = load_definition(at.member("boot"));
  if (at.has("inject")) out.inject = load_inject(at.member("inject"));
  return out;
}

}  // namespace

orientations load_orientation(const cursor& at) {
  using enum orientations;
  static constexpr std::pair<std::string_view, orientations> words[] = {{"publisher", publisher},
                                                                        {"subscriber", subscriber}};
  return at.word("an orientation", words);
}

interests load_interest(const cursor& at) {
  using enum interests;
  static constexpr std::pair<std::string_view, interests> words[] = {
      {"participant", participant}, {"observer", observer}, {"everything", everything}};
  return at.word("an interest type", words);
}

process_name load_name(const cursor& at) {
  if (at.is(node::kinds::string)) return at.value().text;
  at.expect_list("a name (a string, or a list of templates)");
  return load_templates(at);
}

bindings load_bindings(const cursor& at) {
  at.expect_object("an object that gives names to templates");
  bindings out;
  for (std::size_t i = 0; i < at.size(); ++i) {
    out.emplace_back(at.key(i), load_template(at.item(i)));
  }
  return out;
}

shared_rules load_endpoint_rules(const cursor& at) { return load_rules(at, load_endpoint_rule); }

shared_rules load_continuation_rules(const cursor& at) {
  return load_rules(at, load_continuation_rule);
}

shared_definition load_definition(const cursor& at) {
  at.expect_keys("a process definition", {"name"}, {"state", "let", "actions", "crash", "observe"});
  auto name = load_name(at.member("name"));
  process_definition out{
      at.where(), std::move(name),       load_template_or_false(at, "state"), {}, {},
      {},         observations::sequence};
  if (at.has("let")) out.let = load_bindings(at.member("let"));
  if (at.has("actions")) out.actions = load_actions(at.member("actions"));
  if (at.has("crash")) out.crash = at.member("crash").text("the message of an exception");
  if (at.has("observe")) out.observe = load_observation(at.member("observe"));
  return std::make_shared<const process_definition>(std::move(out));
}

scenario load_scenario(const std::string& file) { return load(read_document(file), file); }

scenario parse_scenario(std::string_view text, const std::string& file) {
  return load(parse_document(text, file), file);
}

}  // namespace souk::tool
