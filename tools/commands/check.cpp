// souk check: does what the parallel VM did equal what the functional VM does?
#include <unistd.h>

#include <iostream>
#include <memory>

#include "bench/workload.hpp"
#include "tools/check/program.hpp"
#include "tools/check/recording.hpp"
#include "tools/check/witness.hpp"
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

/// A run that diverged stays in the file.
void keep(const settings& chosen, const findings& found, const recording& made) {
  if (!chosen.record_file.empty() && found.divergences == 0)
    write_recording(chosen.record_file, made);
}

std::string rerun(const settings& chosen, std::uint64_t seed) {
  return "souk check " + chosen.name +
         (chosen.workers == 0 ? "" : " --workers " + std::to_string(chosen.workers)) +
         executor_argument(chosen.executor) + " --seed " + std::to_string(seed);
}

/// One run on the parallel VM, its replay, and what differs.
void check_once(const settings& chosen, std::uint64_t seed, const checked_program& program,
                findings& found) {
  recording made{chosen.name, seed, {}};
  witness parallel;
  program({.kind = vm_kind::parallel,
           .seed = seed,
           .workers = chosen.workers,
           .executor = chosen.executor,
           .listener = &parallel,
           .record = &made.log},
          {});
  found.commits += made.log.commits();
  keep(chosen, found, made);
  witness functional;
  try {
    program({.listener = &functional}, {&made.log});
  } catch (const journal_error& error) {
    ++found.divergences;
    std::cout << "DIVERGES " << chosen.name << ", seed " << seed << ": " << error.what() << '\n'
              << "  rerun: " << rerun(chosen, seed) << '\n';
    return;
  }
  const comparison difference = compare(parallel, functional);
  found.divergences += difference.divergences;
  if (!difference.first) return;
  std::cout << "DIVERGES " << chosen.name << ", seed " << seed << ", in " << difference.divergences
            << " processes; the first is "
            << side_by_side(*difference.first, "parallel", "functional")
            << "  rerun: " << rerun(chosen, seed) << '\n';
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
