// What is run, how long, and how often: so that all of it fits into a time, on any machine.
//
// A *cell* is one runner with one workload of one size. The cells are run in rounds, each cell once
// a round: whatever else the machine does then meets all of them alike. How much work a run is
// given follows from its measured pace, so that each takes about the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/workload.hpp"

namespace souk::tool {

enum class extent { quick, usual, full };

/// How thorough each extent is. All times in seconds.
struct allowance {
  double whole;          ///< for everything but the building of peers
  double checks;         ///< of that, for checking by replay
  unsigned most_rounds;  ///< as many as would be worth having
  double longest_run;    ///< of one cell in one round
};
[[nodiscard]] allowance allowance_of(extent how) noexcept;
/// The same for another time: the checks have the same part of it.
[[nodiscard]] allowance within_seconds(const allowance& usual, double whole) noexcept;

enum class quantity { throughput, latency, memory };

/// One row of cells: a workload of a size.
struct subject {
  const bench::workload* what;
  std::uint64_t size;
  quantity of;
};

/// The workloads of that extent, or the named ones: throughputs first, then latencies, then memory.
/// Throws std::invalid_argument for a name that is none.
[[nodiscard]] std::vector<subject> subjects_of(extent how, const std::vector<std::string>& names);

/// Whether it ends within seconds there.
[[nodiscard]] bool is_feasible(const subject& what, bool on_functional_vm) noexcept;

[[nodiscard]] inline bool is_weight(const bench::workload& what) noexcept {
  return what.unit.starts_with("bytes/");
}

/// What calibration found of a cell.
struct pace {
  double per_second;         ///< work, in the workload's unit; 0: its count is fixed
  double overhead_seconds;   ///< of each run, beside what is timed
  double fixed_seconds = 0;  ///< of a run whose count is fixed
};

struct schedule {
  unsigned rounds;
  double run_seconds;    ///< what is timed of each run, where the count can be chosen
  double round_seconds;  ///< what a round is expected to take
};

/// As many rounds as would be worth having, if each run can then take `shortest_run` or more; else
/// fewer, down to fewest_rounds, of short runs. These may take longer than `seconds`.
[[nodiscard]] schedule make_schedule(const std::vector<pace>& cells, double seconds,
                                     const allowance& within);

inline constexpr double shortest_run = 0.05;
/// The least from which a range says something.
inline constexpr unsigned fewest_rounds = 3;

/// The work for a run of that length: at least one of each that takes part.
[[nodiscard]] std::uint64_t count_for(double per_second, double seconds, std::uint64_t size);

}  // namespace souk::tool
