// An endpoint that comes and goes before observers.
#include <algorithm>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct offer {
  std::uint64_t number;
};
SOUK_RECORD(offer, number);

// One change a turn: an offer is made, and then withdrawn. Pre: begun with an even number.
actions churn(std::uint64_t& left) {
  if (left == 0) return {};
  --left;
  if (left % 2 == 1) return {publisher(topic<offer>(left)).named(symbol{"stall"}), yield(&churn)};
  return {delete_endpoint(symbol{"stall"}), yield(&churn)};
}

spawn_action trader() {
  return spawn([] {
    return transition(std::uint64_t{0},
                      subscriber(topic<go>(_)).on_message([](const go& g, std::uint64_t& left) {
                        left = g.amount;
                        return churn(left);
                      }));
  });
}

spawn_action observer(std::uint64_t expected) {
  return spawn([expected] {
    const auto count = [expected](const topic<offer>&, std::uint64_t& seen) {
      return report(++seen, expected);
    };
    return transition(std::uint64_t{0},
                      observe_publishers(topic<offer>(_)).on_presence(count).on_absence(count));
  });
}

outcome run(const options& chosen) {
  const std::uint64_t changes = std::max<std::uint64_t>(chosen.count / 2, 1) * 2;
  actions everyone{trader()};
  for (std::uint64_t i = 0; i < chosen.size; ++i) everyone.append(observer(changes));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{changes}));
  m.expect_reports(changes * chosen.size, "presences and absences");
  return {static_cast<double>(changes), took};
}

}  // namespace

constinit const workload presence_churn{
    .name = "presence-churn",
    .unit = "changes/s",
    .measures = "an endpoint is added and deleted, a change a turn; every observer hears of each",
    .does_not_mean = "notifications/s: each change is heard by every observer, 100 unless told",
    .size_of = "observers",
    .size = 100,
    .count = 10'000,
    .parallel_count = 30'000,
    .count_is_fixed = false,
    .run = run};

}  // namespace souk::bench
