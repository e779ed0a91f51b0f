// A transition of one message: heard in the same shard, in 1, 4 or 16 others, or by nobody.
//
// The time is that of the sender's shard: a tick is heard, its handler sends the message, and it is
// committed; in commit_local it is handled, too. What a message costs is therefore the difference
// to commit_nothing, where the handler answers nothing. `receive_ns` is what each receiver's shard
// then takes for it. Uncontended, and on one core: see hall.hpp.
#include <benchmark/benchmark.h>

#include "bench/micro/hall.hpp"

namespace souk::bench {
namespace {

struct news {
  std::uint64_t number;
};
SOUK_RECORD(news, number);

boot_function sender() {
  return boot(subscriber(topic<tick>(_)).on_message([](const tick& t) {
    return send_message(news{t.number});
  }));
}
boot_function reader() {
  return boot([] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<news>(_)).on_message([](const news&, std::uint64_t& seen) { ++seen; }));
  });
}

void measure(benchmark::State& state, hall& in, unsigned receivers) {
  double receiving = 0;
  for (auto _ : state) {
    state.SetIterationTime(in.time_a_tick());
    receiving += in.time_the_rest();
  }
  if (receivers == 0) return;
  state.counters["receive_ns"] =
      receiving * 1e9 / static_cast<double>(state.iterations()) / receivers;
}

void commit_nothing(benchmark::State& state) {
  hall one{1};
  one.start(0, boot(subscriber(topic<tick>(_)).on_message([](const tick&) { return actions{}; })));
  measure(state, one, 0);
}

void commit_unheard(benchmark::State& state) {
  hall one{1};
  one.start(0, sender());
  measure(state, one, 0);
}

void commit_local(benchmark::State& state) {
  hall one{1};
  one.start(0, sender());
  one.start(0, reader());
  measure(state, one, 0);
}

void commit_to_shards(benchmark::State& state) {
  const auto receivers = static_cast<unsigned>(state.range(0));
  hall many{receivers + 1};
  many.start(0, sender());
  for (unsigned shard = 1; shard <= receivers; ++shard) many.start(shard, reader());
  measure(state, many, receivers);
}

BENCHMARK(commit_nothing)->UseManualTime()->Iterations(2000);
BENCHMARK(commit_unheard)->UseManualTime()->Iterations(2000);
BENCHMARK(commit_local)->UseManualTime()->Iterations(2000);
BENCHMARK(commit_to_shards)->Arg(1)->Arg(4)->Arg(16)->UseManualTime()->Iterations(1000);

}  // namespace
}  // namespace souk::bench
