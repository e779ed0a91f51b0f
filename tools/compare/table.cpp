#include "tools/compare/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

#include "tools/bench/output.hpp"

namespace souk::tool {
namespace {

using nlohmann::ordered_json;

std::string three_digits(double value) {
  std::ostringstream text;
  const int behind = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  text << std::fixed << std::setprecision(behind) << value;
  return text.str();
}

/// A table whose columns are as wide as what is in them: the first to the left, the rest to the
/// right.
class text_table {
 public:
  void add(std::vector<std::string> line) { lines_.push_back(std::move(line)); }

  void print(std::ostream& out) const {
    std::vector<std::size_t> widths;
    for (const auto& line : lines_) {
      widths.resize(std::max(widths.size(), line.size()));
      for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    }
    for (const auto& line : lines_) {
      for (std::size_t i = 0; i < line.size(); ++i) {
        const std::string space(widths[i] - line[i].size(), ' ');
        out << (i == 0 ? line[i] + space : "  " + space + line[i]);
      }
      out << '\n';
    }
    out << '\n';
  }

 private:
  std::vector<std::vector<std::string>> lines_;
};

/// The runners that have a column: all, or where that are many the first and last of the parallel
/// ones.
std::vector<ordered_json> columns_of(const ordered_json& runners) {
  constexpr std::size_t most_parallel = 3;
  std::vector<ordered_json> parallel;
  for (const ordered_json& one : runners)
    if (one.at("kind") == "parallel") parallel.push_back(one);
  std::vector<ordered_json> shown;
  for (const ordered_json& one : runners) {
    const bool is_between = one.at("kind") == "parallel" && parallel.size() > most_parallel &&
                            one != parallel.front() && one != parallel.back();
    if (!is_between) shown.push_back(one);
  }
  return shown;
}

/// "idle (1,000 processes)", "round-trips (1 pair)"
std::string name_of(const ordered_json& row) {
  std::string name = row.at("workload");
  std::string size_of = row.at("size_of");
  if (size_of.empty()) return name;
  if (row.at("size") == 1 && size_of.ends_with('s')) size_of.pop_back();
  return name + " (" + grouped(row.at("size").get<double>()) + ' ' + size_of + ')';
}

/// Two lines: who, and with how many workers.
struct heads {
  std::vector<std::string> names;
  std::vector<std::string> workers;

  heads(const std::vector<ordered_json>& columns, const std::string& first)
      : names{first, ""}, workers{"", "unit"} {
    for (const ordered_json& one : columns) {
      const std::string name = one.at("name");
      names.push_back(name.substr(0, name.find(',')));
      workers.push_back(one.at("kind") == "functional"
                            ? ""
                            : name.substr(std::min(name.find(',') + 2, name.size())));
    }
  }
};

/// The part of the runner's cell, as text; a dash if it has none.
template <class F>
std::string told(const ordered_json& row, const std::string& runner, const F& text) {
  const ordered_json& cells = row.at("results");
  return cells.contains(runner) ? text(cells.at(runner)) : "-";
}

std::string ratio_text(const ordered_json& cell, const char* name) {
  return cell.contains(name) ? three_digits(cell.at(name).at("median").get<double>()) + 'x' : "-";
}

/// The last parallel runner: the one with the most workers.
std::string widest(const ordered_json& runners) {
  std::string id;
  for (const ordered_json& one : runners)
    if (one.at("kind") == "parallel") id = one.at("id");
  return id;
}

/// What the replays of that workload found.
std::string verdict_of(const ordered_json& row, const ordered_json& equivalence) {
  if (!equivalence.contains("by_workload")) return "-";
  for (const ordered_json& one : equivalence.at("by_workload")) {
    if (one.at("workload") != row.at("workload")) continue;
    const std::string commits = grouped(one.at("commits").get<double>()) + " commits";
    if (one.at("divergences") == 0 && one.at("commits") > 0) return "equivalent: " + commits;
    return grouped(one.at("divergences").get<double>()) + " DIVERGENCES: " + commits;
  }
  return "-";
}

void print_throughput(std::ostream& out, const ordered_json& results) {
  if (results.at("throughput").empty()) return;
  const std::vector<ordered_json> columns = columns_of(results.at("runners"));
  const std::string most = widest(results.at("runners"));
  text_table table;
  heads head{columns, "throughput"};
  head.names.insert(head.names.end(), {"speed-up", "scaling", "checked by replay"});
  table.add(head.names);
  table.add(head.workers);
  for (const ordered_json& row : results.at("throughput")) {
    std::vector<std::string> line{row.at("workload"), row.at("unit")};
    for (const ordered_json& one : columns) {
      line.push_back(told(row, one.at("id"), [](const ordered_json& cell) {
        return short_number(cell.at("median").get<double>());
      }));
    }
    line.push_back(told(row, "parallel-1", [](const ordered_json& cell) {
      return ratio_text(cell, "over_functional");
    }));
    line.push_back(told(
        row, most, [](const ordered_json& cell) { return ratio_text(cell, "over_one_worker"); }));
    line.push_back(verdict_of(row, results.at("equivalence")));
    table.add(line);
  }
  table.print(out);
  out << "speed-up: the parallel VM with 1 worker by the functional VM; scaling: with the most "
         "workers by 1.\n\n";
}

void print_latency(std::ostream& out, const ordered_json& results) {
  if (results.at("latency").empty()) return;
  text_table table;
  table.add({"latency of a round trip", "mean", "p50", "p99", "p99.9"});
  for (const ordered_json& row : results.at("latency")) {
    for (const ordered_json& one : results.at("runners")) {
      const ordered_json& cells = row.at("results");
      if (!cells.contains(one.at("id"))) continue;
      const ordered_json& cell = cells.at(one.at("id"));
      const auto figure = [&](const char* name) {
        return duration_text(cell.at(name).at("median").get<double>());
      };
      table.add({name_of(row) + ", " + one.at("name").get<std::string>(), figure("mean_ns"),
                 figure("p50_ns"), figure("p99_ns"), figure("p999_ns")});
    }
  }
  table.print(out);
}

void print_memory(std::ostream& out, const ordered_json& results) {
  if (results.at("memory").empty()) return;
  const std::vector<ordered_json> columns = columns_of(results.at("runners"));
  text_table table;
  const heads head{columns, "memory"};
  table.add(head.names);
  table.add(head.workers);
  for (const ordered_json& row : results.at("memory")) {
    std::vector<std::string> line{name_of(row), row.at("unit")};
    for (const ordered_json& one : columns) {
      line.push_back(told(row, one.at("id"), [](const ordered_json& cell) {
        return grouped(cell.at("median").get<double>());
      }));
    }
    table.add(line);
  }
  table.print(out);
}

std::string percent_text(double ratio) {
  const double percent = (ratio - 1) * 100;
  return (percent < 0 ? "-" : "+") + three_digits(std::abs(percent)) + " %";
}

void print_baseline(std::ostream& out, const ordered_json& results) {
  if (!results.contains("baseline")) return;
  const ordered_json& baseline = results.at("baseline");
  text_table table;
  table.add({"changed beyond noise", "what", "before", "now", "change"});
  std::size_t changed = 0;
  std::size_t judged = 0;
  for (const ordered_json& one : baseline.at("changes")) {
    const std::string how = one.at("judgement");
    judged += how == "too-few" ? 0 : 1;
    if (how != "better" && how != "worse") continue;
    ++changed;
    table.add({one.at("workload").get<std::string>() + " (" +
                   grouped(one.at("size").get<double>()) + "), " +
                   one.at("runner").get<std::string>(),
               one.at("what"), short_number(one.at("before").get<double>()),
               short_number(one.at("now").get<double>()),
               percent_text(one.at("ratio").get<double>()) + ' ' + how});
  }
  out << "Since " << baseline.at("commit").get<std::string>() << " of "
      << baseline.at("started").get<std::string>() << ": " << changed << " of " << judged
      << " figures changed beyond noise. The machine's own speed changed by "
      << percent_text(baseline.at("machine_ratio").get<double>()) << ".\n";
  if (!baseline.at("same_processor").get<bool>())
    out << "That was another processor: the changes say nothing of souk.\n";
  if (judged == 0)
    out << "Too few repetitions to judge: at least 5 rounds are needed on both sides.\n";
  out << '\n';
  if (changed > 0) table.print(out);
}

}  // namespace

std::string short_number(double value) {
  static constexpr std::array<std::pair<double, const char*>, 3> units{
      {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}}};
  for (const auto& [size, unit] : units) {
    if (value >= size * 0.9995) return three_digits(value / size) + unit;
  }
  return three_digits(value);
}

std::string duration_text(double nanoseconds) {
  static constexpr std::array<std::pair<double, const char*>, 3> units{
      {{1e9, " s"}, {1e6, " ms"}, {1e3, " us"}}};
  for (const auto& [size, unit] : units) {
    if (nanoseconds >= size * 0.9995) return three_digits(nanoseconds / size) + unit;
  }
  return three_digits(nanoseconds) + " ns";
}

std::string verdict_text(const ordered_json& equivalence) {
  return grouped(equivalence.at("commits").get<double>()) + " commits in " +
         grouped(equivalence.at("runs").get<double>()) + " runs, " +
         grouped(equivalence.at("divergences").get<double>()) + " divergences";
}

void print_tables(std::ostream& out, const ordered_json& results) {
  print_throughput(out, results);
  print_latency(out, results);
  print_memory(out, results);
  print_baseline(out, results);
}

}  // namespace souk::tool
