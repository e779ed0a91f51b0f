// What the simulator says of a machine: curves over the number of workers.
#pragma once

#include <vector>

#include "bench/scaling/simulation.hpp"

namespace souk::bench::scaling {

/// Over how many shards a VM spreads its processes.
enum class policy {
  all,         ///< as many as it has workers
  best,        ///< the number up to that with which it is fastest, as a VM that measures finds it
  crowds_stay  ///< the same, but who hears one publisher stays in its shard
};
[[nodiscard]] std::string_view name_of(policy how) noexcept;

struct point {
  unsigned workers;
  unsigned shards;
  double per_second;
};
struct curve {
  program what;
  policy how;
  std::vector<point> points;
};

/// 1, 2, 3, 4, 6, 8, 12 ... up to `most`, and that.
[[nodiscard]] std::vector<unsigned> worker_counts(unsigned most);

/// Workers beyond the cores bring nothing. Pre: cores > 0.
[[nodiscard]] curve predict(program what, policy how, const costs& with, unsigned cores,
                            const std::vector<unsigned>& workers);

}  // namespace souk::bench::scaling
