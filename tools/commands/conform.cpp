// souk conform: scenarios against their golden files.
#include <unistd.h>

#include <iostream>
#include <memory>

#include "tools/commands/command.hpp"
#include "tools/conform/suite.hpp"
#include "tools/scenario/interpreter.hpp"

namespace souk::tool {
namespace {

struct settings {
  std::vector<std::string> paths;
  vm_kind kind = vm_kind::functional;
  unsigned workers = 0;
  executor_kind executor = executor_kind::best;
  bool by_transition = false;
  suite_options suite;
};

/// What the golden files allow that implementation to show.
schedules schedule_of(const settings& chosen) noexcept {
  if (chosen.by_transition) return schedules::transitions;
  switch (chosen.kind) {
    case vm_kind::functional: break;
    case vm_kind::parallel: return schedules::transitions;
  }
  return schedules::rounds;
}

int conform(const settings& chosen) {
  suite_options options = chosen.suite;
  options.schedule = schedule_of(chosen);
  options.rerun_arguments =
      "--vm " + std::string{to_string(chosen.kind)} +
      (chosen.workers != 0 ? " --workers " + std::to_string(chosen.workers) : "") +
      executor_argument(chosen.executor) + (chosen.by_transition ? " --by-transition" : "");
  options.show_progress = ::isatty(STDERR_FILENO) == 1;
  const auto run = [&](const scenario& program, std::uint64_t seed) {
    return run_scenario(program, {.kind = chosen.kind,
                                  .seed = seed,
                                  .workers = chosen.workers,
                                  .executor = chosen.executor,
                                  .by_transition = chosen.by_transition});
  };
  const suite_result result = run_suite(chosen.paths, options, run, std::cout, std::cerr);
  if (result.undecided > 0) std::cout << result.undecided << " undecided\n";
  std::cout << result.passed << " passed, " << result.failed << " failed" << std::endl;
  if (result.unusable > 0) return wrong_use;
  return result.failed > 0 ? bad_news : success;
}

}  // namespace

void add_conform_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand(
      "conform", "Run scenarios and compare what they show with what their golden files expect");
  auto s = std::make_shared<settings>();
  command
      ->add_option(
          "PATH", s->paths,
          "Scenario files, or folders of them: with scenarios/, golden/ and golden-souk/ inside. "
          "A scenario's golden file is ../golden-souk/NAME.json or ../golden/NAME.json")
      ->required()
      ->type_name("");
  add_vm_option(*command, s->kind);
  add_workers_option(*command, s->workers);
  add_executor_option(*command, s->executor);
  command->add_flag("--by-transition", s->by_transition,
                    "Drive the VM one transition at a time, of processes drawn from the seed,\n"
                    "instead of in rounds; what a parallel VM may show is right then too");
  suite_options& suite = s->suite;
  add_number_option(
      *command, "--seed", [&suite](std::uint64_t seed) { suite.first_seed = seed; }, {},
      "The first seed")
      ->type_name("S")
      ->default_str("0");
  add_number_option(
      *command, "--repeat", [&suite](std::uint64_t seeds) { suite.seeds = seeds; }, {.least = 1},
      "How many seeds: S, S+1, ...")
      ->type_name("K")
      ->default_str("1");
  add_number_option(
      *command, "--jobs",
      [&suite](std::uint64_t jobs) { suite.jobs = static_cast<unsigned>(jobs); },
      {.least = 1, .most = 256}, "How many scenarios to run at the same time")
      ->type_name("J")
      ->default_str("1");
  command->footer(
      "The last line is `N passed, M failed`. Exit status: 0 if all passed, 1 if any failed,\n"
      "2 for a file that cannot be used (it counts as failed, and the others still run).");
  command->callback([s, &chosen] {
    check_workers(s->kind, s->workers);
    chosen = [s] { return conform(*s); };
  });
}

}  // namespace souk::tool
