// One run on the parallel VM, its replay on the functional VM, and what differs.
#pragma once

#include <souk/vm.hpp>

#include <cstdint>
#include <string>

#include "tools/check/program.hpp"

namespace souk::tool {

struct checked_run {
  std::string program;   ///< as find_program() takes it
  unsigned workers = 0;  ///< 0: one a core
  executor_kind executor = executor_kind::best;
  std::uint64_t seed = 0;
};

struct equivalence {
  std::uint64_t commits = 0;
  std::uint64_t divergences = 0;  ///< processes that saw something else
  std::string difference{};       ///< for people, with the command that repeats it; empty: none
  journal log{};
};

/// The command that makes the same run again.
[[nodiscard]] std::string rerun_command(const checked_run& what);

/// Runs it and replays it. Throws what the program throws, but for journal_error: that the replay
/// cannot follow the journal is a divergence.
[[nodiscard]] equivalence check_equivalence(const checked_run& what,
                                            const checked_program& program);

}  // namespace souk::tool
