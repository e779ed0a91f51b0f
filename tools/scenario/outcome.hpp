// Outcomes: what a scenario's run showed, as JSON (tests/conformance/README.md, section 7).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace souk::tool {

using json = nlohmann::json;

/// JSON without spaces, object keys sorted, lists as they are.
[[nodiscard]] std::string canonical_text(const json& value);

/// The outcome as it is compared: the logs of processes with `observe: bag` sorted by canonical
/// text, those with `explicit` reduced to boot and log entries. Doing it twice changes nothing.
[[nodiscard]] json compared_form(json outcome);

/// The list's elements, each as canonical text.
[[nodiscard]] std::vector<std::string> canonical_lines(const json& list);

}  // namespace souk::tool
