// Reads a scenario file into its AST and checks all of it on the way.
#pragma once

#include <string>
#include <string_view>

#include "tools/scenario/ast.hpp"
#include "tools/scenario/document.hpp"

namespace souk::tool {

/// The scenario in that file. Throws load_error; its text names file, line, the path in the
/// document (a JSON pointer), what was expected there and what was found.
[[nodiscard]] scenario load_scenario(const std::string& file);
/// The same from a text; `file` is only for messages.
[[nodiscard]] scenario parse_scenario(std::string_view text, const std::string& file);

}  // namespace souk::tool
