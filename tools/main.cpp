// The `souk` command: parses the command line and calls the subcommand that it names.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <souk/version.hpp>
#include <string>

#include "tools/commands/command.hpp"

namespace {

using namespace souk::tool;

int fail(const std::string& message) {
  std::cerr << message << std::endl;
  return wrong_use;
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
