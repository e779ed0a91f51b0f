// An event that goes into nested VMs, through 1 and 3 borders, to the innermost.
//
// Many at once, so that each VM is woken once for all of them; and the VMs are run one after the
// other, on one core. So it is the work that a border costs, not how long an event is under way.
#include <benchmark/benchmark.h>

#include "bench/micro/hall.hpp"

namespace souk::bench {
namespace {

spawn_action nest(std::int64_t depth) {
  if (depth == 1) {
    return spawn_vm([] {
      return transition(
          std::uint64_t{0},
          at_meta_level(subscriber(topic<tick>(_)).on_message([](const tick&, std::uint64_t& seen) {
            ++seen;
          })));
    });
  }
  return spawn_vm(at_meta_level(subscriber(topic<tick>(_)).on_message([](const tick& t) {
                    return send_message(t);
                  })),
                  nest(depth - 1));
}

void relay(benchmark::State& state) {
  hall outermost{1};
  outermost.start(0, boot(nest(state.range(0))));
  for (auto _ : state) {
    const double outside = outermost.time_a_tick();
    state.SetIterationTime(outside + outermost.time_the_rest());
  }
}
BENCHMARK(relay)->Arg(1)->Arg(3)->UseManualTime()->Iterations(1000);

}  // namespace
}  // namespace souk::bench
