// What the life of a process costs: spawn-quit and fork-join-create.
#include "bench/census.hpp"
#include "bench/market.hpp"
#include "bench/nursery.hpp"

namespace souk::bench {
namespace {

spawn_action mayfly(std::uint64_t) {
  return spawn([] { return quit(); });
}

outcome run_spawn_quit(const options& chosen) {
  census counted{chosen.listener};
  market m{chosen, &counted, nurse(chosen.size, &mayfly)};
  const elapsed took = m.run(send_message(go{chosen.count}));
  market::expect(counted.quits(), chosen.count, "ends of processes");
  return {static_cast<double>(chosen.count), took};
}

struct joined {
  std::uint64_t number;
};
SOUK_RECORD(joined, number);

spawn_action worker(std::uint64_t number) {
  return spawn([number] { return actions{send_message(joined{number}), quit()}; });
}

outcome run_fork_join_create(const options& chosen) {
  market m{chosen, nullptr, recipient(topic<joined>(_), chosen.count), nurse(chosen.size, &worker)};
  const elapsed took = m.run(send_message(go{chosen.count}));
  m.expect_reports(chosen.count, "messages of forked processes");
  return {static_cast<double>(chosen.count), took};
}

}  // namespace

constinit const workload spawn_quit{
    .name = "spawn-quit",
    .unit = "processes/s",
    .measures = "processes are spawned, a batch a turn, and quit at once",
    .does_not_mean =
        "the cost of a process that does something: these have no endpoint and no state",
    .size_of = "processes a batch",
    .size = 100,
    .count = 200'000,
    .parallel_count = 500'000,
    .count_is_fixed = false,
    .run = run_spawn_quit};

constinit const workload fork_join_create{
    .name = "fork-join-create",
    .unit = "processes/s",
    .measures =
        "processes are forked, a batch a turn; each tells the joiner that it is done, and quits",
    .does_not_mean = "the cost of a process that is told what to do: these know it from the start",
    .size_of = "processes a batch",
    .size = 100,
    .count = 200'000,
    .parallel_count = 1'000'000,
    .count_is_fixed = false,
    .run = run_fork_join_create};

}  // namespace souk::bench
