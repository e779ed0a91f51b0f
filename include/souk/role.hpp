// Roles: which side of which conversation an endpoint is on, and how it is interested.
#pragma once

#include <souk/export.hpp>
#include <souk/term.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace souk {

enum class orientation : std::uint8_t { publisher, subscriber };
/// participant: takes part, and is seen. observer: sees participants, is not seen by them.
/// everything: sees all three types (INT-1).
enum class interest_type : std::uint8_t { participant, observer, everything };

[[nodiscard]] SOUK_EXPORT std::string_view to_string(orientation) noexcept;
[[nodiscard]] SOUK_EXPORT std::string_view to_string(interest_type) noexcept;

[[nodiscard]] constexpr orientation opposite(orientation o) noexcept {
  return o == orientation::publisher ? orientation::subscriber : orientation::publisher;
}

struct role {
  souk::orientation orientation = orientation::publisher;
  interest_type interest = interest_type::participant;
  term topic;

  friend bool operator==(const role&, const role&) = default;
};

/// Whether an endpoint of role `local` is told of a peer with that interest (INT-1).
[[nodiscard]] constexpr bool sees(interest_type local, interest_type remote) noexcept {
  return remote == interest_type::participant || local == interest_type::everything;
}

/// What two endpoints can talk about: the intersection of their topics, if their orientations are
/// opposite (PRE-1, PRE-4).
[[nodiscard]] SOUK_EXPORT std::optional<term> common_topic(const role& left, const role& right);

/// Equal enough for a silent update of an endpoint (UPD-1, UPD-3).
[[nodiscard]] SOUK_EXPORT bool interchangeable(const role& left, const role& right);

}  // namespace souk
