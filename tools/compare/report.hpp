// A comparison as one HTML page that needs nothing else: report.html, report.css and the scripts of
// this folder, which the build embeds, and the results as data.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace souk::tool {

[[nodiscard]] std::string report_of(const nlohmann::ordered_json& results);

}  // namespace souk::tool
