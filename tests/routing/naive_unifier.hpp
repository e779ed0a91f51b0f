// A textbook unifier (Robinson), independent of souk's: trees that are copied, and a substitution
// that is applied to everything at each step. Slow and simple: what routing/ is compared with.
#pragma once

#include <souk/term.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace souk::testing {

struct tree {
  std::string label;  // of a variable: "?" and its name
  std::vector<tree> parts{};
  bool variable = false;
  friend bool operator==(const tree&, const tree&) = default;
};

/// `side` keeps the variables of two terms apart.
inline tree tree_of(const term& t, const std::string& side) {
  if (t.is(kind::wildcard)) return {"?" + side + std::to_string(t.as_wildcard().id), {}, true};
  tree made{std::string{to_string(t.which())}};
  if (t.is(kind::record)) made.label += " " + t.label().name();
  if (!t.is_compound()) made.label += " " + to_string(t);
  for (const term& part : t.parts()) made.parts.push_back(tree_of(part, side));
  return made;
}

inline tree substitute(const tree& t, const std::string& variable, const tree& value) {
  if (t.variable) return t.label == variable ? value : t;
  tree made{t.label};
  for (const tree& part : t.parts) made.parts.push_back(substitute(part, variable, value));
  return made;
}

inline bool occurs(const std::string& variable, const tree& t) {
  if (t.variable) return t.label == variable;
  for (const tree& part : t.parts) {
    if (occurs(variable, part)) return true;
  }
  return false;
}

/// What both become, or nothing.
inline std::optional<tree> unified(const tree& left, const tree& right) {
  tree result = left;
  std::vector<std::pair<tree, tree>> equations{{left, right}};
  while (!equations.empty()) {
    auto [a, b] = equations.back();
    equations.pop_back();
    if (a == b) continue;
    if (!a.variable && b.variable) std::swap(a, b);
    if (a.variable) {
      if (occurs(a.label, b)) return std::nullopt;
      result = substitute(result, a.label, b);
      for (auto& [x, y] : equations) {
        x = substitute(x, a.label, b);
        y = substitute(y, a.label, b);
      }
      continue;
    }
    if (a.label != b.label || a.parts.size() != b.parts.size()) return std::nullopt;
    for (std::size_t i = 0; i < a.parts.size(); ++i) equations.emplace_back(a.parts[i], b.parts[i]);
  }
  return result;
}

/// With variables numbered by first occurrence.
inline tree numbered(const tree& t, std::map<std::string, std::size_t>& numbers) {
  if (t.variable) {
    return {"?" + std::to_string(numbers.emplace(t.label, numbers.size()).first->second), {}, true};
  }
  tree made{t.label};
  for (const tree& part : t.parts) made.parts.push_back(numbered(part, numbers));
  return made;
}
inline tree numbered(const tree& t) {
  std::map<std::string, std::size_t> numbers;
  return numbered(t, numbers);
}

}  // namespace souk::testing
