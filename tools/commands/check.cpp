// souk check: does what the parallel VM did equal what the functional VM does?
#include <unistd.h>

#include <iostream>
#include <memory>

#include "bench/workload.hpp"
#include "tools/check/equivalence.hpp"
#include "tools/check/program.hpp"
#include "tools/check/recording.hpp"
#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

struct settings {
  std::string name;
  unsigned workers = 0;
  executor_kind executor = executor_kind::best;
  std::uint64_t repeat = 1;
  std::uint64_t seed = 0;
  std::string record_file{};
};

struct findings {
  std::uint64_t commits = 0;
  std::uint64_t divergences = 0;
};

/// One seed. A run that diverged stays in the file.
void check_once(const settings& chosen, std::uint64_t seed, const checked_program& program,
                findings& found) {
  equivalence one =
      check_equivalence({chosen.name, chosen.workers, chosen.executor, seed}, program);
  if (!chosen.record_file.empty() && found.divergences == 0)
    write_recording(chosen.record_file, {chosen.name, seed, std::move(one.log)});
  found.commits += one.commits;
  found.divergences += one.divergences;
  std::cout << one.difference;
}

int check(const settings& chosen) {
  const auto make = find_program(chosen.name);
  const bool shows_progress = ::isatty(STDERR_FILENO) == 1;
  findings found;
  for (std::uint64_t i = 0; i < chosen.repeat; ++i) {
    if (shows_progress)
      std::cerr << "\r\033[K" << i << " of " << chosen.repeat << " runs" << std::flush;
    check_once(chosen, chosen.seed + i, make(chosen.seed + i), found);
  }
  if (shows_progress) std::cerr << "\r\033[K" << std::flush;
  std::cout << found.commits << " commits replayed, " << found.divergences << " divergences"
            << std::endl;
  return found.divergences > 0 ? bad_news : success;
}

std::string footer() {
  std::string names;
  for (const bench::workload* w : bench::workloads())
    names += (names.empty() ? "" : ", ") + std::string{w->name};
  return "Workloads: " + names +
         ".\n`random` makes up a system of processes for each seed. Seed 0 runs the VM as it is\n"
         "used; other seeds scatter processes over the shards and cut quanta short.\n"
         "Exit status: 0 if nothing diverged, 1 if something did, 2 for wrong use.";
}

}  // namespace

void add_check_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand(
      "check", "Record runs on the parallel VM, replay them on the functional VM, and compare");
  auto s = std::make_shared<settings>();
  command
      ->add_option("PROGRAM", s->name, "A scenario file, a workload of `souk bench`, or `random`")
      ->required()
      ->type_name("");
  add_workers_option(*command, s->workers);
  add_executor_option(*command, s->executor);
  add_number_option(
      *command, "--repeat", [s](std::uint64_t k) { s->repeat = k; }, {.least = 1},
      "How many seeds: S, S+1, ...")
      ->type_name("K")
      ->default_str("1");
  add_number_option(
      *command, "--seed", [s](std::uint64_t seed) { s->seed = seed; }, {}, "The first seed")
      ->type_name("S")
      ->default_str("0");
  command
      ->add_option("--record", s->record_file,
                   "Write the last run there, or the first that diverged, for `souk replay`")
      ->type_name("FILE");
  command->footer(footer());
  command->callback([s, &chosen] { chosen = [s] { return check(*s); }; });
}

}  // namespace souk::tool
