#include "tools/compare/results.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <numeric>
#include <utility>

#include "tools/bench/output.hpp"
#include "tools/compare/statistics.hpp"

namespace souk::tool {
namespace {

using nlohmann::ordered_json;

/// Where the distribution of latencies is told: the share of them that took no longer.
constexpr std::array<double, 16> shares{0.01, 0.1,   0.25,  0.5,   0.75,   0.9,    0.95,    0.98,
                                        0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 0.99999, 1};

constexpr std::array<std::pair<const char*, double>, 3> percentiles{
    {{"p50_ns", 0.5}, {"p99_ns", 0.99}, {"p999_ns", 0.999}}};

const char* name_of(runner_kind kind) noexcept {
  switch (kind) {
    case runner_kind::functional: return "functional";
    case runner_kind::parallel: return "parallel";
    default: return "peer";
  }
}

ordered_json build() {
  ordered_json facts = ordered_json::object();
  add_build(facts);
  return facts;
}

ordered_json machine(const findings& all) {
  ordered_json facts{{"processors", usable_processors()}};
  facts["memory_bytes"] = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                          static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  utsname system{};
  if (::uname(&system) == 0)
    facts["system"] = std::string{system.sysname} + ' ' + system.release + ' ' + system.machine;
  std::vector<double> speeds;
  std::vector<double> given;
  for (const machine_speed& one : all.machine) {
    speeds.push_back(one.steps_per_second);
    given.push_back(one.share);
  }
  facts["steps_per_second"] = speeds;
  facts["share_of_a_processor"] = given;
  return facts;
}

ordered_json summary_of(const std::vector<double>& values) {
  const summary s = summarize(values);
  return {{"median", s.median}, {"min", s.least}, {"max", s.most}};
}

ordered_json throughput_cell(const series& one) {
  ordered_json made = summary_of(one.values);
  made["count"] = one.count;
  made["values"] = one.values;
  made["per_core_second"] = summarize(one.per_core_second).median;
  return made;
}

ordered_json latency_cell(const series& one) {
  bench::histogram whole;
  for (const bench::histogram& of : one.latencies) whole.add(of);
  ordered_json made{{"count", whole.total()}};
  const auto add = [&](const char* name, const auto& figure_of) {
    std::vector<double> values;
    for (const bench::histogram& of : one.latencies) values.push_back(figure_of(of));
    made[name] = summary_of(values);
    made[name]["values"] = values;
  };
  add("mean_ns", [](const bench::histogram& of) { return of.mean(); });
  for (const auto& [name, share] : percentiles)
    add(name, [share = share](const bench::histogram& of) { return of.quantile(share); });
  for (const double share : shares) {
    // Beyond the resolution of so few there is nothing to tell.
    if (share < 1 && (1 - share) * static_cast<double>(whole.total()) < 1) continue;
    made["distribution"].push_back({share, whole.quantile(share)});
  }
  return made;
}

ordered_json memory_cell(const series& one) {
  ordered_json made = summary_of(one.values);
  made["values"] = one.values;
  return made;
}

ordered_json cell_of(const series& one, quantity of) {
  switch (of) {
    case quantity::throughput: return throughput_cell(one);
    case quantity::latency: return latency_cell(one);
    default: return memory_cell(one);
  }
}

/// Each parallel runner against the functional VM and against itself with one worker.
void add_ratios(ordered_json& cells, const row& of, const std::vector<runner>& runners) {
  const auto add = [&](const char* name, const std::string& id, const std::string& to) {
    const auto left = of.cells.find(id);
    const auto right = of.cells.find(to);
    if (left == of.cells.end() || right == of.cells.end() || id == to) return;
    const std::vector<double> ratios = paired_ratios(left->second.values, right->second.values);
    if (!ratios.empty()) cells[id][name] = summary_of(ratios);
  };
  for (const runner& one : runners) {
    if (!cells.contains(one.id)) continue;
    add("over_functional", one.id, "functional");
    if (one.kind == runner_kind::parallel) add("over_one_worker", one.id, "parallel-1");
  }
}

ordered_json row_of(const row& of, const std::vector<runner>& runners) {
  const bench::workload& what = *of.of.what;
  ordered_json made{{"workload", what.name},     {"size", of.of.size},
                    {"size_of", what.size_of},   {"unit", what.unit},
                    {"measures", what.measures}, {"does_not_mean", what.does_not_mean}};
  ordered_json& cells = made["results"] = ordered_json::object();
  for (const runner& one : runners) {
    const auto found = of.cells.find(one.id);
    if (found != of.cells.end() && !found->second.is_empty())
      cells[one.id] = cell_of(found->second, of.of.of);
  }
  if (of.of.of == quantity::throughput) add_ratios(cells, of, runners);
  return made;
}

ordered_json rows_of(const findings& all, quantity of) {
  ordered_json made = ordered_json::array();
  for (const row& one : all.rows) {
    if (one.of.of == of) made.push_back(row_of(one, all.runners));
  }
  return made;
}

ordered_json equivalence_of(const findings& all) {
  ordered_json made{{"commits", 0}, {"divergences", 0}, {"runs", 0}, {"workers", 0}};
  std::uint64_t commits = 0;
  std::uint64_t divergences = 0;
  std::uint64_t runs = 0;
  for (const check_result& one : all.checks) {
    commits += one.commits;
    divergences += one.divergences;
    runs += one.runs;
    made["workers"] = one.workers;
    made["by_workload"].push_back({{"workload", one.what->name},
                                   {"runs", one.runs},
                                   {"commits", one.commits},
                                   {"divergences", one.divergences}});
  }
  made["commits"] = commits;
  made["divergences"] = divergences;
  made["runs"] = runs;
  return made;
}

}  // namespace

ordered_json results_of(const findings& all) {
  ordered_json made{{"schema", results_schema},
                    {"command", all.command},
                    {"mode", all.mode},
                    {"started", all.started},
                    {"seconds", all.seconds},
                    {"rounds", all.rounds_done},
                    {"rounds_planned", all.plan.rounds},
                    {"run_seconds", all.plan.run_seconds},
                    {"build", build()},
                    {"machine", machine(all)}};
  for (const runner& one : all.runners) {
    made["runners"].push_back({{"id", one.id},
                               {"name", one.name},
                               {"kind", name_of(one.kind)},
                               {"workers", one.workers}});
  }
  made["throughput"] = rows_of(all, quantity::throughput);
  made["latency"] = rows_of(all, quantity::latency);
  made["memory"] = rows_of(all, quantity::memory);
  made["equivalence"] = equivalence_of(all);
  made["missing_peers"] = all.missing_peers;
  made["failures"] = all.failures;
  return made;
}

}  // namespace souk::tool
