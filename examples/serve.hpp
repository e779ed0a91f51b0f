// What the examples that serve a port share: the command line, and what to do when the port is
// taken.
#pragma once

#include <souk/souk.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

/// The port of `--port P`; 5999 if it is not given. Ends the program on any other arguments.
inline std::uint16_t port_option(int argc, char** argv, std::string_view name) {
  const auto refuse = [&](std::string_view what) {
    std::cerr << name << ": " << what << "\nusage: " << name
              << " [--port P]    P: 1 to 65535, 5999 if not given\n";
    std::exit(2);
  };
  std::uint16_t port = 5999;
  if (argc == 1) return port;
  if (argc != 3 || std::string_view{argv[1]} != "--port") refuse("unknown arguments");
  const std::string_view text = argv[2];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    refuse("not a port: " + std::string{text});
  }
  return port;
}

/// A process of the ground VM that sets the exit status to 1 when the port cannot be listened on.
/// (The ground VM says why on standard error, and returns, as nothing is left to do.)
inline souk::spawn_action fail_without_port(std::uint16_t port, int& status) {
  using namespace souk;
  return spawn(subscriber(topic<tcp::failure>(tcp::listener{port}, _, _))
                   .on_message([&status](const tcp::failure&) { status = 1; }));
}
