// --vm: which implementation runs, by its name.
#include <map>
#include <string>

#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

const std::map<std::string, vm_kind> kinds{{"functional", vm_kind::functional}};

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

std::string_view to_string(vm_kind kind) noexcept {
  for (const auto& [name, meaning] : kinds) {
    if (meaning == kind) return name;
  }
  return "?";
}

}  // namespace souk::tool
