// What the tests of the TCP driver share: programs that serve or connect, clients, and counts of
// what a process holds.
#pragma once

#include <dirent.h>

#include <functional>
#include <string>
#include <system_error>
#include <thread>

#include "tests/ground/support.hpp"
#include "tests/ground/vm_support.hpp"

namespace souk::ground::test {

/// What a session does, as actions of a process of its own.
using session = std::function<actions(const tcp::socket& them, const tcp::socket& us)>;

/// A process that ends with the market, whatever else it waits for.
inline spawn_action start(session f, const tcp::socket& them, const tcp::socket& us) {
  return spawn([f = std::move(f), them, us] {
    actions all = f(them, us);
    all.append(subscriber("leave"_sym).on_message([] { return quit(); }));
    return all;
  });
}

inline endpoint sessions_on(std::uint16_t port, session f) {
  return observe_publishers(topic<tcp::channel>(_, tcp::listener{port}, _))
      .on_presence([f = std::move(f)](const topic<tcp::channel>& c) {
        return start(f, *c.source, *c.destination);
      });
}
/// A process that starts a session for each connection to the port.
inline spawn_action serve(std::uint16_t port, session f) {
  return spawn(sessions_on(port, std::move(f)));
}

inline tcp::options local_tcp(tcp::options how = {}) {
  how.host = "127.0.0.1";
  return how;
}

inline tcp::options lines_of() { return local_tcp({.input = tcp::framing::lines}); }

/// Sends back what comes.
inline actions echo(const tcp::socket& them, const tcp::socket& us) {
  return {publisher(topic<tcp::channel>(us, them, _)),
          subscriber(topic<tcp::channel>(them, us, _))
              .on_absence([] { return quit(); })
              .on_message([=](const tcp::segment& s) {
                return send_message(tcp::segment{us, them, s.packet});
              })};
}

/// Writes into the journal what it hears of `them`: "+", each packet, "-" with the reason.
inline endpoint hear(journal& notes, const tcp::socket& them, const tcp::socket& us) {
  return subscriber(topic<tcp::channel>(them, us, _))
      .on_presence([&notes] { notes.write("+"); })
      .on_absence([&notes](const reason& why) {
        notes.write("- " + why.text());
        return quit();
      })
      .on_message([&notes](const tcp::channel& c) { notes.write(to_string(c.packet)); });
}

/// A session that only hears.
inline session hearer(journal& notes) {
  return [&notes](const tcp::socket& them, const tcp::socket& us) -> actions {
    return {publisher(topic<tcp::channel>(us, them, _)), hear(notes, them, us)};
  };
}

/// Connects as soon as somebody listens there.
inline client dial(std::uint16_t port, int receive_buffer = 0) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      return client{port, receive_buffer};
    } catch (const std::system_error& e) {
      if (e.code().value() != ECONNREFUSED || std::chrono::steady_clock::now() > until) throw;
      std::this_thread::yield();
    }
  }
}

/// An echo session answers there. False: it closed or reset the connection.
inline bool answers(std::uint16_t port) {
  try {
    const client c = dial(port);
    c.send("x");
    return c.receive() == "x";
  } catch (const std::system_error&) {
    return false;
  }
}

/// Asked without a connection, which the listener would have to get rid of: nobody else can have
/// the port.
inline bool is_listening(std::uint16_t port) { return !can_bind(port); }

/// Asks again and again until it is so. False: patience ended first.
template <class Condition>
bool eventually(Condition is_so) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

/// The end of a connection as a client sees it: no more bytes, or a reset.
inline bool is_over(const client& c) {
  try {
    return c.receive().empty();
  } catch (const std::system_error&) {
    return true;
  }
}

inline int open_descriptors() {
  int count = 0;
  DIR* const all = ::opendir("/proc/self/fd");
  while (::readdir(all) != nullptr) ++count;
  ::closedir(all);
  return count;
}

}  // namespace souk::ground::test
