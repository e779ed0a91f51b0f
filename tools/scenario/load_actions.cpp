// Actions (README section 5).
#include "tools/scenario/load_parts.hpp"

namespace souk::tool {
namespace {

using loaded = decltype(action::is);

loaded load_add_endpoint(const cursor& at) {
  at.expect_keys("an add-endpoint action", {"action", "id", "orientation", "topic"},
                 {"interest", "rules"});
  return add_endpoint_action{
      load_template(at.member("id")), load_orientation(at.member("orientation")),
      load_template(at.member("topic")),
      at.has("interest") ? load_interest(at.member("interest")) : interests::participant,
      at.has("rules") ? load_endpoint_rules(at.member("rules"))
                      : std::make_shared<const rule_list>()};
}

loaded load_delete_endpoint(const cursor& at) {
  at.expect_keys("a delete-endpoint action", {"action", "id"}, {"reason"});
  return delete_endpoint_action{load_template(at.member("id")),
                                load_template_or_false(at, "reason")};
}

send_action load_send(const cursor& at, name_use names) {
  at.expect_keys("a send action", {"action", "body"}, {"orientation"});
  return send_action{
      load_template(at.member("body"), names),
      at.has("orientation") ? load_orientation(at.member("orientation")) : orientations::publisher};
}

loaded load_spawn(const cursor& at) {
  at.expect_keys("a spawn action", {"action", "process"}, {"k"});
  return spawn_action{load_definition(at.member("process")),
                      at.has("k") ? load_continuation_rules(at.member("k")) : nullptr};
}

loaded load_spawn_vm(const cursor& at) {
  at.expect_keys("a spawn-vm action", {"action", "name", "boot"}, {"crash"});
  spawn_vm_action out{load_name(at.member("name")), load_definition(at.member("boot")), {}};
  if (at.has("crash")) out.crash = at.member("crash").text("the message of an exception");
  return out;
}

loaded load_quit(const cursor& at) {
  at.expect_keys("a quit action", {"action"}, {"pid", "reason"});
  quit_action out{{}, load_template_or_false(at, "reason")};
  if (at.has("pid")) out.pid = load_template(at.member("pid"));
  return out;
}

loaded load_yield(const cursor& at) {
  at.expect_keys("a yield action", {"action", "rules"});
  return yield_action{load_continuation_rules(at.member("rules"))};
}

loaded load_meta(const cursor& at) {
  at.expect_keys("a meta action", {"action", "do"});
  return meta_action{load_actions(at.member("do"), levels::meta)};
}

loaded load_log(const cursor& at) {
  at.expect_keys("a log action", {"action", "term"});
  return log_action{load_template(at.member("term"))};
}

loaded load_for(const cursor& at, levels level) {
  at.expect_keys("a for action", {"action", "var", "from", "to", "do"});
  return for_action{at.member("var").text("the name of a variable"),
                    load_template(at.member("from")), load_template(at.member("to")),
                    load_actions(at.member("do"), level)};
}

loaded load_if(const cursor& at, levels level) {
  at.expect_keys("an if action", {"action", "when", "then"}, {"else"});
  return if_action{load_guard(at.member("when")), load_actions(at.member("then"), level),
                   at.has("else") ? load_actions(at.member("else"), level) : action_list{}};
}

enum class action_kinds {
  add_endpoint,
  delete_endpoint,
  send,
  spawn,
  spawn_vm,
  quit,
  yield,
  meta,
  log,
  repeat,
  choose
};

action_kinds load_action_kind(const cursor& at, levels level) {
  using enum action_kinds;
  static constexpr std::pair<std::string_view, action_kinds> words[] = {
      {"add-endpoint", add_endpoint},
      {"delete-endpoint", delete_endpoint},
      {"send", send},
      {"spawn", spawn},
      {"spawn-vm", spawn_vm},
      {"quit", quit},
      {"yield", yield},
      {"meta", meta},
      {"log", log},
      {"for", repeat},
      {"if", choose}};
  at.expect_object("an action (an object with the key \"action\")");
  if (!at.has("action")) at.fail_expected("the key \"action\" in an action");
  const cursor name = at.member("action");
  const action_kinds kind = name.word("the name of an action", words);
  if (level == levels::meta && (kind == yield || kind == meta || kind == log)) {
    name.fail_expected(
        "what may stand under \"meta\" (add-endpoint, delete-endpoint, send, spawn, spawn-vm, "
        "quit, "
        "and for and if with these)");
  }
  return kind;
}

loaded load_action(const cursor& at, levels level) {
  switch (load_action_kind(at, level)) {
    case action_kinds::add_endpoint: return load_add_endpoint(at);
    case action_kinds::delete_endpoint: return load_delete_endpoint(at);
    case action_kinds::send: return load_send(at, name_use::allowed);
    case action_kinds::spawn: return load_spawn(at);
    case action_kinds::spawn_vm: return load_spawn_vm(at);
    case action_kinds::quit: return load_quit(at);
    case action_kinds::yield: return load_yield(at);
    case action_kinds::meta: return load_meta(at);
    case action_kinds::log: return load_log(at);
    case action_kinds::repeat: return load_for(at, level);
    case action_kinds::choose: break;
  }
  return load_if(at, level);
}

}  // namespace

action_list load_actions(const cursor& at, levels level) {
  at.expect_list("a list of actions");
  action_list out;
  out.reserve(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    const cursor each = at.item(i);
    out.push_back({each.where(), load_action(each, level)});
  }
  return out;
}

action load_inject_action(const cursor& at) {
  if (load_action_kind(at, levels::own) != action_kinds::send) {
    at.member("action").fail_expected("\"send\", the only action that \"inject\" has");
  }
  return {at.where(), load_send(at, name_use::forbidden)};
}

}  // namespace souk::tool
