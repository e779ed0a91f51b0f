#include "tools/compare/plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

namespace souk::tool {
namespace {

constexpr std::array<std::string_view, 8> quick_workloads{
    "pingpong",  "pairs",      "fan-out",     "fork-join-create",
    "computing", "dictionary", "round-trips", "idle"};

constexpr std::array<std::string_view, 14> usual_workloads{
    "pingpong",    "ring",       "counting",       "pairs",
    "fan-out",     "big",        "skynet",         "fork-join-create",
    "computing",   "dictionary", "presence-churn", "relay",
    "round-trips", "idle"};

constexpr std::array<std::uint64_t, 1> quick_askers{100};
constexpr std::array<std::uint64_t, 2> usual_askers{1, 100};
constexpr std::array<std::uint64_t, 2> quick_sleepers{1'000, 10'000};
constexpr std::array<std::uint64_t, 3> usual_sleepers{1'000, 10'000, 100'000};
// It compares each new endpoint with all others: ten times as many take a hundred times as long.
constexpr std::uint64_t most_sleepers_of_functional_vm = 10'000;

void add(std::vector<subject>& all, const bench::workload& what, bool is_quick) {
  const auto add_sizes = [&](std::span<const std::uint64_t> sizes, quantity of) {
    for (const std::uint64_t size : sizes) all.push_back({&what, size, of});
  };
  if (what.name == bench::round_trips.name) {
    is_quick ? add_sizes(quick_askers, quantity::latency)
             : add_sizes(usual_askers, quantity::latency);
  } else if (what.name == bench::idle.name) {
    is_quick ? add_sizes(quick_sleepers, quantity::memory)
             : add_sizes(usual_sleepers, quantity::memory);
  } else {
    all.push_back({&what, what.size, is_weight(what) ? quantity::memory : quantity::throughput});
  }
}

std::vector<std::string_view> names_of(extent how) {
  if (how == extent::quick) return {quick_workloads.begin(), quick_workloads.end()};
  if (how == extent::usual) return {usual_workloads.begin(), usual_workloads.end()};
  std::vector<std::string_view> all;
  for (const bench::workload* const w : bench::workloads()) all.push_back(w->name);
  return all;
}

}  // namespace

allowance allowance_of(extent how) noexcept {
  switch (how) {
    case extent::quick: return {.whole = 26, .checks = 3, .most_rounds = 5, .longest_run = 0.3};
    case extent::full: return {.whole = 1200, .checks = 180, .most_rounds = 11, .longest_run = 1};
    default: return {.whole = 160, .checks = 16, .most_rounds = 7, .longest_run = 0.5};
  }
}

allowance within_seconds(const allowance& usual, double whole) noexcept {
  allowance made = usual;
  made.whole = whole;
  made.checks = usual.checks * whole / usual.whole;
  return made;
}

std::vector<subject> subjects_of(extent how, const std::vector<std::string>& names) {
  std::vector<subject> all;
  const std::vector<std::string_view> chosen =
      names.empty() ? names_of(how) : std::vector<std::string_view>{names.begin(), names.end()};
  for (const std::string_view name : chosen) {
    const bench::workload* const found = bench::find_workload(name);
    if (found == nullptr)
      throw std::invalid_argument{"there is no workload \"" + std::string{name} + '"'};
    add(all, *found, how == extent::quick);
  }
  std::ranges::stable_sort(all, {}, &subject::of);
  return all;
}

bool is_feasible(const subject& what, bool on_functional_vm) noexcept {
  return !on_functional_vm || what.what != &bench::idle ||
         what.size <= most_sleepers_of_functional_vm;
}

schedule make_schedule(const std::vector<pace>& cells, double seconds, const allowance& within) {
  double overhead = 0;
  double timed = 0;
  for (const pace& one : cells) {
    overhead += one.overhead_seconds + one.fixed_seconds;
    timed += one.per_second > 0 ? 1 : 0;
  }
  const auto run_seconds = [&](unsigned rounds) {
    return timed == 0 ? 0 : (seconds / rounds - overhead) / timed;
  };
  unsigned rounds = std::max(within.most_rounds, 1U);
  const auto fits = [&](unsigned n) {
    return timed == 0 ? overhead * n <= seconds : run_seconds(n) >= shortest_run;
  };
  while (rounds > fewest_rounds && !fits(rounds)) --rounds;
  const double run = std::min(within.longest_run, std::max(shortest_run, run_seconds(rounds)));
  return {rounds, run, overhead + run * timed};
}

std::uint64_t count_for(double per_second, double seconds, std::uint64_t size) {
  const double least = static_cast<double>(std::max<std::uint64_t>(size, 1));
  return static_cast<std::uint64_t>(std::llround(std::max(least, per_second * seconds)));
}

}  // namespace souk::tool
