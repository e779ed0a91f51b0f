// What the simulator is told about a machine and a version of souk: nanoseconds, all measured.
// README.md says how, and what each leaves out.
#pragma once

#include <array>
#include <filesystem>
#include <iosfwd>
#include <string_view>

namespace souk::bench::scaling {

struct costs {
  // A message of these workloads on one worker, by the clock; of fan-out a delivery.
  double pairs_ns = 0;
  double big_ns = 0;
  double fan_out_ns = 0;
  /// More for a message to another shard: commit with locks, drain. Both sides, on one core.
  double crossing_ns = 0;
  /// More for its sender for each receiving shard after the first.
  double each_shard_ns = 0;
  /// How long a receiver's inbox is locked for an entry.
  double hold_ns = 0;
  /// A cache line from one core to another.
  double transfer_ns = 0;
  /// A transition with a change, under the writer lock.
  double change_ns = 0;
  /// A task handed over under the lock of the executor. A parked shard that is woken is handed over
  /// twice: to the executor, and to its worker.
  double wake_ns = 0;
  /// So many times as long takes what a worker does when others are at work beside it.
  double busy_factor = 1;
};

struct cost_field {
  std::string_view name;
  double costs::*where;
};
/// All of them, by the names that they have in the file.
inline constexpr std::array<cost_field, 10> cost_fields{{{"pairs_ns", &costs::pairs_ns},
                                                         {"big_ns", &costs::big_ns},
                                                         {"fan_out_ns", &costs::fan_out_ns},
                                                         {"crossing_ns", &costs::crossing_ns},
                                                         {"each_shard_ns", &costs::each_shard_ns},
                                                         {"hold_ns", &costs::hold_ns},
                                                         {"transfer_ns", &costs::transfer_ns},
                                                         {"change_ns", &costs::change_ns},
                                                         {"wake_ns", &costs::wake_ns},
                                                         {"busy_factor", &costs::busy_factor}}};

// All throw std::runtime_error, which names the file and what is missing in it.

[[nodiscard]] costs read_costs(const std::filesystem::path& file);
void write_costs(std::ostream& out, const costs& what);

/// Where measurements are: JSON of souk_micro, and JSON lines of `souk bench`.
struct measurements {
  std::filesystem::path micro;
  std::filesystem::path bench;     ///< of one worker, alone
  std::filesystem::path together;  ///< of `pairs`, one worker each, that ran at the same time
};
[[nodiscard]] costs derive_costs(const measurements& from);

/// The best repetition of that workload on so many workers in the JSON lines.
[[nodiscard]] double read_best(const std::filesystem::path& bench, std::string_view workload,
                               unsigned workers);

}  // namespace souk::bench::scaling
