// Handlers that take their time: computing.
#include <algorithm>

#include "bench/draw.hpp"
#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct step {
  std::uint64_t who;
};
SOUK_RECORD(step, who);

// Some 20 microseconds on a quick machine.
constexpr int draws_a_step = 10'000;

struct computer {
  draw numbers;
  std::uint64_t sum;
  std::uint64_t seen;
};

spawn_action one_computer(std::uint64_t me, std::uint64_t steps) {
  return spawn([=] {
    return transition(computer{draw{me}, 0, 0},
                      subscriber(topic<step>(me)).on_message([=](const step&, computer& c) {
                        for (int i = 0; i < draws_a_step; ++i) c.sum += c.numbers.below(1000);
                        actions next = report(++c.seen, steps);
                        if (c.seen < steps) next.append(send_message(step{me}));
                        return next;
                      }));
  });
}

outcome run_computing(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  actions everyone;
  std::vector<send_message> first;
  for (std::uint64_t i = 0; i < chosen.size; ++i) {
    everyone.append(one_computer(i, each));
    first.emplace_back(step{i});
  }
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(first);
  m.expect_reports(each * chosen.size, "steps");
  return {static_cast<double>(each * chosen.size), took};
}

}  // namespace

constinit const workload computing{
    .name = "computing",
    .unit = "steps/s",
    .measures =
        "processes that each compute for some 20 microseconds a message, and then send themselves "
        "the next",
    .does_not_mean =
        "the cost of messages, which is a hundredth of it; and no process waits for "
        "another",
    .size_of = "processes",
    .size = 64,
    .count = 10'000,
    .parallel_count = 20'000,
    .count_is_fixed = false,
    .run = run_computing};

}  // namespace souk::bench
