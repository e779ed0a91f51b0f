// Runs scenarios over seeds and judges each outcome: what `souk conform` does.
//
// Threads: with several jobs the runner is called from as many threads, each with another scenario;
// the report is written in the order of the cases all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "tools/conform/judge.hpp"
#include "tools/scenario/ast.hpp"

namespace souk::tool {

/// Runs a scenario and tells its outcome. Throws load_error when the scenario cannot be used.
using scenario_runner = std::function<json(const scenario&, std::uint64_t seed)>;

struct suite_options {
  schedules schedule = schedules::rounds;
  std::string rerun_arguments;  // "--vm functional": for the command that repeats a failure
  std::uint64_t first_seed = 0;
  std::uint64_t seeds = 1;
  unsigned jobs = 1;
  bool show_progress = false;
};

struct suite_result {
  std::size_t passed = 0;
  std::size_t failed = 0;     // unusable ones among them
  std::size_t unusable = 0;   // files that are missing or malformed
  std::size_t undecided = 0;  // outside a list that is not complete
};

/// The scenario files that a path of the command line stands for: a file; the files of a folder, or
/// of its folder scenarios/. Throws load_error if there are none.
[[nodiscard]] std::vector<std::string> scenario_files(const std::string& path);

/// Reports failures on `out`, unusable files on `errors`, and counts.
[[nodiscard]] suite_result run_suite(const std::vector<std::string>& paths,
                                     const suite_options& options, const scenario_runner& run,
                                     std::ostream& out, std::ostream& errors);

}  // namespace souk::tool
