// --vm: which implementation runs, by its name.
#include <map>
#include <string>

#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

const std::map<std::string, vm_kind> kinds{{"functional", vm_kind::functional},
                                           {"parallel", vm_kind::parallel}};

}  // namespace

CLI::Option* add_vm_option(CLI::App& command, vm_kind& kind) {
  std::string names;
  for (const auto& [name, meaning] : kinds) names += (names.empty() ? "" : ", ") + name;
  return command
      .add_option_function<std::string>(
          "--vm",
          [&kind, names](const std::string& name) {
            const auto found = kinds.find(name);
            if (found == kinds.end()) {
              throw CLI::ValidationError("--vm", "there is no VM \"" + name + "\", only: " + names);
            }
            kind = found->second;
          },
          "Which implementation: " + names)
      ->default_str(std::string{to_string(kind)})
      ->type_name("NAME");
}

CLI::Option* add_workers_option(CLI::App& command, unsigned& workers) {
  return add_number_option(
             command, "--workers",
             [&workers](std::uint64_t n) { workers = static_cast<unsigned>(n); },
             {.least = 1, .most = 1024},
             "How many threads run the parallel VM (default: one a core)")
      ->type_name("N");
}

void check_workers(vm_kind kind, unsigned workers) {
  if (kind == vm_kind::functional && workers > 1) {
    throw CLI::ValidationError(
        "--workers", "the functional VM is sequential: 1 is all it can use; add --vm parallel");
  }
}

std::string_view to_string(vm_kind kind) noexcept {
  for (const auto& [name, meaning] : kinds) {
    if (meaning == kind) return name;
  }
  return "?";
}

}  // namespace souk::tool
