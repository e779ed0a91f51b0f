// souk stress: does a law break when everything goes wrong at once?
#include "tools/commands/stress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <thread>

#include "stress/session.hpp"
#include "tools/commands/command.hpp"
#include "tools/scenario/cursor.hpp"
#include "tools/scenario/quote.hpp"

namespace souk::tool {
namespace {

using std::chrono::seconds;
using stress::session_options;

constexpr std::uint64_t most_seconds = 366UL * 24 * 3600;
constexpr unsigned workers_per_core = 4;

void add_workload(session_options& how, const std::string& name) {
  if (const stress::workload* const known = stress::find_workload(name); known != nullptr) {
    how.workloads.push_back(known);
    return;
  }
  std::vector<std::string_view> names;
  for (const stress::workload& each : stress::workloads()) names.push_back(each.name);
  const auto near = nearest(name, names);
  throw CLI::ValidationError(
      "WORKLOAD", "there is no " + in_quotes(shortened(name)) + ", only " + alternatives(names) +
                      (near ? "; did you mean " + in_quotes(*near) + "?" : ""));
}

stress::sequence read_case(const std::string& text) {
  if (auto made = stress::to_sequence(text); made && !made->empty()) return std::move(*made);
  throw CLI::ValidationError(
      "--case", "expected numbers with points between them, as a failure shows them; found " +
                    in_quotes(shortened(text)));
}

std::string footer() {
  std::string text = "Workloads (all of them if none is named):\n";
  for (const stress::workload& each : stress::workloads()) {
    std::string name{each.name};
    name.resize(12, ' ');
    text += "  " + name + std::string{each.about} + '\n';
  }
  return text +
         "What is checked and what goes wrong is in stress/README.md. ^C ends it in order.\n"
         "Exit status: 0 if no law was broken, 1 if one was, 2 for wrong use.";
}

}  // namespace

void add_stress_options(CLI::App& to, session_options& how) {
  how.workers = workers_per_core * std::max(1U, std::thread::hardware_concurrency());
  how.time = seconds{60};
  to.add_option_function<std::vector<std::string>>(
        "WORKLOAD",
        [&how](const std::vector<std::string>& names) {
          for (const std::string& name : names) add_workload(how, name);
        },
        "What kinds of rounds")
      ->type_name("");
  auto* time = add_number_option(
                   to, "--seconds", [&how](std::uint64_t n) { how.time = seconds{n}; },
                   {.least = 1, .most = most_seconds}, "For how long")
                   ->type_name("N")
                   ->default_str("60");
  to.add_flag_callback(
        "--endless", [&how] { how.time.reset(); }, "Until ^C, or a failure")
      ->excludes(time);
  add_number_option(
      to, "--rounds", [&how](std::uint64_t n) { how.most_rounds = n; }, {.least = 1},
      "No more rounds than that")
      ->type_name("N");
  add_number_option(
      to, "--workers", [&how](std::uint64_t n) { how.workers = static_cast<unsigned>(n); },
      {.least = 1, .most = 1024}, "How many threads run a VM, at most (default: four a core)")
      ->type_name("N");
  auto* seed =
      add_number_option(
          to, "--seed", [&how](std::uint64_t s) { how.seed = s; }, {}, "Of the first round")
          ->type_name("S")
          ->default_str("0");
  to.add_option_function<std::string>(
        "--case", [&how](const std::string& text) { how.given = read_case(text); },
        "The choices of a round instead of a seed, as a failure shows them")
      ->type_name("N.N...")
      ->excludes(seed);
  add_number_option(
      to, "--patience", [&how](std::uint64_t n) { how.patience = seconds{n}; },
      {.least = 1, .most = most_seconds}, "Seconds without progress until a round counts as hung")
      ->type_name("N")
      ->default_str("60");
  add_number_option(
      to, "--shrink", [&how](std::uint64_t n) { how.shrinking = seconds{n}; },
      {.most = most_seconds}, "Seconds to look for a smaller case after a failure")
      ->type_name("N")
      ->default_str("60");
  to.footer(footer());
}

int run_stress(const session_options& how) {
  if (how.given && how.workloads.size() != 1) {
    std::cerr << "souk stress: --case goes with one WORKLOAD: that of the failure" << std::endl;
    return wrong_use;
  }
  const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
  return stress::run_session(how, std::cout, std::cerr, is_terminal) ? success : bad_news;
}

void add_stress_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand(
      "stress", "Make the parallel VM's life hard, and check that no law of it is broken");
  auto how = std::make_shared<session_options>();
  add_stress_options(*command, *how);
  command->callback([how, &chosen] { chosen = [how] { return run_stress(*how); }; });
}

}  // namespace souk::tool
