// souk replay: a recorded run of the parallel VM again, commit by commit, on the functional VM.
#include <souk/text.hpp>

#include <iostream>
#include <memory>

#include "bench/workload.hpp"
#include "tools/check/program.hpp"
#include "tools/check/recording.hpp"
#include "tools/check/teller.hpp"
#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

struct settings {
  std::string file;
  std::uint64_t until = everything;
  bool trace = false;
};

/// A line for each thing that happens to a process, as it happens.
class tracer final : public teller {
  void tell(pid who, term what) override {
    std::cout << to_string(term{who}) << ' ' << to_string(what) << '\n';
  }
};

int replay(const settings& chosen) {
  const recording made = read_recording(chosen.file);
  const std::uint64_t all = made.log.commits();
  const checked_program program = find_program(made.program)(made.seed);
  tracer trace;
  const bool whole = chosen.until >= all;
  try {
    program({.listener = chosen.trace ? &trace : nullptr}, {&made.log, chosen.until});
  } catch (const journal_error& error) {
    std::cout << "DIVERGES " << made.program << ": " << error.what() << std::endl;
    return bad_news;
  } catch (const bench::wrong_count&) {
    if (whole) throw;  // a part of a workload is not all of it
  }
  std::cout << (whole ? all : chosen.until) << " of " << all << " commits replayed" << std::endl;
  return success;
}

}  // namespace

void add_replay_command(CLI::App& app, chosen_command& chosen) {
  auto* command =
      app.add_subcommand("replay", "Repeat a recorded run on the functional VM, commit by commit");
  auto s = std::make_shared<settings>();
  command->add_option("FILE", s->file, "A recording that `run` or `check` made with --record FILE")
      ->required()
      ->type_name("");
  add_number_option(
      *command, "--until", [s](std::uint64_t n) { s->until = n; }, {},
      "Stop after N commits (default: all)")
      ->type_name("N");
  command->add_flag("--trace", s->trace, "Print what each process sees, as it is repeated");
  command->footer(
      "The program must be the one that was recorded: a scenario is read again from its file.\n"
      "Exit status: 0 if all was repeated, 1 if the recording diverges from the functional VM,\n"
      "2 for wrong use.");
  command->callback([s, &chosen] { chosen = [s] { return replay(*s); }; });
}

}  // namespace souk::tool
