// `souk-stress-hooks`: souk stress on a souk that can be held up inside its commit protocol, runs
// out of memory where it is told to, and can be broken on purpose.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "stress/interference.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/stress.hpp"

int main(int argc, char** argv) {
  using namespace souk;
  CLI::App app{"souk stress with hooks in souk's commit protocol: for work on souk itself",
               "souk-stress-hooks"};
  stress::session_options how;
  how.command = "souk-stress-hooks";
  tool::add_stress_options(app, how);
  app.add_option_function<std::string>(
         "--mutant",
         [&how](const std::string& name) {
           stress::interference::break_rule(name);
           how.extra += " --mutant " + name;
         },
         "Break the VM in that way, as sched/hooks.hpp tells")
      ->check(CLI::IsMember(stress::interference::mutants()))
      ->type_name("NAME");
  bool lists_mutants = false;
  app.add_flag("--mutants", lists_mutants, "List the names for --mutant, and do nothing else");
  try {
    app.parse(argc, argv);
    if (lists_mutants) {
      for (const std::string& name : stress::interference::mutants()) std::cout << name << '\n';
      return tool::success;
    }
    return tool::run_stress(how);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? tool::success : tool::wrong_use;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return tool::wrong_use;
  }
}
