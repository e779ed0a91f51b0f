// A whole run of `souk stress`: rounds until the time is over, something fails or somebody
// interrupts; what is shown of it meanwhile; and what is said of a failure.
//
// Threads    One, the only one of its process.
#pragma once

#include "stress/choices.hpp"
#include "stress/trial.hpp"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace souk::stress {

struct session_options {
  std::string command = "souk stress";  ///< as it was called: for the command to run again
  std::string extra{};                  ///< options that it was called with, of that command only
  std::vector<const workload*> workloads{};  ///< none: all
  unsigned workers = 1;
  std::uint64_t seed = 0;
  std::optional<std::chrono::seconds> time{};  ///< nothing: until it is interrupted
  std::optional<std::uint64_t> most_rounds{};
  std::optional<sequence> given{};     ///< the choices of each round
  std::chrono::seconds patience{60};   ///< with a round that does not go on
  std::chrono::seconds shrinking{60};  ///< at most; 0: not at all
};

/// True: nothing failed. The live line goes to `live` if that is a terminal, or else a line now and
/// then; all else to `out`.
[[nodiscard]] bool run_session(const session_options& how, std::ostream& out, std::ostream& live,
                               bool live_is_terminal);

}  // namespace souk::stress
