// One publisher, many subscribers.
#include <algorithm>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct news {
  std::uint64_t left;
};
SOUK_RECORD(news, left);

// One message a turn: `left` of them.
actions publish(std::uint64_t& left) {
  if (left == 0) return {};
  --left;
  return {send_message(news{left}), yield(&publish)};
}

spawn_action press() {
  return spawn([] {
    return transition(std::uint64_t{0}, publisher(topic<news>(_)),
                      subscriber(topic<go>(_)).on_message([](const go& g, std::uint64_t& left) {
                        left = g.amount;
                        return publish(left);
                      }));
  });
}

outcome run(const options& chosen) {
  const std::uint64_t messages = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  actions everyone{press()};
  for (std::uint64_t i = 0; i < chosen.size; ++i)
    everyone.append(recipient(topic<news>(_), messages));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{messages}));
  m.expect_reports(messages * chosen.size, "deliveries");
  return {static_cast<double>(messages * chosen.size), took};
}

}  // namespace

constinit const workload fan_out{
    .name = "fan-out",
    .unit = "deliveries/s",
    .measures = "one publisher, a message a turn, each delivered to every subscriber",
    .does_not_mean =
        "messages/s of the publisher: that is this divided by the number of subscribers",
    .size_of = "subscribers",
    .size = 100,
    .count = 1'000'000,
    .parallel_count = 12'000'000,
    .count_is_fixed = false,
    .run = run};

}  // namespace souk::bench
