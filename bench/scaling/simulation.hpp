// A VM of so many shards, each on a core of its own, as a discrete-event simulation: what waits in
// queues and inboxes, who waits for which lock, which shard is parked. README.md says why.
//
// Threads: one. The same seed gives the same run.
#pragma once

#include <array>
#include <string_view>

#include "bench/scaling/costs.hpp"

namespace souk::bench::scaling {

enum class program {
  pairs,   ///< 1000 pairs, whose two talk to each other: they live together
  big,     ///< 120 processes, of which any may say something to any other
  fan_out  ///< one says something to 100, who are spread evenly
};
inline constexpr std::array<program, 3> programs{program::pairs, program::big, program::fan_out};
/// As in `souk bench`.
[[nodiscard]] std::string_view name_of(program what) noexcept;
/// What one of them takes on one worker.
[[nodiscard]] double alone_ns(program what, const costs& with) noexcept;

/// Messages a second (fan-out: deliveries), with its processes spread over so many shards.
[[nodiscard]] double simulate(program what, const costs& with, unsigned shards);

}  // namespace souk::bench::scaling
