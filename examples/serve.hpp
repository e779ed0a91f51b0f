// What the examples that serve a port share: what to do when the port is taken.
#pragma once

#include <souk/souk.hpp>

#include <utility>

#include "recording.hpp"

/// Runs the ground VM of an example, whose exit status is 1 when the port cannot be listened on.
/// (The ground VM says why on standard error, and returns, as nothing is left to do.)
template <class... Parts>
int serve(const example_options& chosen, Parts&&... parts) {
  using namespace souk;
  int without_port = 0;
  const int status = run_example(
      chosen,
      spawn(subscriber(topic<tcp::failure>(tcp::listener{chosen.port}, _, _))
                .on_message([&without_port](const tcp::failure&) { without_port = 1; })),
      std::forward<Parts>(parts)...);
  return status != 0 ? status : without_port;
}
