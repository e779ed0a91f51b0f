// Events: what a handler is called with.
#pragma once

#include <souk/role.hpp>
#include <souk/term.hpp>

#include <cstdint>
#include <string>

namespace souk {

/// Why a peer is gone, or a process ended: what was given to quit or delete_endpoint, the error of
/// a crash, or false (ABS-2).
struct reason {
  term value;

  /// It ended without saying why.
  [[nodiscard]] bool is_none() const noexcept { return value.is_false(); }
  [[nodiscard]] bool is_crash() const noexcept { return value.is(kind::error); }
  [[nodiscard]] std::string text() const {
    return is_crash() ? std::string{value.as_error()} : to_string(value);
  }
  friend bool operator==(const reason&, const reason&) = default;
};

enum class event_kind : std::uint8_t { presence, absence, message };

/// What happened, as the endpoint sees it. `role` is the peer's orientation and interest with the
/// topic that both share (PRE-4, PRE-5); of a message it is that of the sending, with the whole
/// body as topic (MSG-2).
class event {
 public:
  [[nodiscard]] static event presence(souk::role peer) {
    return event{event_kind::presence, std::move(peer)};
  }
  [[nodiscard]] static event absence(souk::role peer, souk::reason why) {
    return event{event_kind::absence, std::move(peer), std::move(why)};
  }
  [[nodiscard]] static event message(orientation o, term body) { return event{o, std::move(body)}; }

  [[nodiscard]] event_kind which() const noexcept { return kind_; }
  [[nodiscard]] const souk::role& role() const noexcept { return role_; }
  [[nodiscard]] const term& topic() const noexcept { return role_.topic; }
  /// Pre: a message.
  [[nodiscard]] const term& body() const noexcept { return role_.topic; }
  /// Of an absence; none otherwise.
  [[nodiscard]] const souk::reason& why() const noexcept { return reason_; }

 private:
  event(event_kind k, souk::role r, souk::reason why = {})
      : role_{std::move(r)}, reason_{std::move(why)}, kind_{k} {}
  event(orientation o, term body)  // a message, made in its place
      : role_{o, interest_type::participant, std::move(body)}, kind_{event_kind::message} {}

  souk::role role_;
  souk::reason reason_;
  event_kind kind_;
};

}  // namespace souk
