// A scenario as it stands in its file (tests/conformance/README.md, sections 1 to 5).
//
// The types mirror the tables of that document and know nothing of a VM. A part that can go wrong
// when it is evaluated keeps its place in the file, for the message. Everything is immutable after
// loading; nodes are shared, so that closures of a running scenario can hold on to what they need.
// Threads: any number may read one scenario.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace souk::tool {

/// Where something stands in the scenario file.
struct place {
  std::uint32_t line = 0;
  std::string pointer;
};

enum class orientations { publisher, subscriber };
enum class interests { participant, observer, everything };
enum class occasions { presence, absence, message };
enum class observations { sequence, bag, as_logged };

/// The symbol, string or bytes of a literal; the type tells which.
struct symbol_literal {
  std::string name;
};
struct string_literal {
  std::string text;
};
struct bytes_literal {
  std::string bytes;
};
using atom = std::variant<bool, std::int64_t, symbol_literal, string_literal, bytes_literal>;

// ---- templates: they build terms ----

struct term_template;
using template_list = std::vector<term_template>;

struct wildcard_template {
  std::string name;  // "_": distinct from all others
};
struct name_template {
  std::string name;
};
struct arithmetic_template {
  bool add;  // otherwise subtract
  template_list operands;
};
struct append_template {
  template_list parts;  // two
};
struct list_template {
  template_list elements;
};
struct cons_template {
  template_list head_and_tail;  // two
};
struct vector_template {
  template_list elements;
};
struct record_template {
  std::string label;
  template_list fields;
};

struct term_template {
  place at;
  std::variant<atom, wildcard_template, name_template, arithmetic_template, append_template,
               list_template, cons_template, vector_template, record_template>
      is;
};

// ---- patterns: they take terms apart ----

enum class term_kinds { any, sym, integer, str, bytes, boolean, exn, ground, wild, nonwild };

struct term_pattern;
using pattern_list = std::vector<term_pattern>;

struct bind_pattern {
  std::string name;  // empty: matches and binds nothing
  term_kinds kind = term_kinds::any;
};
struct equal_pattern {
  term_template value;
};
struct exception_pattern {
  std::string message;
};
struct list_pattern {
  pattern_list elements;
};
struct cons_pattern {
  pattern_list head_and_tail;  // two
};
struct vector_pattern {
  pattern_list elements;
};
struct record_pattern {
  std::string label;
  pattern_list fields;
};

struct term_pattern {
  std::variant<atom, bind_pattern, equal_pattern, exception_pattern, list_pattern, cons_pattern,
               vector_pattern, record_pattern>
      is;
};

// ---- guards ----

struct guard;
using guard_list = std::vector<guard>;

struct equal_guard {
  term_template left, right;
};
struct less_guard {
  term_template left, right;
};
struct ground_guard {
  term_template value;
};
struct not_guard {
  guard_list negated;  // one
};
struct and_guard {
  guard_list all;
};
struct or_guard {
  guard_list any;
};

struct guard {
  std::variant<equal_guard, less_guard, ground_guard, not_guard, and_guard, or_guard> is;
};

// ---- processes, rules, actions ----

struct action;
using action_list = std::vector<action>;
using bindings = std::vector<std::pair<std::string, term_template>>;

/// A fixed text, or templates whose values are joined with `-`.
using process_name = std::variant<std::string, template_list>;

struct rule {
  std::optional<occasions> on;  // there in the rules of endpoints, and only there
  std::optional<orientations> orientation;
  std::optional<interests> interest;
  std::optional<term_pattern> topic, message, reason, state;
  std::optional<guard> when;
  std::optional<std::string> crash;
  bindings let;
  std::optional<term_template> set;
  action_list actions;
};
using rule_list = std::vector<rule>;
using shared_rules = std::shared_ptr<const rule_list>;

struct process_definition {
  place at;
  process_name name;
  term_template state;
  bindings let;
  action_list actions;
  std::optional<std::string> crash;
  observations observe = observations::sequence;
};
using shared_definition = std::shared_ptr<const process_definition>;

struct add_endpoint_action {
  term_template id;
  orientations orientation;
  term_template topic;
  interests interest;
  shared_rules rules;
};
struct delete_endpoint_action {
  term_template id, reason;
};
struct send_action {
  term_template body;
  orientations orientation;
};
struct spawn_action {
  shared_definition process;
  shared_rules continuation;  // null: none
};
struct spawn_vm_action {
  process_name name;
  shared_definition boot;
  std::optional<std::string> crash;
};
struct quit_action {
  std::optional<term_template> pid;
  term_template reason;
};
struct yield_action {
  shared_rules rules;
};
struct meta_action {
  action_list actions;
};
struct log_action {
  term_template term;
};
struct for_action {
  std::string variable;
  term_template from, to;
  action_list actions;
};
struct if_action {
  guard when;
  action_list then, otherwise;
};

struct action {
  place at;
  std::variant<add_endpoint_action, delete_endpoint_action, send_action, spawn_action,
               spawn_vm_action, quit_action, yield_action, meta_action, log_action, for_action,
               if_action>
      is;
};

struct scenario {
  std::string file;
  std::string name;
  std::string doc;
  std::vector<std::string> features;
  std::vector<std::string> shows;
  shared_definition boot;
  std::vector<action_list> inject;  // stages of `send`
};

}  // namespace souk::tool
