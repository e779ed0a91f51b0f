// The command line of the examples: where they listen, and what their ground VM runs on.
#pragma once

#include <souk/souk.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

struct example_options {
  std::uint16_t port = 5999;
  souk::ground_options ground{};
};

enum class listens : bool { nowhere, on_a_port };

/// Ends the program on arguments that it does not know.
inline example_options options_of(int argc, char** argv, std::string_view name,
                                  listens where = listens::on_a_port) {
  const auto refuse = [&](std::string_view what, std::string_view found) {
    std::cerr << name << ": " << what << found << "\nusage: " << name;
    if (where == listens::on_a_port) std::cerr << " [--port P]";
    std::cerr << " [--vm functional|parallel] [--workers N]\n"
                 "P: 1 to 65535, 5999 if not given; N: threads of the parallel VM, one a core if "
                 "not given\n";
    std::exit(2);
  };
  example_options chosen;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option{argv[i]};
    const std::string_view value{i + 1 < argc ? argv[i + 1] : ""};
    const auto number = [&](auto most) {
      decltype(most) n = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
      if (error != std::errc{} || end != value.data() + value.size() || n == 0 || n > most)
        refuse("not a number from 1 to " + std::to_string(most) + ": ", value);
      return n;
    };
    if (option == "--port" && where == listens::on_a_port) {
      chosen.port = number(std::uint16_t{65535});
    } else if (option == "--workers") {
      chosen.ground.workers = number(1024U);
    } else if (option == "--vm" && (value == "functional" || value == "parallel")) {
      chosen.ground.kind =
          value == "parallel" ? souk::vm_kind::parallel : souk::vm_kind::functional;
    } else {
      refuse("unknown arguments: ", option);
    }
  }
  if (chosen.ground.workers > 1 && chosen.ground.kind == souk::vm_kind::functional)
    refuse("the functional VM has one thread: add --vm parallel, or leave out --workers", "");
  return chosen;
}
