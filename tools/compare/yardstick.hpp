// How fast this machine is just now, by a fixed piece of work that has nothing to do with souk: so
// that a change of the machine is not taken for a change of the program.
#pragma once

namespace souk::tool {

struct machine_speed {
  double steps_per_second;  ///< by the clock
  double share;             ///< of the time in which it had a processor: less than 1 on a busy one
};

/// Takes about 30 ms on a quick machine. Threads: any.
[[nodiscard]] machine_speed measure_machine();

}  // namespace souk::tool
