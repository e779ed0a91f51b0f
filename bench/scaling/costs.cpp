#include "bench/scaling/costs.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace souk::bench::scaling {
namespace {

using nlohmann::json;
using path = std::filesystem::path;

std::ifstream open(const path& file) {
  std::ifstream in{file};
  if (!in) throw std::runtime_error{"cannot read " + file.string()};
  return in;
}

json parse(const path& file) {
  std::ifstream in = open(file);
  try {
    return json::parse(in);
  } catch (const json::exception& error) {
    throw std::runtime_error{file.string() + " is not JSON: " + error.what()};
  }
}

/// The measurements of souk_micro by the names of the benchmarks.
class micro_results {
 public:
  // Of all_ in parentheses: braces would make a list of it.
  explicit micro_results(path file) : file_{std::move(file)}, all_(parse(file_)) {}

  /// Of all repetitions of one whose name begins so, up to a `/`: others on the machine only make
  /// it longer.
  [[nodiscard]] double least(const std::string& name, const char* field = "real_time") const {
    return std::ranges::min(values(name, field));
  }

 private:
  [[nodiscard]] std::vector<double> values(const std::string& name, const char* field) const {
    std::vector<double> found;
    for (const json& one : all_.value("benchmarks", json::array())) {
      const bool is_it = (one.value("name", "") + '/').starts_with(name + '/');
      if (!is_it || one.value("run_type", "") != "iteration") continue;
      if (one.contains(field)) found.push_back(one.at(field).get<double>());
    }
    if (found.empty())
      throw std::runtime_error{file_.string() + " has no " + field + " of " + name};
    return found;
  }

  path file_;
  json all_;
};

double nanoseconds_each(const path& bench, std::string_view workload) {
  return 1e9 / read_best(bench, workload, 1);
}

}  // namespace

costs read_costs(const path& file) {
  const json all = parse(file);
  costs found;
  for (const cost_field& one : cost_fields) {
    const auto at = all.find(std::string{one.name});
    if (at == all.end() || !at->is_number() || at->get<double>() < 0)
      throw std::runtime_error{file.string() + " has no number for " + std::string{one.name}};
    found.*one.where = at->get<double>();
  }
  return found;
}

void write_costs(std::ostream& out, const costs& what) {
  nlohmann::ordered_json all;
  for (const cost_field& one : cost_fields) all[std::string{one.name}] = what.*one.where;
  out << all.dump(2) << '\n';
}

costs derive_costs(const measurements& from) {
  const micro_results micro{from.micro};
  const double handled = micro.least("commit_nothing");
  const double local = micro.least("commit_local") - handled;
  const double sent = micro.least("commit_to_shards/1") - handled;
  const double received = micro.least("commit_to_shards/1", "receive_ns");
  const double alone = read_best(from.bench, "pairs", 1);
  costs found;
  found.pairs_ns = nanoseconds_each(from.bench, "pairs");
  found.big_ns = nanoseconds_each(from.bench, "big");
  found.fan_out_ns = nanoseconds_each(from.bench, "fan-out");
  found.crossing_ns = std::max(0.0, sent + received - local);
  found.each_shard_ns =
      (micro.least("commit_to_shards/16") - micro.least("commit_to_shards/4")) / (16 - 4);
  found.hold_ns = (micro.least("inbox_push/100") - micro.least("inbox_push/10")) / (100 - 10);
  found.transfer_ns = micro.least("line_transfer", "least_ns");
  found.change_ns = micro.least("spawn_quit");
  found.wake_ns = micro.least("executor_submit");
  found.busy_factor = std::max(1.0, alone / read_best(from.together, "pairs", 1));
  return found;
}

double read_best(const path& bench, std::string_view workload, unsigned workers) {
  std::ifstream in = open(bench);
  double best = 0;
  for (std::string line; std::getline(in, line);) {
    const json one = json::parse(line, nullptr, false);
    if (!one.is_object() || one.value("workload", "") != workload) continue;
    if (one.value("workers", 0U) != workers || one.value("vm", "") != "parallel") continue;
    best = std::max(best, one.value("max", 0.0));
  }
  if (best <= 0) {
    throw std::runtime_error{bench.string() + " has no value of " + std::string{workload} + " on " +
                             std::to_string(workers) + " workers of the parallel VM"};
  }
  return best;
}

}  // namespace souk::bench::scaling
