// What the workloads in CAF share: how they are run, timed and checked.
#pragma once

#include <caf/all.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

namespace peer {

using number = std::uint64_t;

using go_atom = caf::atom_constant<caf::atom("go")>;
using seen_atom = caf::atom_constant<caf::atom("seen")>;

struct result {
  double amount;
  double seconds;
  double core_seconds;
  std::map<number, number> latencies{};  ///< how often which time, of a workload that times trips
};

inline double core_seconds() {
  timespec used{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
    throw std::runtime_error{"cannot read the time used"};
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

inline void expect(number seen, number expected) {
  if (seen != expected)
    throw std::runtime_error{std::to_string(seen) + " were seen, not " + std::to_string(expected)};
}

/// What all reporters report together.
inline number collect(caf::scoped_actor& self, number reporters) {
  number sum = 0;
  number heard = 0;
  self->receive_for(heard, reporters)([&](seen_atom, number seen) { sum += seen; });
  return sum;
}

/// What it takes to start, and until `reporters` have reported `expected` together to `self`.
inline result timed(caf::scoped_actor& self, number amount, const std::function<void()>& start,
                    number reporters, number expected) {
  const auto begin = std::chrono::steady_clock::now();
  const double used = core_seconds();
  start();
  const number sum = collect(self, reporters);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const result did{static_cast<double>(amount), took.count(), core_seconds() - used};
  expect(sum, expected);
  return did;
}

// Each: of so many actors, so much work.
result pingpong(caf::actor_system&, number size, number count);
result pairs(caf::actor_system&, number size, number count);
result ring(caf::actor_system&, number size, number count);
result big(caf::actor_system&, number size, number count);
result chameneos(caf::actor_system&, number size, number count);
result counting(caf::actor_system&, number size, number count);
result fork_join_throughput(caf::actor_system&, number size, number count);
result round_trips(caf::actor_system&, number size, number count);
result fan_out(caf::actor_system&, number size, number count);
result fork_join_create(caf::actor_system&, number size, number count);
result skynet(caf::actor_system&, number size, number count);
double idle(caf::actor_system&, number size, number count);
double backlog(caf::actor_system&, number size, number count);

}  // namespace peer
