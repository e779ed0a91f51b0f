// Counting the instructions of a function in other processes, with valgrind's callgrind.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/instructions/gate.hpp"

namespace souk::bench {

/// Whether there is a valgrind to count with.
[[nodiscard]] bool can_count();

struct counted_program {
  std::string path;
  std::string option;    ///< before the name of what is to run
  std::string function;  ///< what is counted: all that it does, on the thread that calls it
};

/// The program runs once for each name, `at_a_time` of them side by side; `done` hears of each that
/// has ended. Throws std::runtime_error if one fails, with what it said.
[[nodiscard]] std::vector<instruction_count> count_instructions(
    const counted_program& program, std::span<const std::string> names, unsigned at_a_time,
    const std::function<void(const std::string& name)>& done);

}  // namespace souk::bench
