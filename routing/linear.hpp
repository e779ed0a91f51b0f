// Matching and intersection where no variable is repeated, without a unifier: each variable stands
// for whatever is across from it.
#pragma once

#include <souk/term.hpp>

#include <optional>

namespace souk::routing {

/// matches(body, topic). Pre: `body` is ground, no variable of `topic` is repeated, and `topic` has
/// at most max_tokens.
[[nodiscard]] bool reaches_linear(const term& body, const term& topic) noexcept;

/// matches(body, topic). Pre: `body` is ground.
[[nodiscard]] bool reaches_any(const term& body, const term& topic);

/// intersection(left, right). Pre: neither is_loose(), neither is the boolean false.
[[nodiscard]] std::optional<term> meet_linear(const term& left, const term& right);

}  // namespace souk::routing
