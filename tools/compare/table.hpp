// A comparison as text, for a terminal. Written from the results, as the report is.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>

namespace souk::tool {

/// Throughput, latency, memory, what changed since a baseline, and the verdict.
void print_tables(std::ostream& out, const nlohmann::ordered_json& results);

/// "1,234 commits in 12 runs, 0 divergences"
[[nodiscard]] std::string verdict_text(const nlohmann::ordered_json& equivalence);

/// Nanoseconds with three digits and a unit: "4.21 us".
[[nodiscard]] std::string duration_text(double nanoseconds);

/// Three digits with a unit of thousands: "4.21 M".
[[nodiscard]] std::string short_number(double value);

}  // namespace souk::tool
