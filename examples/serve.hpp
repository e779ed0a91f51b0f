// What the examples that serve a port share: what to do when the port is taken.
#pragma once

#include <souk/souk.hpp>

#include <cstdint>

#include "options.hpp"

/// A process of the ground VM that sets the exit status to 1 when the port cannot be listened on.
/// (The ground VM says why on standard error, and returns, as nothing is left to do.)
inline souk::spawn_action fail_without_port(std::uint16_t port, int& status) {
  using namespace souk;
  return spawn(subscriber(topic<tcp::failure>(tcp::listener{port}, _, _))
                   .on_message([&status](const tcp::failure&) { status = 1; }));
}
