// One thread of a VM at a time, and a seed that says which: rare interleavings become common, and
// each can be had again.
//
// The VM's code calls hooks::step() before each access to what is shared (sched/hooks.hpp). There
// the turn may go to another thread; all others wait. The executor here does the same, so that a
// run follows from its seed alone. Whoever has the turn may also do what the watch of an executor
// does, so any handler may turn out to be a long one (sched/turn.hpp). Two kinds of play, by the
// seed: at each step anybody may be next; or one goes on for long while others are kept waiting,
// which finds what needs a thread that is much too late.
//
// Threads    play(): the program's, while no VM lives.
// Memory is seen in the order of the steps: what a weaker memory order would show is not found.
#pragma once

#include "sched/hooks.hpp"

#include <cstdint>

namespace souk::testing {

/// How the next VM is played.
void play(std::uint64_t seed,
          sched::hooks::mutant how_broken = sched::hooks::mutant::none) noexcept;

/// How many steps the VMs have made.
[[nodiscard]] std::uint64_t steps_made() noexcept;
/// How many times a shard was taken over from under a handler.
[[nodiscard]] std::uint64_t takeovers_made() noexcept;

}  // namespace souk::testing
