// Messages between processes that wait for each other: pingpong, pairs and ring.
#include <algorithm>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct ping {
  std::uint64_t number;
};
SOUK_RECORD(ping, number);
struct pong {
  std::uint64_t number;
};
SOUK_RECORD(pong, number);
struct hop {
  std::uint64_t to;
};
SOUK_RECORD(hop, to);

// The number is how many messages are to come.
template <class Heard, class Said>
spawn_action player(std::uint64_t expected) {
  return spawn([expected] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<Heard>(_)).on_message([expected](const Heard& m, std::uint64_t& seen) {
          actions next = report(++seen, expected);
          if (m.number > 0) next.append(send_message(Said{m.number - 1}));
          return next;
        }));
  });
}

outcome run_pingpong(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / 2, 1);
  market m{chosen, nullptr, player<ping, pong>(each), player<pong, ping>(each)};
  const elapsed took = m.run(send_message(ping{2 * each - 1}));
  m.expect_reports(2 * each, "messages");
  return {static_cast<double>(2 * each), took};
}

// The number is that of the pair. Who began stops after the last answer.
template <class Heard, class Said>
spawn_action partner(std::uint64_t pair, std::uint64_t expected, bool has_last_word) {
  return spawn([=] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<Heard>(pair)).on_message([=](const Heard&, std::uint64_t& seen) {
          actions next = report(++seen, expected);
          if (seen < expected || has_last_word) next.append(send_message(Said{pair}));
          return next;
        }));
  });
}

outcome run_pairs(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / (2 * chosen.size), 1);
  actions everyone;
  std::vector<send_message> first;
  for (std::uint64_t pair = 0; pair < chosen.size; ++pair) {
    everyone.append(partner<ping, pong>(pair, each, true));
    everyone.append(partner<pong, ping>(pair, each, false));
    first.emplace_back(ping{pair});
  }
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(first);
  const std::uint64_t all = 2 * each * chosen.size;
  m.expect_reports(all, "messages");
  return {static_cast<double>(all), took};
}

spawn_action station(std::uint64_t here, std::uint64_t stations, std::uint64_t laps) {
  return spawn([=] {
    return transition(std::uint64_t{0},
                      subscriber(topic<hop>(here)).on_message([=](const hop&, std::uint64_t& seen) {
                        actions next = report(++seen, laps);
                        const std::uint64_t there = (here + 1) % stations;
                        if (seen < laps || there != 0) next.append(send_message(hop{there}));
                        return next;
                      }));
  });
}

outcome run_ring(const options& chosen) {
  const std::uint64_t laps = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  actions everyone;
  for (std::uint64_t i = 0; i < chosen.size; ++i) everyone.append(station(i, chosen.size, laps));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(hop{0}));
  m.expect_reports(laps * chosen.size, "hops");
  return {static_cast<double>(laps * chosen.size), took};
}

}  // namespace

constinit const workload pingpong{
    .name = "pingpong",
    .unit = "messages/s",
    .measures = "two processes answer each other, one message at a time",
    .does_not_mean =
        "what many conversations at once can do: nothing here can overlap or be batched",
    .size_of = "",
    .size = 0,
    .count = 300'000,
    .parallel_count = 6'000'000,
    .count_is_fixed = false,
    .run = run_pingpong};

constinit const workload ring{
    .name = "ring",
    .unit = "hops/s",
    .measures = "one message goes round among processes, of which all but one are idle",
    .does_not_mean = "the latency between two cores: a VM may keep the whole ring on one",
    .size_of = "processes",
    .size = 100,
    .count = 50'000,
    .parallel_count = 6'000'000,
    .count_is_fixed = false,
    .run = run_ring};

constinit const workload pairs{
    .name = "pairs",
    .unit = "messages/s",
    .measures = "many pairs of processes, in which both answer each other, all at once",
    .does_not_mean =
        "the cost of a message: where each message is compared with every endpoint it is "
        "the cost of that",
    .size_of = "pairs",
    .size = 1000,
    .count = 8'000,
    .parallel_count = 6'000'000,
    .count_is_fixed = false,
    .run = run_pairs};

}  // namespace souk::bench
