// What was found, as JSON: what --json writes, --baseline reads and the report draws.
// docs/compare.md says what each field means.
#pragma once

#include <nlohmann/json.hpp>

#include "tools/compare/findings.hpp"

namespace souk::tool {

/// The version of the format: a reader refuses another.
inline constexpr const char* results_schema = "souk-compare/1";

[[nodiscard]] nlohmann::ordered_json results_of(const findings& all);

}  // namespace souk::tool
