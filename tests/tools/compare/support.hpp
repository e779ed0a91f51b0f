// Runners that answer at once what they are told to, and findings of a comparison that never was.
#pragma once

#include <string>

#include "tools/compare/findings.hpp"

namespace souk::tool::testing {

/// A machine that does so much a second, and takes `overhead` to start.
inline runner fake_runner(const std::string& id, runner_kind kind, unsigned workers,
                          double per_second, double overhead = 0.001) {
  return {id, id, kind, workers, [=](const task& of) {
            const double seconds = static_cast<double>(of.count) / per_second;
            reading got{per_second, per_second, seconds + overhead};
            if (of.what == &bench::round_trips) {
              for (std::uint64_t i = 0; i < 1000; ++i) got.latencies.add(1000 + i);
            }
            return got;
          }};
}

inline findings some_findings() {
  findings all;
  all.command = "souk compare";
  all.mode = "usual";
  all.started = "2026-01-02T03:04:05Z";
  all.seconds = 100;
  all.plan = {.rounds = 5, .run_seconds = 0.5, .round_seconds = 2};
  all.rounds_done = 5;
  all.runners = {fake_runner("functional", runner_kind::functional, 1, 1e6),
                 fake_runner("parallel-1", runner_kind::parallel, 1, 4e6),
                 fake_runner("parallel-2", runner_kind::parallel, 2, 6e6)};
  const auto series_of = [](double value) {
    series made{.count = 1000};
    for (int i = 0; i < 5; ++i) {
      made.values.push_back(value * (1 + 0.01 * i));
      made.per_core_second.push_back(value);
    }
    return made;
  };
  row throughput{{&bench::pingpong, 0, quantity::throughput}};
  throughput.cells = {{"functional", series_of(1e6)},
                      {"parallel-1", series_of(4e6)},
                      {"parallel-2", series_of(6e6)}};
  row latency{{&bench::round_trips, 100, quantity::latency}};
  for (const char* const id : {"functional", "parallel-1", "parallel-2"}) {
    series made = series_of(1e5);
    made.latencies.resize(5);
    for (bench::histogram& one : made.latencies) {
      for (std::uint64_t i = 1; i <= 10'000; ++i) one.add(i);
    }
    latency.cells[id] = made;
  }
  row memory{{&bench::idle, 1000, quantity::memory}};
  memory.cells = {{"functional", series_of(400)}, {"parallel-1", series_of(600)}};
  all.rows = {throughput, latency, memory};
  all.checks = {{&bench::pingpong, 2, 3, 5000, 0}, {&bench::round_trips, 2, 1, 700, 0}};
  all.machine.assign(5, {1e8, 1});
  return all;
}

}  // namespace souk::tool::testing
