// Explains a failure: the nearest expected outcome, and what differs from it, part by part.
#include <set>
#include <sstream>

#include "tools/conform/judge.hpp"
#include "tools/conform/line_diff.hpp"

namespace souk::tool {
namespace {

/// A part of two outcomes that may differ, as lines.
struct compared_part {
  std::string title;
  std::vector<diff_line> lines;
};

std::vector<std::string> one_line(const json& object, const std::string& key) {
  const auto at = object.find(key);
  if (at == object.end()) return {};
  return {key + " " + canonical_text(*at)};
}

std::set<std::string> keys_of(const json& a, const json& b) {
  std::set<std::string> out;
  for (const auto& item : a.items()) out.insert(item.key());
  for (const auto& item : b.items()) out.insert(item.key());
  return out;
}

const json& member(const json& object, const std::string& key) {
  static const json nothing = json::object();
  const auto at = object.find(key);
  return at == object.end() ? nothing : *at;
}

/// The log of a process, then its status and the way it is observed.
std::vector<std::string> process_lines(const json& process) {
  auto out = canonical_lines(member(process, "log"));
  for (const char* key : {"status", "observe"}) {
    for (auto& line : one_line(process, key)) out.push_back(std::move(line));
  }
  return out;
}

std::vector<compared_part> compare(const json& expected, const json& got) {
  std::vector<compared_part> out;
  const json& processes_a = expected["processes"];
  const json& processes_b = got["processes"];
  for (const auto& label : keys_of(processes_a, processes_b)) {
    out.push_back({"process " + label, diff(process_lines(member(processes_a, label)),
                                            process_lines(member(processes_b, label)))});
  }
  const json& vms_a = expected["vms"];
  const json& vms_b = got["vms"];
  for (const auto& label : keys_of(vms_a, vms_b)) {
    out.push_back({"nested VM " + label, diff(one_line(member(vms_a, label), "status"),
                                              one_line(member(vms_b, label), "status"))});
  }
  out.push_back({"escaped actions",
                 diff(canonical_lines(expected["escaped"]), canonical_lines(got["escaped"]))});
  out.push_back({"root", diff(one_line(expected, "root"), one_line(got, "root"))});
  return out;
}

std::size_t total_changes(const std::vector<compared_part>& parts) {
  std::size_t sum = 0;
  for (const auto& part : parts) sum += count_changes(part.lines);
  return sum;
}

/// The lines near a change; a gap stands for the others.
void print_lines(std::ostream& out, const std::vector<diff_line>& lines) {
  constexpr std::size_t context = 3;
  std::vector<bool> shown(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].mark == ' ') continue;
    const std::size_t first = i < context ? 0 : i - context;
    for (std::size_t j = first; j < lines.size() && j <= i + context; ++j) shown[j] = true;
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (shown[i]) {
      out << "    " << lines[i].mark << ' ' << lines[i].text << '\n';
    } else if (i == 0 || shown[i - 1]) {
      out << "      ...\n";
    }
  }
}

}  // namespace

std::string difference(const golden& expected, schedules schedule, const json& outcome) {
  std::vector<compared_part> nearest;
  std::string nearest_name;
  std::size_t count = 0;
  for (const outcome_list* list : lists_for(expected, schedule)) {
    for (std::size_t i = 0; i < list->outcomes.size(); ++i, ++count) {
      auto parts = compare(list->outcomes[i], outcome);
      if (count > 0 && total_changes(parts) >= total_changes(nearest)) continue;
      nearest = std::move(parts);
      nearest_name = list->key + "[" + std::to_string(i) + "]";
    }
  }
  std::ostringstream out;
  if (count == 0) {
    out << "  " << expected.file << " lists no outcome to compare with\n";
    return std::move(out).str();
  }
  out << "  nearest of " << count << " expected: " << nearest_name << " of " << expected.file
      << " (- expected, + got)\n";
  for (const auto& part : nearest) {
    if (count_changes(part.lines) == 0) continue;
    out << "  " << part.title << '\n';
    print_lines(out, part.lines);
  }
  return std::move(out).str();
}

}  // namespace souk::tool
