#include "tools/compare/runner.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "bench/isolated.hpp"

namespace souk::tool {
namespace {

constexpr unsigned most_seconds = 120;  ///< of one repetition, of which most take under one

std::string workers_text(unsigned workers) {
  return std::to_string(workers) + (workers == 1 ? " worker" : " workers");
}

template <class F>
double seconds_of(const F& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>{std::chrono::steady_clock::now() - start}.count();
}

/// More workers than processors share them all.
unsigned processors_for(unsigned workers) { return std::min(workers, usable_processors()); }

reading run_souk(vm_kind kind, unsigned workers, const task& of) {
  reading got{};
  got.wall_seconds = seconds_of([&] {
    const bench::isolated_outcome did = bench::run_isolated(
        *of.what, {.kind = kind, .workers = workers, .size = of.size, .count = of.count},
        {.processors = processors_for(workers), .seconds = most_seconds});
    got.value = did.result.value();
    got.per_core_second = did.result.per_core_second();
    got.latencies = did.latencies;
  });
  return got;
}

reading run_peer(const bench::built_peers& built, const bench::peer& who, unsigned workers,
                 const task& of) {
  reading got{};
  got.wall_seconds = seconds_of([&] {
    const bench::peer_outcome did =
        built.run(who, of.what->name, of.size, of.count, workers, most_seconds);
    got.value = did.value;
    got.per_core_second = did.per_core_second;
    got.latencies = did.latencies;
  });
  return got;
}

}  // namespace

unsigned usable_processors() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    throw std::runtime_error{"cannot ask which processors there are"};
  return static_cast<unsigned>(CPU_COUNT(&allowed));
}

std::vector<unsigned> workers_up_to(unsigned processors) {
  std::vector<unsigned> all;
  for (unsigned n = 1; n < processors; n += processors <= 4 ? 1 : n) all.push_back(n);
  all.push_back(processors);
  return all;
}

std::vector<runner> make_runners(const std::vector<unsigned>& workers,
                                 const bench::built_peers* peers) {
  std::vector<runner> all{{"functional", "functional", runner_kind::functional, 1,
                           [](const task& of) { return run_souk(vm_kind::functional, 1, of); }}};
  for (const unsigned n : workers) {
    all.push_back({"parallel-" + std::to_string(n), "parallel, " + workers_text(n),
                   runner_kind::parallel, n,
                   [n](const task& of) { return run_souk(vm_kind::parallel, n, of); }});
  }
  if (peers == nullptr) return all;
  std::vector<unsigned> ends{1, processors_for(std::ranges::max(workers))};
  if (ends[1] == 1) ends.pop_back();
  for (const bench::peer* const one : peers->present()) {
    for (const unsigned n : ends) {
      all.push_back({std::string{one->name} + '-' + std::to_string(n),
                     std::string{one->name} + ", " + workers_text(n), runner_kind::peer, n,
                     [peers, one, n](const task& of) { return run_peer(*peers, *one, n, of); }});
    }
  }
  return all;
}

}  // namespace souk::tool
