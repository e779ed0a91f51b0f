// Transitions that change the table, under the writer lock: processes that come and go, endpoints
// that do.
//
//   spawn_collected    a process without endpoints: it is spawned, settles, and is collected
//   spawn_quit         one that quits in its first turn: that is a change
//   presence/n         an endpoint is added, or deleted, before n observers in another shard
//
// The time is that of the shard in which it happens, for one process or one change. `receive_ns` is
// what an observer's shard takes for each event.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "bench/micro/hall.hpp"

namespace souk::bench {
namespace {

void measure_spawn(benchmark::State& state, spawn_action (*child)()) {
  hall one{1};
  one.start(0,
            boot(subscriber(topic<tick>(_)).on_message([child](const tick&) { return child(); })));
  for (auto _ : state) {
    state.SetIterationTime(one.time_a_tick());
    (void)one.time_the_rest();
  }
}

void spawn_collected(benchmark::State& state) {
  measure_spawn(state, [] { return spawn([] { return actions{}; }); });
}
void spawn_quit(benchmark::State& state) {
  measure_spawn(state, [] { return spawn([] { return quit(); }); });
}

struct offer {
  std::uint64_t number;
};
SOUK_RECORD(offer, number);

// At even ticks the endpoint comes, at odd ones it goes.
boot_function trader() {
  return boot(subscriber(topic<tick>(_)).on_message([](const tick& t) -> actions {
    if (t.number % 2 == 0) return publisher(topic<offer>(_)).named(symbol{"stall"});
    return delete_endpoint(symbol{"stall"});
  }));
}
boot_function observer() {
  const auto count = [](const topic<offer>&, std::uint64_t& seen) { ++seen; };
  return boot([count] {
    return transition(std::uint64_t{0},
                      observe_publishers(topic<offer>(_)).on_presence(count).on_absence(count));
  });
}

void presence(benchmark::State& state) {
  const std::uint64_t events = 1000;
  const auto observers = static_cast<std::uint64_t>(state.range(0));
  hall two{2, std::min(events / observers, hall::most_ticks) / 2 * 2};
  two.start(0, trader());
  for (std::uint64_t i = 0; i < observers; ++i) two.start(1, observer());
  double receiving = 0;
  for (auto _ : state) {
    state.SetIterationTime(two.time_a_tick());
    receiving += two.time_the_rest();
  }
  state.counters["receive_ns"] =
      receiving * 1e9 / static_cast<double>(state.iterations()) / static_cast<double>(observers);
}

BENCHMARK(spawn_collected)->UseManualTime()->Iterations(1000);
BENCHMARK(spawn_quit)->UseManualTime()->Iterations(1000);
BENCHMARK(presence)->Arg(1)->Arg(10)->Arg(100)->UseManualTime()->Iterations(1000);

}  // namespace
}  // namespace souk::bench
