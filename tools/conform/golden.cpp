// Reading golden files: checked as thoroughly as scenarios, since the judge trusts their shape.
#include "tools/conform/golden.hpp"

#include "tools/scenario/cursor.hpp"
#include "tools/scenario/document.hpp"

namespace souk::tool {
namespace {

json to_json(const cursor& at) {
  const node& value = at.value();
  switch (value.kind) {
    case node::kinds::boolean: return value.boolean;
    case node::kinds::integer: return value.integer;
    case node::kinds::string: return value.text;
    case node::kinds::list: {
      json out = json::array();
      for (std::size_t i = 0; i < at.size(); ++i) out.push_back(to_json(at.item(i)));
      return out;
    }
    case node::kinds::object: {
      json out = json::object();
      for (std::size_t i = 0; i < at.size(); ++i) out[at.key(i)] = to_json(at.item(i));
      return out;
    }
    default: at.fail_expected("a part of an outcome");
  }
}

void check_members(const cursor& at, std::string_view what, void (*check)(const cursor&)) {
  at.expect_object(what);
  for (std::size_t i = 0; i < at.size(); ++i) check(at.item(i));
}

void check_process(const cursor& at) {
  at.expect_keys("a process of an outcome", {"log", "status"}, {"observe"});
  const cursor log = at.member("log");
  log.expect_list("a list of log entries");
  for (std::size_t i = 0; i < log.size(); ++i) log.item(i).expect_object("a log entry");
}

json load_outcome(const cursor& at) {
  at.expect_keys("an outcome", {"root", "processes", "vms", "escaped"});
  check_members(at.member("processes"), "an object of processes", check_process);
  check_members(at.member("vms"), "an object of VMs",
                [](const cursor& vm) { vm.expect_keys("a VM of an outcome", {"status"}); });
  at.member("escaped").expect_list("a list of actions");
  return compared_form(to_json(at));
}

bool load_flag(const cursor& at) {
  if (!at.is(node::kinds::boolean)) at.fail_expected("true or false");
  return at.value().boolean;
}

std::int64_t load_count(const cursor& at) {
  if (!at.is(node::kinds::integer) || at.value().integer < 0) at.fail_expected("a count");
  return at.value().integer;
}

void expect_key(const cursor& at, std::string_view key) {
  if (!at.has(key)) at.fail_expected("the key \"" + std::string{key} + "\" in a golden file");
}

outcome_list load_list(const cursor& at, std::string_view key, std::string_view count_key,
                       std::string_view saturated_key) {
  for (const auto needed : {key, count_key, saturated_key}) expect_key(at, needed);
  const cursor list = at.member(key);
  list.expect_list("a list of outcomes");
  outcome_list out;
  out.key = key;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.outcomes.push_back(load_outcome(list.item(i)));
    out.texts.push_back(canonical_text(out.outcomes.back()));
  }
  const bool left_out = out.outcomes.empty() && load_count(at.member(count_key)) != 0;
  out.complete = load_flag(at.member(saturated_key)) && !left_out;
  return out;
}

}  // namespace

golden load_golden(const std::string& file) {
  const node document = read_document(file);
  const cursor at{document, file};
  at.expect_object("a golden file (an object)");
  return {file, load_list(at, "outcomes", "outcome_count", "saturated"),
          load_list(at, "turn_extra", "turn_extra_count", "saturated_turn"),
          load_list(at, "transition_extra", "transition_extra_count", "saturated_transition")};
}

std::optional<std::filesystem::path> find_golden(const std::filesystem::path& scenario) {
  const auto folder = std::filesystem::absolute(scenario).parent_path().parent_path();
  const auto shown = scenario.parent_path() / "..";
  for (const char* name : {"golden-souk", "golden"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / name / scenario.filename(), ignored)) {
      return (shown / name / scenario.filename()).lexically_normal();
    }
  }
  return std::nullopt;
}

}  // namespace souk::tool
