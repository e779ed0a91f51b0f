// souk run: one scenario, and its outcome as JSON.
#include <iostream>
#include <memory>
#include <optional>

#include "tools/check/recording.hpp"
#include "tools/commands/command.hpp"
#include "tools/inspect/inspection.hpp"
#include "tools/scenario/interpreter.hpp"
#include "tools/scenario/load.hpp"

namespace souk::tool {
namespace {

struct settings {
  std::string file;
  std::string record_file{};
  bool pretty = false;
  std::optional<std::uint16_t> inspect{};
  run_options run{};
};

int run_file(const settings& chosen) {
  recording made{chosen.file, chosen.run.seed, {}};
  run_options how = chosen.run;
  if (!chosen.record_file.empty()) how.record = &made.log;
  inspect::inspection open{chosen.inspect};
  how.reflect = open.mirror();
  const json outcome = run_scenario(load_scenario(chosen.file), how);
  if (!chosen.record_file.empty()) write_recording(chosen.record_file, made);
  if (chosen.pretty) {
    std::cout << outcome.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
  } else {
    std::cout << canonical_text(outcome) << '\n';
  }
  return success;
}

}  // namespace

void add_run_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand(
      "run", "Run a scenario file until nothing is left to do and print its outcome as JSON");
  auto s = std::make_shared<settings>();
  command
      ->add_option("FILE", s->file,
                   "The scenario (tests/conformance/README.md says how to write one)")
      ->required()
      ->type_name("");
  add_vm_option(*command, s->run.kind);
  add_workers_option(*command, s->run.workers);
  add_executor_option(*command, s->run.executor);
  add_inspect_option(*command, s->inspect);
  run_options& run = s->run;
  add_number_option(
      *command, "--seed", [&run](std::uint64_t seed) { run.seed = seed; }, {},
      "Order of processes and endpoints where it is free; 0: by age")
      ->type_name("S")
      ->default_str("0");
  add_number_option(
      *command, "--max-rounds", [&run](std::uint64_t most) { run.most_rounds = most; }, {},
      "Give up after N rounds (default: never)")
      ->type_name("N");
  command->add_flag("--by-transition", run.by_transition,
                    "Drive the VM one transition at a time, of processes drawn from the seed");
  command
      ->add_option("--record", s->record_file,
                   "Write the commits of the parallel VM there, for `souk replay`")
      ->type_name("FILE");
  command->add_flag("--pretty", s->pretty, "Print the outcome on many lines instead of one");
  command->callback([s, &chosen] {
    check_workers(s->run.kind, s->run.workers);
    if (!s->record_file.empty() && s->run.kind != vm_kind::parallel) {
      throw CLI::ValidationError("--record",
                                 "the functional VM is what a recording is replayed on; to record "
                                 "a run of the parallel VM, add --vm parallel");
    }
    chosen = [s] { return run_file(*s); };
  });
}

}  // namespace souk::tool
