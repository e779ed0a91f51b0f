#include "tools/top/table.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

namespace souk::tool {
namespace {

using json = nlohmann::ordered_json;

std::string short_number(double value) {
  constexpr std::array<std::pair<double, char>, 3> steps{{{1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}}};
  for (const auto& [size, mark] : steps) {
    if (value >= size) return fmt::format("{:.1f}{}", value / size, mark);
  }
  return fmt::format("{:.0f}", value);
}

std::string short_bytes(double value) {
  constexpr std::array<std::pair<double, const char*>, 3> steps{
      {{1024.0 * 1024 * 1024, "GiB"}, {1024.0 * 1024, "MiB"}, {1024.0, "KiB"}}};
  for (const auto& [size, mark] : steps) {
    if (value >= size) return fmt::format("{:.1f} {}", value / size, mark);
  }
  return fmt::format("{:.0f} B", value);
}

/// Those that do most first, whichever VM they are in.
std::vector<const json*> by_activity(const json& view) {
  std::vector<const json*> all;
  for (const json& p : view["top"]) all.push_back(&p);
  std::ranges::stable_sort(all, std::greater{}, [](const json* p) {
    return std::pair{(*p)["busy"].get<double>(), (*p)["rate"].get<double>()};
  });
  return all;
}

std::string name_of(const json& p) {
  std::string name = p["name"].get<std::string>();
  if (p.contains("inside"))
    name += (name.empty() ? "VM " : ", VM ") + p["inside"].get<std::string>();
  if (p.contains("running")) name += " (in a handler)";
  if (p.contains("awaits")) name += " (waits for the VM around)";
  return name;
}

}  // namespace

std::string top_table(const json& view, const screen& on) {
  std::string text;
  const auto out = std::back_inserter(text);
  if (!view["there"].get<bool>()) return "There is no VM now.\n";
  fmt::format_to(
      out, "{} events/s, {} processes in {} VMs, {} queued, {} handled, {}, {} workers\n",
      short_number(view["rate"]), view["processes"].get<std::uint64_t>(),
      view["vms"].get<std::uint64_t>(), view["queued"].get<std::uint64_t>(),
      short_number(view["handled"]), short_bytes(view["memory"]), view["workers"].get<unsigned>());
  if (const auto silent = view["unanswered"].get<std::uint64_t>(); silent > 0) {
    fmt::format_to(out, "{} parts of VMs do not answer; in a handler:", silent);
    for (const json& who : view["running"]) fmt::format_to(out, " {}", who.get<std::string>());
    text += '\n';
  }
  fmt::format_to(out, "\n{:<22} {:>9} {:>6} {:>8} {:>9} {:>5}  {}\n", "PID", "EVENTS/S", "BUSY",
                 "QUEUED", "HANDLED", "ENDP", "NAME");
  unsigned lines = 0;
  for (const json* p : by_activity(view)) {
    if (on.lines > 0 && ++lines > on.lines) break;
    std::string line = fmt::format(
        "{:<22} {:>9} {:>5.1f}% {:>8} {:>9} {:>5}  {}", (*p)["pid"].get<std::string>(),
        short_number((*p)["rate"]), 100 * (*p)["busy"].get<double>(), short_number((*p)["queued"]),
        short_number((*p)["handled"]), (*p)["endpoints"].get<std::uint64_t>(), name_of(*p));
    if (line.size() > on.columns) line.resize(on.columns);
    text += line;
    text += '\n';
  }
  return text;
}

}  // namespace souk::tool
