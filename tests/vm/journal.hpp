// What happens in a VM, written down in order, for tests that read like the rules they hold.
#pragma once

#include <souk/souk.hpp>
#include <souk/text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace souk::testing {

using notebook = std::vector<std::string>;

/// "publisher (a)", "subscriber/observer (a)"
inline std::string describe(const role& r) {
  std::string text{to_string(r.orientation)};
  if (r.interest != interest_type::participant) text += "/" + std::string{to_string(r.interest)};
  return text + " " + to_string(r.topic);
}

/// Presence "+publisher (a)", absence "-publisher (a) REASON", a message "publisher (a)".
inline std::string describe(const event& e) {
  switch (e.which()) {
    case event_kind::presence: return "+" + describe(e.role());
    case event_kind::absence: return "-" + describe(e.role()) + " " + to_string(e.why().value);
    default: return describe(e.role());
  }
}

/// The endpoint writes each of its events down as "NAME EVENT".
inline endpoint noting(notebook& j, const std::string& name, endpoint ep) {
  const auto note = [&j, name](const event& e) { j.push_back(name + " " + describe(e)); };
  return std::move(ep).on_presence(note).on_absence(note).on_message(note);
}

/// Writes the text down when the action is performed.
inline yield_action note(notebook& j, const std::string& text) {
  return yield([&j, text] { j.push_back(text); });
}

/// Performs `answer` when the message arrives.
template <class Answer>
endpoint when(const term& message, const Answer& answer) {
  return subscriber(message).on_message([answer](const term&) { return actions{answer}; });
}

template <class... Parts>
vm run(Parts&&... parts) {
  vm made{vm_options{}, std::forward<Parts>(parts)...};
  made.run_until_inert();
  return made;
}

inline void send(vm& v, const term& body) {
  v.inject(send_message{body});
  v.run_until_inert();
}

}  // namespace souk::testing
