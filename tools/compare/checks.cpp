#include "tools/compare/checks.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>

#include "bench/child.hpp"

namespace souk::tool {
namespace {

using clock = std::chrono::steady_clock;

constexpr unsigned most_seconds = 120;  ///< of one check, of which most take a tenth
constexpr std::uint64_t most_seeds = 100;

std::string told(const equivalence& found) {
  return std::to_string(found.commits) + ' ' + std::to_string(found.divergences) + '\n' +
         found.difference;
}

struct job {
  check_result found;
  double seconds = 0;  ///< of its last run
  bool has_failed = false;
};

std::vector<job> jobs_of(const findings& all, unsigned workers) {
  std::vector<job> jobs;
  for (const row& one : all.rows) {
    if (std::ranges::none_of(jobs, [&](const job& j) { return j.found.what == one.of.what; }))
      jobs.push_back({.found = {.what = one.of.what, .workers = workers}});
  }
  return jobs;
}

void check(job& of, std::uint64_t seed, findings& to) {
  const checked_run run{
      .program = std::string{of.found.what->name}, .workers = of.found.workers, .seed = seed};
  try {
    const verdict got = check_in_child(run, find_program(run.program)(seed));
    ++of.found.runs;
    of.found.commits += got.commits;
    of.found.divergences += got.divergences;
    if (got.divergences == 0) return;
    to.failures.push_back(got.difference);
  } catch (const std::runtime_error& error) {
    to.failures.emplace_back(error.what());
  }
  of.has_failed = true;
}

}  // namespace

verdict check_in_child(const checked_run& what, const checked_program& program) {
  const bench::child_end end = bench::run_in_child({.seconds = most_seconds}, [&](int out) {
    const std::string text = told(check_equivalence(what, program));
    bench::write_all(out, text.data(), text.size());
  });
  std::istringstream in{end.told};
  verdict got;
  if (end.status != 0 || !(in >> got.commits >> got.divergences)) {
    throw std::runtime_error{"the check of " + what.program + " ended without a result, by " +
                             bench::how_it_ended(end) + "\n  rerun: " + rerun_command(what)};
  }
  in.ignore();
  got.difference = in.str().substr(static_cast<std::size_t>(in.tellg()));
  return got;
}

void check_by_replay(findings& to, unsigned workers, double seconds, const progress& shown) {
  const auto start = clock::now();
  const auto spent = [&] { return std::chrono::duration<double>{clock::now() - start}.count(); };
  std::vector<job> jobs = jobs_of(to, workers);
  for (std::uint64_t seed = 0; seed < most_seeds && (seed == 0 || spent() < seconds); ++seed) {
    for (job& one : jobs) {
      if (one.has_failed || (seed > 0 && spent() + one.seconds > seconds)) continue;
      shown.show("checking by replay: " + std::string{one.found.what->name} + ", seed " +
                 std::to_string(seed));
      const double before = spent();
      check(one, seed, to);
      one.seconds = spent() - before;
    }
  }
  for (const job& one : jobs) to.checks.push_back(one.found);
}

}  // namespace souk::tool
