#include "bench/instructions/crossing.hpp"

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
boot_function receiver(std::uint64_t& heard) {
  return boot(subscriber(topic<news>(_)).on_message([&heard](const news&) { ++heard; }));
}

outcome run(const options& chosen) {
  const auto receivers = static_cast<unsigned>(chosen.size);
  std::uint64_t heard = 0;
  hall in{receivers + 1};
  in.start(0, sender());
  for (unsigned shard = 1; shard <= receivers; ++shard) in.start(shard, receiver(heard));
  std::uint64_t sent = 0;
  for (; sent < chosen.count; sent += hall::most_ticks) {
    (void)in.time_a_tick();
    (void)in.time_the_rest();
  }
  if (heard != sent * receivers) throw wrong_count{"messages between shards were lost or invented"};
  return {static_cast<double>(heard), 1.0};
}

}  // namespace

constinit const workload crossing{
    .name = "crossing",
    .unit = "messages/s",
    .measures = "one process tells others, each in a shard of its own",
    .does_not_mean = "what it costs that two cores use one cache line: one thread runs them all",
    .size_of = "receivers",
    .size = 4,
    .count = 20'000,
    .parallel_count = 20'000,
    .count_is_fixed = false,
    .run = run};

}  // namespace souk::bench
