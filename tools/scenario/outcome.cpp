// The canonical text of outcomes, and their form for comparison.
#include "tools/scenario/outcome.hpp"

#include <algorithm>

namespace souk::tool {
namespace {

void sort_by_text(json& log) {
  std::vector<std::pair<std::string, json>> entries;
  for (auto& entry : log) entries.emplace_back(canonical_text(entry), std::move(entry));
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  log = json::array();
  for (auto& entry : entries) log.push_back(std::move(entry.second));
}

void keep_what_was_logged(json& log) {
  json kept = json::array();
  for (auto& entry : log) {
    const auto event = entry.is_object() ? entry.find("ev") : entry.end();
    if (event == entry.end() || *event == "boot" || *event == "log")
      kept.push_back(std::move(entry));
  }
  log = std::move(kept);
}

}  // namespace

std::string canonical_text(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json compared_form(json outcome) {
  for (auto& process : outcome["processes"]) {
    const auto observe = process.find("observe");
    if (observe == process.end()) continue;
    if (*observe == "bag") sort_by_text(process["log"]);
    if (*observe == "explicit") keep_what_was_logged(process["log"]);
  }
  return outcome;
}

std::vector<std::string> canonical_lines(const json& list) {
  std::vector<std::string> out;
  for (const auto& element : list) out.push_back(canonical_text(element));
  return out;
}

}  // namespace souk::tool
