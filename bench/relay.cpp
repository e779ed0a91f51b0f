// Messages through nested VMs, in and out.
#include <algorithm>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

// What goes in, and what comes back: how many the other side has seen.
struct inward {
  std::uint64_t seen;
};
SOUK_RECORD(inward, seen);
struct outward {
  std::uint64_t seen;
};
SOUK_RECORD(outward, seen);

spawn_action innermost() {
  return spawn_vm([] {
    return transition(
        std::uint64_t{0},
        at_meta_level(
            subscriber(topic<inward>(_)).on_message([](const inward&, std::uint64_t& seen) {
              return at_meta_level(send_message(outward{++seen}));
            })));
  });
}

// A VM whose one process passes on what comes from either side, `depth` of them around each other.
spawn_action nest(std::uint64_t depth) {
  if (depth == 1) return innermost();
  return spawn_vm(at_meta_level(subscriber(topic<inward>(_)).on_message([](const inward& m) {
                    return send_message(m);
                  })),
                  subscriber(topic<outward>(_)).on_message([](const outward& m) {
                    return at_meta_level(send_message(m));
                  }),
                  nest(depth - 1));
}

spawn_action outermost(std::uint64_t trips) {
  return spawn([trips] {
    return transition(std::uint64_t{0},
                      subscriber(topic<outward>(_))
                          .on_message([trips](const outward& m, std::uint64_t& seen) -> actions {
                            if (++seen < trips) return send_message(inward{seen});
                            return at_meta_level(send_message(tally{seen + m.seen}));
                          }));
  });
}

outcome run(const options& chosen) {
  const std::uint64_t trips = std::max<std::uint64_t>(chosen.count / 2, 1);
  market m{chosen, nullptr, outermost(trips), nest(chosen.size)};
  const elapsed took = m.run(send_message(inward{0}));
  m.expect_reports(2 * trips, "messages");
  return {static_cast<double>(2 * trips), took};
}

}  // namespace

constinit const workload relay{
    .name = "relay",
    .unit = "messages/s",
    .measures =
        "a message goes into the innermost of nested VMs and is answered: each counts as one",
    .does_not_mean =
        "throughput of a nested VM: one message is under way at a time, and each counts "
        "once though it passes every level",
    .size_of = "nested VMs",
    .size = 3,
    .count = 40'000,
    .parallel_count = 200'000,
    .count_is_fixed = false,
    .run = run};

}  // namespace souk::bench
