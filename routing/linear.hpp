// Matching and intersection where no variable is repeated, without a unifier: each variable stands
// for whatever is across from it.
#pragma once

#include <souk/term.hpp>

#include <optional>

namespace souk::routing {

/// matches(body, topic). Pre: `body` is ground, no variable of `topic` is repeated, and `topic` has
/// at most max_tokens.
[[nodiscard]] bool reaches_linear(const term& body, const term& topic) noexcept;

/// matches(body, topic), if `left_out`, a part of the body, is what the topic has in its place.
/// Nothing, if that part is met in more than one place, so that it is not known which was meant.
/// Pre: as above, and that place is an atom in the topic, and not inside what a wildcard stands
/// for.
[[nodiscard]] std::optional<bool> reaches_but_for(const term& left_out, const term& body,
                                                  const term& topic) noexcept;

/// matches(body, topic). Pre: `body` is ground.
[[nodiscard]] bool reaches_any(const term& body, const term& topic);

/// intersection(left, right). Pre: neither is_loose(), neither is the boolean false.
[[nodiscard]] std::optional<term> meet_linear(const term& left, const term& right);

}  // namespace souk::routing
