#include "tools/compare/baseline.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "tools/compare/results.hpp"
#include "tools/compare/statistics.hpp"

namespace souk::tool {
namespace {

using nlohmann::ordered_json;

constexpr double most_p = 0.01;            // B1
constexpr double least_difference = 0.03;  // B2

constexpr std::size_t fewest_repetitions = 5;

const char* name_of(judgement judged) noexcept {
  switch (judged) {
    case judgement::too_few: return "too-few";
    case judgement::within_noise: return "within-noise";
    case judgement::better: return "better";
    default: return "worse";
  }
}

double speed_of(const ordered_json& results) {
  const auto speeds = results.at("machine").at("steps_per_second").get<std::vector<double>>();
  return speeds.empty() ? 1 : summarize(speeds).median;
}

/// The row of the same workload and size, or null.
const ordered_json* same_row(const ordered_json& rows, const ordered_json& like) {
  for (const ordered_json& one : rows) {
    if (one.at("workload") == like.at("workload") && one.at("size") == like.at("size")) return &one;
  }
  return nullptr;
}

struct judged_series {
  const char* title;  ///< what of the cell; null: the cell itself
  bool more_is_better;
};

void add_change(ordered_json& to, const ordered_json& row, const std::string& runner,
                const ordered_json& before, const ordered_json& now, const judged_series& of,
                double drift) {
  const auto values = [&](const ordered_json& cell) {
    return (of.title == nullptr ? cell : cell.at(of.title)).at("values").get<std::vector<double>>();
  };
  const std::vector<double> old_values = values(before);
  const std::vector<double> new_values = values(now);
  if (old_values.empty() || new_values.empty()) return;
  if (summarize(old_values).median <= 0 || summarize(new_values).median <= 0) return;  // no ratio
  const change found = judge(old_values, new_values, drift, of.more_is_better);
  to.push_back({{"workload", row.at("workload")},
                {"size", row.at("size")},
                {"runner", runner},
                {"what", of.title == nullptr ? row.at("unit").get<std::string>() : of.title},
                {"before", summarize(old_values).median},
                {"now", summarize(new_values).median},
                {"ratio", found.ratio},
                {"p", found.p},
                {"judgement", name_of(found.judged)}});
}

void add_changes(ordered_json& to, const ordered_json& before, const ordered_json& now,
                 const std::vector<judged_series>& parts, double drift) {
  for (const ordered_json& row : now) {
    const ordered_json* const old = same_row(before, row);
    if (old == nullptr) continue;
    for (const auto& [runner, cell] : row.at("results").items()) {
      if (!old->at("results").contains(runner)) continue;
      for (const judged_series& part : parts)
        add_change(to, row, runner, old->at("results").at(runner), cell, part, drift);
    }
  }
}

}  // namespace

change judge(std::span<const double> before, std::span<const double> now, double drift,
             bool more_is_better) {
  change found{.ratio = summarize(now).median / summarize(before).median,
               .p = mann_whitney_p(before, now),
               .judged = judgement::within_noise};
  if (std::min(before.size(), now.size()) < fewest_repetitions) {
    found.judged = judgement::too_few;
    return found;
  }
  // As factors, so that half and twice are equally far from the same.
  const double difference = std::abs(std::log(found.ratio));
  const double noise = std::max(std::log1p(least_difference), std::abs(std::log(drift)));
  if (found.p >= most_p || difference <= noise) return found;
  found.judged = (found.ratio > 1) == more_is_better ? judgement::better : judgement::worse;
  return found;
}

ordered_json read_results(const std::string& file) {
  const auto refuse = [&] {
    throw std::runtime_error{file + ": not a comparison of this version (\"schema\": \"" +
                             results_schema + "\"); `souk compare --json FILE` writes one"};
  };
  std::ifstream in{file};
  if (!in) throw std::runtime_error{file + ": cannot be read: " + std::strerror(errno)};
  ordered_json read = ordered_json::parse(in, nullptr, false);
  if (!read.is_object() || read.value("schema", ordered_json{}) != results_schema) refuse();
  try {
    (void)changes_between(read, read);  // now, not after minutes of measuring
  } catch (const nlohmann::json::exception&) {
    refuse();
  }
  return read;
}

ordered_json changes_between(const ordered_json& before, const ordered_json& now) {
  const double drift = speed_of(now) / speed_of(before);
  ordered_json made{{"started", before.at("started")},
                    {"commit", before.at("build").at("commit")},
                    {"same_processor", before.at("build").at("cpu") == now.at("build").at("cpu")},
                    {"machine_ratio", drift}};
  ordered_json& all = made["changes"] = ordered_json::array();
  add_changes(all, before.at("throughput"), now.at("throughput"), {{nullptr, true}}, drift);
  add_changes(all, before.at("latency"), now.at("latency"),
              {{"mean_ns", false}, {"p50_ns", false}, {"p99_ns", false}, {"p999_ns", false}},
              drift);
  add_changes(all, before.at("memory"), now.at("memory"), {{nullptr, false}}, 1);
  return made;
}

}  // namespace souk::tool
