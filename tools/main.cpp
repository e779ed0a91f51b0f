// The `souk` command: parses the command line and calls the subcommand that it names.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <souk/version.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/commands/command.hpp"
#include "tools/scenario/cursor.hpp"
#include "tools/scenario/quote.hpp"

namespace {

using namespace souk::tool;

int fail(const std::string& message) {
  std::cerr << message << std::endl;
  return wrong_use;
}

/// Why the first word of the command line is no command; nothing if it is one, or an option.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  const std::string word = argv[1];
  std::vector<std::string_view> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return std::nullopt;
    names.push_back(command->get_name());
  }
  const auto near = nearest(word, names);
  return "souk: there is no command " + in_quotes(shortened(word)) + ", only " +
         alternatives(names) + (near ? "; did you mean " + in_quotes(*near) + "?" : "");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"souk: a virtual machine for marketplaces of communicating processes", "souk"};
  app.set_version_flag("--version", "souk " + std::string{souk::version()});
  app.require_subcommand(1);
  app.footer("`souk COMMAND --help` tells more about a command.");

  chosen_command chosen;
  add_run_command(app, chosen);
  add_conform_command(app, chosen);
  add_check_command(app, chosen);
  add_replay_command(app, chosen);
  add_bench_command(app, chosen);
  add_stress_command(app, chosen);
  add_compare_command(app, chosen);
  add_top_command(app, chosen);
  if (const auto mistake = unknown_command(app, argc, argv)) return fail(*mistake);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has an exit status for each kind of mistake; here it is one: 2.
    return app.exit(error, std::cout, std::cerr) == 0 ? success : wrong_use;
  }
  try {
    const int status = chosen();
    std::cout.flush();
    return std::cout ? status : fail("souk: cannot write to the standard output");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
