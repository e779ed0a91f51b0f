// Those that are compared: the functional VM, the parallel VM with so many workers, other runtimes.
// Each repetition is a process of its own, held to as many processors as it has workers.
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/peers.hpp"
#include "bench/workload.hpp"

namespace souk::tool {

struct task {
  const bench::workload* what;
  std::uint64_t size;
  std::uint64_t count;  ///< 0: the work is a matter of the size alone
};

/// One repetition.
struct reading {
  double value;            ///< in the workload's unit, by the clock
  double per_core_second;  ///< the same by a second of processor time
  double wall_seconds;     ///< with setting up and starting a process
  bench::histogram latencies{};
};

enum class runner_kind { functional, parallel, peer };

struct runner {
  std::string id;    ///< "parallel-2"
  std::string name;  ///< "parallel, 2 workers"
  runner_kind kind;
  unsigned workers;
  /// Throws std::runtime_error: a wrong count, a process that died, or the time limit.
  std::function<reading(const task&)> run;

  [[nodiscard]] bool can_run(const bench::workload& what) const noexcept {
    return kind != runner_kind::peer || bench::have_peers(what.name);
  }
};

/// The functional VM first, the parallel VM with each number of workers, then the peers with one
/// worker and with the most. `peers` may be null, and outlives what is returned.
[[nodiscard]] std::vector<runner> make_runners(const std::vector<unsigned>& workers,
                                               const bench::built_peers* peers);

/// How many processors this process may use.
[[nodiscard]] unsigned usable_processors();

/// 1, 2, .. up to 4 processors; beyond, powers of two and all of them.
[[nodiscard]] std::vector<unsigned> workers_up_to(unsigned processors);

}  // namespace souk::tool
