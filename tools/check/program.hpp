// What `souk check` runs: a scenario, a workload of bench/, or a system made up from a seed.
#pragma once

#include <souk/vm.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace souk::tool {

inline constexpr std::uint64_t everything = ~std::uint64_t{0};

/// The commits of a journal, and how many of them.
struct repetition {
  const journal* of = nullptr;  ///< null: nothing is repeated
  std::uint64_t most = everything;
};

/// Runs it with these options until it is inert. With something to repeat, it does that instead.
using checked_program = std::function<void(const vm_options&, repetition)>;

/// By the name given on the command line; made for each run, with its seed. Throws load_error.
[[nodiscard]] std::function<checked_program(std::uint64_t seed)> find_program(
    const std::string& name);

}  // namespace souk::tool
