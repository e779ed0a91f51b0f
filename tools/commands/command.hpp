// The subcommands of `souk`, one file each. Each adds itself to the command line and says what to
// do when it is chosen; main() then does it and exits with what it returns:
//     0  done    1  done, and the answer is bad news    2  used wrongly, or a file that is no good
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <souk/vm.hpp>
#include <string>
#include <string_view>

namespace souk::tool {

inline constexpr int success = 0;
inline constexpr int bad_news = 1;
inline constexpr int wrong_use = 2;

/// What the chosen subcommand does.
using chosen_command = std::function<int()>;

void add_run_command(CLI::App& app, chosen_command& chosen);
void add_conform_command(CLI::App& app, chosen_command& chosen);
void add_check_command(CLI::App& app, chosen_command& chosen);
void add_replay_command(CLI::App& app, chosen_command& chosen);
void add_bench_command(CLI::App& app, chosen_command& chosen);
void add_stress_command(CLI::App& app, chosen_command& chosen);
void add_compare_command(CLI::App& app, chosen_command& chosen);
void add_top_command(CLI::App& app, chosen_command& chosen);

/// The option --vm, with the implementations that there are.
CLI::Option* add_vm_option(CLI::App& command, vm_kind& kind);
[[nodiscard]] std::string_view to_string(vm_kind kind) noexcept;
/// The option --workers of the parallel VM.
CLI::Option* add_workers_option(CLI::App& command, unsigned& workers);
/// The option --executor of the parallel VM.
CLI::Option* add_executor_option(CLI::App& command, executor_kind& kind);
[[nodiscard]] std::string_view to_string(executor_kind kind) noexcept;
/// What chooses it again on a command line, with a space before; empty for the default.
[[nodiscard]] std::string executor_argument(executor_kind kind);
/// The option --inspect, with the port of the inspector.
CLI::Option* add_inspect_option(CLI::App& command, std::optional<std::uint16_t>& port);
/// Throws CLI::ValidationError if that VM cannot use so many.
void check_workers(vm_kind kind, unsigned workers);

struct number_range {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};
/// An option that takes an integer within the range and hands it to `set`.
CLI::Option* add_number_option(CLI::App& command, const std::string& name,
                               std::function<void(std::uint64_t)> set, number_range range,
                               const std::string& description);

}  // namespace souk::tool
