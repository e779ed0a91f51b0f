#include "bench/instructions/gate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <istream>
#include <ostream>
#include <sstream>
#include <string_view>

namespace souk::bench {
namespace {

constexpr std::string_view toolchain_key = "toolchain: ";

const instruction_count* find(std::span<const instruction_count> among, std::string_view name) {
  const auto found = std::ranges::find(among, name, &instruction_count::name);
  return found == among.end() ? nullptr : &*found;
}

gate_verdict judge(std::uint64_t before, std::uint64_t now) noexcept {
  const auto accepted = static_cast<double>(before);
  const auto counted = static_cast<double>(now);
  if (counted > accepted * (1 + gate_tolerance)) return gate_verdict::more;
  if (counted < accepted * (1 - gate_tolerance)) return gate_verdict::fewer;
  return gate_verdict::same;
}

std::string_view to_string(gate_verdict v) noexcept {
  switch (v) {
    case gate_verdict::same: return "same";
    case gate_verdict::fewer: return "fewer";
    case gate_verdict::more: return "MORE";
    case gate_verdict::is_new: return "NEW";
    case gate_verdict::gone: return "GONE";
  }
  return "";
}

bool fails(const gate_row& row) noexcept {
  return row.verdict != gate_verdict::same && row.verdict != gate_verdict::fewer;
}

std::string thousands(std::uint64_t number) {
  if (number == 0) return "-";
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string percent(const gate_row& row) {
  if (row.before == 0 || row.now == 0) return "-";
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%+.2f %%", 100 * row.change());
  return text.data();
}

void print_row(std::ostream& out, std::string_view name, const std::string& before,
               const std::string& now, const std::string& change, std::string_view verdict) {
  std::array<char, 128> line{};
  (void)std::snprintf(line.data(), line.size(), "%-19.*s %14s %14s %10s  %.*s\n",
                      static_cast<int>(name.size()), name.data(), before.c_str(), now.c_str(),
                      change.c_str(), static_cast<int>(verdict.size()), verdict.data());
  out << line.data();
}

}  // namespace

baseline read_baseline(std::istream& in) {
  baseline read;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with(toolchain_key)) {
      read.toolchain = line.substr(toolchain_key.size());
      continue;
    }
    std::istringstream fields{line};
    instruction_count one{};
    if (std::string rest; !(fields >> one.name >> one.instructions) || fields >> rest ||
                          one.instructions == 0 || find(read.counts, one.name) != nullptr)
      throw bad_baseline{"not a workload and its count, or the second of that workload: " + line};
    read.counts.push_back(std::move(one));
  }
  if (read.toolchain.empty()) throw bad_baseline{"no line begins with \"toolchain: \""};
  return read;
}

void write_baseline(std::ostream& out, const baseline& accepted) {
  out << "# Instructions of each workload, as accepted: souk_instructions --accept writes it.\n"
      << toolchain_key << accepted.toolchain << '\n';
  for (const instruction_count& one : accepted.counts)
    out << one.name << ' ' << one.instructions << '\n';
}

std::vector<gate_row> compare_counts(std::span<const instruction_count> before,
                                     std::span<const instruction_count> now) {
  std::vector<gate_row> rows;
  for (const auto& [name, instructions] : now) {
    const instruction_count* const old = find(before, name);
    rows.push_back(old == nullptr ? gate_row{name, 0, instructions, gate_verdict::is_new}
                                  : gate_row{name, old->instructions, instructions,
                                             judge(old->instructions, instructions)});
  }
  for (const auto& [name, instructions] : before) {
    if (find(now, name) == nullptr) rows.push_back({name, instructions, 0, gate_verdict::gone});
  }
  return rows;
}

bool passes(std::span<const gate_row> rows) noexcept { return std::ranges::none_of(rows, fails); }

void print_gate(std::ostream& out, std::span<const gate_row> rows, const std::string& accept) {
  print_row(out, "instructions of", "accepted", "now", "change", "verdict");
  for (const gate_row& row : rows)
    print_row(out, row.name, thousands(row.before), thousands(row.now), percent(row),
              to_string(row.verdict));
  const auto failed = std::ranges::count_if(rows, fails);
  const std::string limit = std::to_string(std::lround(100 * gate_tolerance)) + " %";
  out << '\n';
  if (failed == 0) {
    out << "passed: none of " << rows.size() << " takes over " << limit
        << " more than was accepted\n";
  } else {
    out << "FAILED: " << failed << " of " << rows.size() << " take over " << limit
        << " more than was accepted, or are not in both\n";
  }
  out << "To accept what is counted now: " << accept << '\n';
}

}  // namespace souk::bench
