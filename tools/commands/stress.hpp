// The options of `souk stress`, which `souk-stress-hooks` has as well.
#pragma once

#include <CLI/CLI.hpp>

#include "stress/session.hpp"

namespace souk::tool {

/// `how` must outlive the parsing.
void add_stress_options(CLI::App& to, stress::session_options& how);
/// The exit status, as in command.hpp.
[[nodiscard]] int run_stress(const stress::session_options& how);

}  // namespace souk::tool
