// Templates, guards and patterns at work (README section 3).
#pragma once

#include <optional>
#include <souk/term.hpp>
#include <stdexcept>
#include <string>

#include "tools/scenario/ast.hpp"
#include "tools/scenario/environment.hpp"

namespace souk::tool {

/// What a scenario asks for cannot be done: an unbound name, the sum of things that are no
/// integers.
class scenario_error : public std::runtime_error {
 public:
  scenario_error(const place& at, const std::string& what)
      : std::runtime_error{what}, line_{at.line}, pointer_{at.pointer} {}

  /// The whole message, in the form of load_error.
  [[nodiscard]] std::string text(const std::string& file) const;

 private:
  std::uint32_t line_;
  std::string pointer_;
};

/// The value of the template. A wildcard name is one variable in the whole of it.
[[nodiscard]] term evaluate(const term_template& from, const environment& names);
/// The same, which must give an integer.
[[nodiscard]] std::int64_t evaluate_integer(const term_template& from, const environment& names);
/// The values of all; they do not see each other.
[[nodiscard]] named_terms evaluate(const bindings& let, const environment& names);

[[nodiscard]] bool holds(const guard& condition, const environment& names);

/// Matches the patterns of one rule, one after the other, and keeps what they bind.
class matcher {
 public:
  explicit matcher(const environment& names) : names_{names} {}

  /// False: it does not match, and the rule does not fire.
  [[nodiscard]] bool match(const term_pattern& pattern, const term& value);
  /// The rule's names: those around it, and what its patterns bound.
  [[nodiscard]] environment names() const { return names_.with(bound_); }

 private:
  [[nodiscard]] bool match_is(const atom& literal, const term& value) const;
  [[nodiscard]] bool match_is(const bind_pattern& pattern, const term& value);
  [[nodiscard]] bool match_is(const equal_pattern& pattern, const term& value) const;
  [[nodiscard]] bool match_is(const exception_pattern& pattern, const term& value) const;
  [[nodiscard]] bool match_is(const list_pattern& pattern, const term& value);
  [[nodiscard]] bool match_is(const cons_pattern& pattern, const term& value);
  [[nodiscard]] bool match_is(const vector_pattern& pattern, const term& value);
  [[nodiscard]] bool match_is(const record_pattern& pattern, const term& value);
  [[nodiscard]] bool match_parts(const pattern_list& patterns, const term& value);

  const environment& names_;
  named_terms bound_;
};

}  // namespace souk::tool
