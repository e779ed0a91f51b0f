// Terms as JSON (README section 2).
#pragma once

#include <functional>
#include <souk/term.hpp>
#include <string>

#include "tools/scenario/outcome.hpp"

namespace souk::tool {

/// Writes the term; `label` names processes. Throws term_error when it is nested too deep to write.
[[nodiscard]] json encode(const term& value, const std::function<std::string(pid)>& label);

}  // namespace souk::tool
