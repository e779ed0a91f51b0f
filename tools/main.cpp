// The `souk` command: parses the command line and calls the subcommand.
#include <CLI/CLI.hpp>
#include <souk/version.hpp>
#include <string>

int main(int argc, char** argv) {
  CLI::App app{"souk: a virtual machine for marketplaces of communicating processes"};
  app.set_version_flag("--version", "souk " + std::string{souk::version()});
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
}
