// A round: one trial, run on the parallel VM, and all laws checked.
//
// Threads    One, with no VM of another round alive.
#pragma once

#include "stress/laws.hpp"
#include "stress/trial.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

namespace souk::stress {

struct round_figures {
  findings found{};
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t faults = 0;
};

/// Where a round tells how it goes on, so that who watches sees when it does not.
struct progress {
  std::function<void(std::string_view)> tell_phase{};
  std::atomic<std::uint64_t>& clock;  ///< counts what is handled
  std::atomic<std::uint64_t>& pulse;  ///< goes on while anything happens
};

/// With all that a round is judged by but what remains.
void run_on_the_ground(const trial& t, const progress& shown, round_figures& out);

[[nodiscard]] round_figures run_round(const trial& t, const progress& shown);

}  // namespace souk::stress
