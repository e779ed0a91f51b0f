// How long an answer takes: round-trips.
#include <algorithm>
#include <chrono>

#include "bench/histogram.hpp"
#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct question {
  std::uint64_t pair;
};
SOUK_RECORD(question, pair);
struct answer {
  std::uint64_t pair;
};
SOUK_RECORD(answer, pair);

using clock = std::chrono::steady_clock;

// The time of asking stays with who asks: a message that carried it would differ in a replay.
struct asker {
  std::uint64_t seen = 0;
  clock::time_point asked{};
  histogram took{};
};

spawn_action who_asks(std::uint64_t pair, std::uint64_t expected) {
  return spawn([=] {
    return transition(
        asker{}, subscriber(topic<go>(_)).on_message([=](const go&, asker& me) {
          me.asked = clock::now();
          return send_message(question{pair});
        }),
        subscriber(topic<answer>(pair)).on_message([=](const answer&, asker& me) -> actions {
          const auto now = clock::now();
          me.took.add(static_cast<std::uint64_t>(std::chrono::nanoseconds{now - me.asked}.count()));
          if (++me.seen < expected) {
            me.asked = now;
            return send_message(question{pair});
          }
          actions last = report(me.seen, expected);
          if (me.seen == expected) last.append(report(me.took));
          return last;
        }));
  });
}

spawn_action who_answers(std::uint64_t pair) {
  return spawn(subscriber(topic<question>(pair)).on_message([](const question& q) {
    return send_message(answer{q.pair});
  }));
}

outcome run_round_trips(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  actions everyone;
  for (std::uint64_t pair = 0; pair < chosen.size; ++pair) {
    everyone.append(who_asks(pair, each));
    everyone.append(who_answers(pair));
  }
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{each}));
  m.expect_reports(each * chosen.size, "answers");
  if (chosen.latencies != nullptr)
    market::expect(chosen.latencies->total(), each * chosen.size, "timed answers");
  return {static_cast<double>(each * chosen.size), took};
}

}  // namespace

constinit const workload round_trips{
    .name = "round-trips",
    .unit = "answers/s",
    .measures =
        "processes ask, each its partner, and ask again when it has answered; each trip is timed, "
        "from the handler that asks to the handler that hears",
    .does_not_mean =
        "the time to the world outside; and as each waits for its answer, a stall delays what "
        "would have been asked meanwhile, which is then not timed",
    .size_of = "pairs",
    .size = 100,
    .count = 10'000,
    .parallel_count = 2'000'000,
    .count_is_fixed = false,
    .run = run_round_trips};

}  // namespace souk::bench
