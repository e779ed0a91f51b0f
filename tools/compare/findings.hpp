// All that one comparison found, before it is printed or written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/histogram.hpp"
#include "tools/compare/plan.hpp"
#include "tools/compare/runner.hpp"
#include "tools/compare/yardstick.hpp"

namespace souk::tool {

/// One cell: a value for each round, in the order of the rounds.
struct series {
  std::uint64_t count = 0;
  std::vector<double> values{};
  std::vector<double> per_core_second{};
  std::vector<bench::histogram> latencies{};  ///< of a subject that is a latency

  [[nodiscard]] bool is_empty() const noexcept { return values.empty(); }
};

/// One subject, by all that can run it.
struct row {
  subject of;
  std::map<std::string, series> cells{};  ///< by runner::id
};

/// What the replays of one workload found.
struct check_result {
  const bench::workload* what;
  unsigned workers = 0;
  std::uint64_t runs = 0;
  std::uint64_t commits = 0;
  std::uint64_t divergences = 0;
};

struct findings {
  std::string command{};  ///< that makes it again
  std::string mode{};     ///< quick, usual or full
  std::string started{};  ///< ISO 8601, UTC
  double seconds = 0;
  schedule plan{};
  unsigned rounds_done = 0;
  std::vector<runner> runners{};
  std::vector<row> rows{};
  std::vector<check_result> checks{};
  std::vector<machine_speed> machine{};  ///< once a round
  std::vector<std::string> missing_peers{};
  /// What went wrong, for people: a divergence, a wrong count, a process that died.
  std::vector<std::string> failures{};
};

}  // namespace souk::tool
