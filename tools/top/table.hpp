// What `souk top` shows of a view, as lines of text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace souk::tool {

struct screen {
  unsigned columns = 100;
  unsigned lines = 0;  ///< of processes, at most; 0: all
};

[[nodiscard]] std::string top_table(const nlohmann::ordered_json& view, const screen& on);

}  // namespace souk::tool
