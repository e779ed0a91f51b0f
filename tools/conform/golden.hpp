// Golden files: the outcomes that a scenario may have (tests/conformance/README.md, section 8).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/scenario/outcome.hpp"

namespace souk::tool {

/// One list of a golden file.
struct outcome_list {
  std::string key;  // "outcomes", "turn_extra", "transition_extra"
  std::vector<json> outcomes;
  std::vector<std::string> texts;  // the canonical text of each
  /// It can be relied on: what is not in it did not show.
  bool complete = false;
};

struct golden {
  std::string file;
  outcome_list outcomes, turn_extra, transition_extra;
};

/// Throws load_error, as load_scenario() does.
[[nodiscard]] golden load_golden(const std::string& file);

/// The golden file beside that scenario file: ../golden-souk/NAME.json, else ../golden/NAME.json.
[[nodiscard]] std::optional<std::filesystem::path> find_golden(
    const std::filesystem::path& scenario);

}  // namespace souk::tool
