// --vm, --executor: what runs, by its name; --workers; and --inspect.
#include <map>
#include <string>

#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

template <class Kind>
using names_of = std::map<std::string, Kind>;

const names_of<vm_kind> kinds{{"functional", vm_kind::functional}, {"parallel", vm_kind::parallel}};
const names_of<executor_kind> executors{{"best", executor_kind::best},
                                        {"tbb", executor_kind::tbb},
                                        {"threads", executor_kind::threads}};

template <class Kind>
std::string_view name_of(Kind kind, const names_of<Kind>& all) noexcept {
  for (const auto& [name, meaning] : all) {
    if (meaning == kind) return name;
  }
  return "?";
}

/// An option that takes one of the names. `what` is in the message about another.
template <class Kind>
CLI::Option* add_named_option(CLI::App& command, const std::string& option, const char* what,
                              const names_of<Kind>& all, Kind& chosen, const char* description) {
  std::string names;
  for (const auto& [name, meaning] : all) names += (names.empty() ? "" : ", ") + name;
  return command
      .add_option_function<std::string>(
          option,
          [option, what, &all, &chosen, names](const std::string& name) {
            const auto found = all.find(name);
            if (found == all.end()) {
              throw CLI::ValidationError(
                  option, std::string{"there is no "} + what + " \"" + name + "\", only: " + names);
            }
            chosen = found->second;
          },
          std::string{description} + ": " + names)
      ->default_str(std::string{name_of(chosen, all)})
      ->type_name("NAME");
}

}  // namespace

CLI::Option* add_vm_option(CLI::App& command, vm_kind& kind) {
  return add_named_option(command, "--vm", "VM", kinds, kind, "Which implementation");
}

CLI::Option* add_executor_option(CLI::App& command, executor_kind& kind) {
  return add_named_option(command, "--executor", "executor", executors, kind,
                          "Whose threads run the parallel VM");
}

CLI::Option* add_workers_option(CLI::App& command, unsigned& workers) {
  return add_number_option(
             command, "--workers",
             [&workers](std::uint64_t n) { workers = static_cast<unsigned>(n); },
             {.least = 1, .most = 1024},
             "How many threads run the parallel VM (default: one a core)")
      ->type_name("N");
}

CLI::Option* add_inspect_option(CLI::App& command, std::optional<std::uint16_t>& port) {
  return add_number_option(
             command, "--inspect",
             [&port](std::uint64_t n) { port = static_cast<std::uint16_t>(n); },
             {.least = 0, .most = 65535},
             "Show what goes on in it, on that port of 127.0.0.1; 0: any (docs/inspect.md)")
      ->type_name("PORT");
}

void check_workers(vm_kind kind, unsigned workers) {
  if (kind == vm_kind::functional && workers > 1) {
    throw CLI::ValidationError(
        "--workers", "the functional VM is sequential: 1 is all it can use; add --vm parallel");
  }
}

std::string executor_argument(executor_kind kind) {
  return kind == executor_kind::best ? "" : " --executor " + std::string{to_string(kind)};
}

std::string_view to_string(vm_kind kind) noexcept { return name_of(kind, kinds); }
std::string_view to_string(executor_kind kind) noexcept { return name_of(kind, executors); }

}  // namespace souk::tool
