#include "tools/compare/measure.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tools/compare/checks.hpp"

namespace souk::tool {
namespace {

constexpr double long_enough = 0.015;     ///< seconds from which a run tells the pace
constexpr std::uint64_t first_part = 20;  ///< of the usual work, the first time
constexpr double fastest_growth = 30;     ///< from one run to the next
constexpr unsigned rounds_of_memory = 5;  ///< it hardly varies
constexpr double tolerated = 1.1;         ///< times the allowed seconds, before a round is left out
constexpr double seconds_after = 1;       ///< kept for tables and the report

vm_kind kind_of(const runner& with) noexcept {
  return with.kind == runner_kind::functional ? vm_kind::functional : vm_kind::parallel;
}

bool has_chosen_count(const subject& of) noexcept {
  return !of.what->count_is_fixed && of.of != quantity::memory;
}

/// The usual count of one whose count is not chosen by its pace.
std::uint64_t fixed_count(const runner& with, const subject& of) noexcept {
  return of.what->count_is_fixed ? 0 : bench::default_count(*of.what, kind_of(with));
}

struct cell {
  std::size_t row;
  std::size_t runner;
  pace measured{};
  std::uint64_t count = 0;
  bool has_failed = false;
};

class measurement {
 public:
  measurement(findings& to, const allowance& within, progress& shown)
      : to_{to}, within_{within}, shown_{shown} {
    for (std::size_t r = 0; r < to.rows.size(); ++r) {
      for (std::size_t k = 0; k < to.runners.size(); ++k) {
        const runner& with = to.runners[k];
        const subject& of = to.rows[r].of;
        if (with.can_run(*of.what) && is_feasible(of, with.kind == runner_kind::functional))
          cells_.push_back({.row = r, .runner = k});
      }
    }
  }

  void calibrate_all() {
    shown_.begin_part("calibrating " + std::to_string(cells_.size()) + " combinations");
    for (cell& c : cells_) {
      shown_.show("calibrating " + place(c));
      guarded(c, [&] { c.measured = calibrate(of_runner(c), of_subject(c)); });
    }
  }

  void choose_counts() {
    std::vector<pace> all;
    for (const cell& c : cells_) {
      if (!c.has_failed) all.push_back(c.measured);
    }
    const double seconds = within_.whole - shown_.elapsed() - seconds_after;
    to_.plan = make_schedule(all, seconds, within_);
    for (cell& c : cells_) {
      c.count = has_chosen_count(of_subject(c))
                    ? count_for(c.measured.per_second, to_.plan.run_seconds, of_subject(c).size)
                    : fixed_count(of_runner(c), of_subject(c));
      if (!c.has_failed) to_.rows[c.row].cells[of_runner(c).id].count = c.count;
    }
  }

  void run_rounds() {
    const double start = shown_.elapsed();
    double expected = to_.plan.round_seconds;
    for (unsigned round = 1; round <= to_.plan.rounds; ++round) {
      const double allowed = within_.whole * tolerated - shown_.elapsed();
      if (round > 1 && expected > allowed) return;
      const double rounds_left = std::min<double>(to_.plan.rounds - round + 1,
                                                  std::max(std::floor(allowed / expected), 1.0));
      shown_.expect_left(expected * rounds_left + seconds_after);
      run_round(round);
      to_.rounds_done = round;
      expected = (shown_.elapsed() - start) / round;
    }
  }

 private:
  void run_round(unsigned round) {
    const std::string rounds = std::to_string(to_.plan.rounds);
    shown_.begin_part("round " + std::to_string(round) + " of " + rounds);
    to_.machine.push_back(measure_machine());
    for (cell& c : cells_) {
      if (c.has_failed || (of_subject(c).of == quantity::memory && round > rounds_of_memory))
        continue;
      shown_.show(std::to_string(round) + '/' + rounds + ": " + place(c));
      guarded(c, [&] { run(c); });
    }
  }

  void run(const cell& c) {
    const subject& of = of_subject(c);
    const reading got = of_runner(c).run({of.what, of.size, c.count});
    series& into = to_.rows[c.row].cells[of_runner(c).id];
    into.values.push_back(got.value);
    into.per_core_second.push_back(got.per_core_second);
    if (of.of == quantity::latency) into.latencies.push_back(got.latencies);
  }

  template <class F>
  void guarded(cell& c, const F& f) {
    try {
      f();
    } catch (const std::runtime_error& error) {
      c.has_failed = true;
      to_.failures.push_back(of_runner(c).name + ": " + error.what());
      shown_.remark("souk compare: " + to_.failures.back());
    }
  }

  [[nodiscard]] const subject& of_subject(const cell& c) const { return to_.rows[c.row].of; }
  [[nodiscard]] const runner& of_runner(const cell& c) const { return to_.runners[c.runner]; }
  [[nodiscard]] std::string place(const cell& c) const {
    return std::string{of_subject(c).what->name} + ", " + of_runner(c).name;
  }

  findings& to_;
  const allowance& within_;
  progress& shown_;
  std::vector<cell> cells_{};
};

unsigned most_workers(const findings& all) {
  unsigned most = 2;  // with one there is nothing that could go wrong
  for (const runner& one : all.runners) most = std::max(most, one.workers);
  return most;
}

}  // namespace

pace calibrate(const runner& with, const subject& of) {
  if (!has_chosen_count(of)) {
    const reading got = with.run({of.what, of.size, fixed_count(with, of)});
    return {.per_second = 0, .overhead_seconds = 0, .fixed_seconds = got.wall_seconds};
  }
  const std::uint64_t least = std::max<std::uint64_t>(of.size, 1);
  std::uint64_t count = std::max(bench::default_count(*of.what, kind_of(with)) / first_part, least);
  for (;;) {
    const reading got = with.run({of.what, of.size, count});
    const double took = static_cast<double>(count) / got.value;
    if (took >= long_enough)
      return {.per_second = got.value, .overhead_seconds = std::max(got.wall_seconds - took, 0.0)};
    const double growth = std::clamp(2 * long_enough / took, 2.0, fastest_growth);
    count = static_cast<std::uint64_t>(static_cast<double>(count) * growth);
  }
}

void measure(findings& to, const allowance& within, progress& shown) {
  measurement all{to, within, shown};
  all.calibrate_all();
  shown.begin_part("checking by replay");
  check_by_replay(to, most_workers(to), within.checks, shown);
  all.choose_counts();
  all.run_rounds();
  shown.clear();
}

}  // namespace souk::tool
