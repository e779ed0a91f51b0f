// Unification of two terms whose variables are apart.
//
// Structure is shared: a variable is bound to a place in one of the two terms, and nothing is built
// until resolve(). So that it always ends, in time polynomial in the size of the terms:
// U1  A variable is never bound to a place that holds it, looking through all bindings (D-2).
// U2  No two places are compared twice.
// Threads: one unifier belongs to one thread; the terms must outlive it.
#pragma once

#include <souk/term.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace souk::routing {

class unifier {
 public:
  /// Makes the two equal, as far as variables allow. Call once.
  [[nodiscard]] bool unify(const term& left, const term& right);

  /// What `left` of a successful unify() has become, with canonical variables. Throws term_error
  /// when it is nested too deep.
  [[nodiscard]] term resolve(const term& left);

 private:
  enum class side : std::uint8_t { left, right };
  /// A part of one of the terms.
  struct place {
    const term* part;
    side of;
    friend auto operator<=>(const place&, const place&) = default;
  };
  struct binding {
    place variable;
    place value;
    std::optional<term> resolved{};  // resolve() visits each bound variable once
  };
  struct task {
    place left;
    place right;
  };

  [[nodiscard]] static bool same_variable(const place& a, const place& b) noexcept;
  [[nodiscard]] binding* find(const place& variable) noexcept;
  [[nodiscard]] place chase(place p) noexcept;
  [[nodiscard]] bool bind(const place& variable, const place& value);
  [[nodiscard]] bool occurs(const place& variable, const place& value);
  [[nodiscard]] bool step(const place& left, const place& right);
  [[nodiscard]] bool seen_before(const place& left, const place& right);
  void push_parts(const place& left, const place& right);
  [[nodiscard]] term resolve(const place& p, std::size_t depth);
  [[nodiscard]] term resolve_list(place p, std::size_t depth);
  [[nodiscard]] term resolve_variable(const place& p, std::size_t depth);

  std::vector<binding> bindings_;
  std::vector<task> tasks_;
  std::set<std::tuple<place, place>> compared_;
  std::vector<place> numbered_;  // unbound variables in the order of their canonical numbers
};

}  // namespace souk::routing
