// How long others wait while a handler takes its time: long-handler.
#include <algorithm>
#include <chrono>
#include <utility>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

/// What a process tells itself again and again.
struct beat {
  std::uint64_t number;
};
SOUK_RECORD(beat, number);
/// To the sleeper: take your time.
struct rest {
  std::uint64_t number;
};
SOUK_RECORD(rest, number);
/// Its handler is over.
struct rested {
  std::uint64_t number;
};
SOUK_RECORD(rested, number);

using clock = std::chrono::steady_clock;
constexpr auto long_time = std::chrono::milliseconds{100};

struct heart {
  bool beats = false;
  clock::time_point last{};
  clock::duration longest{};  // between two beats, during this handler
  clock::duration total{};    // of these, so far
};

void note_beat(heart& h) {
  const auto now = clock::now();
  h.longest = std::max(h.longest, now - std::exchange(h.last, now));
}

actions begin(heart& h) {
  h = {.beats = true, .last = clock::now()};
  return {send_message(rest{1}), send_message(beat{0})};
}

actions go_on(const rested& r, std::uint64_t handlers, heart& h) {
  note_beat(h);
  h.total += std::exchange(h.longest, {});
  if (r.number < handlers) return {send_message(rest{r.number + 1})};
  h.beats = false;
  const auto waited = std::chrono::duration_cast<std::chrono::nanoseconds>(h.total);
  return {at_meta_level(send_message(tally{static_cast<std::uint64_t>(waited.count())}))};
}

spawn_action beating(std::uint64_t handlers) {
  return spawn([handlers] {
    return transition(
        heart{}, subscriber(topic<go>(_)).on_message([](const go&, heart& h) { return begin(h); }),
        subscriber(topic<beat>(_)).on_message([](const beat& b, heart& h) -> actions {
          if (!h.beats) return {};
          note_beat(h);
          return send_message(beat{b.number + 1});
        }),
        subscriber(topic<rested>(_)).on_message([handlers](const rested& r, heart& h) {
          return go_on(r, handlers, h);
        }));
  });
}

/// Computes, as it were, without an end of the turn.
spawn_action sleeping() {
  return spawn(subscriber(topic<rest>(_)).on_message([](const rest& r) {
    for (const auto until = clock::now() + long_time; clock::now() < until;) {
    }
    return send_message(rested{r.number});
  }));
}

outcome run_long_handler(const options& chosen) {
  const std::uint64_t handlers = std::max<std::uint64_t>(chosen.count, 1);
  market m{chosen, nullptr, beating(handlers), sleeping()};
  m.run(send_message(go{handlers}));
  constexpr double in_a_millisecond = 1e6;
  const double waited = static_cast<double>(m.reported()) / in_a_millisecond;
  if (chosen.replay == nullptr && waited == 0)
    throw wrong_count{"nobody was seen to go on beside a long handler"};
  return {waited, static_cast<double>(handlers)};
}

}  // namespace

constinit const workload long_handler{
    .name = "long-handler",
    .unit = "ms/handler",
    .measures =
        "a handler takes 100 ms, again and again; beside it a process tells itself something: the "
        "longest that one of its messages waited",
    .does_not_mean =
        "what a machine without a free core does: there, as on the functional VM, all wait",
    .size_of = "",
    .size = 0,
    .count = 10,
    .parallel_count = 10,
    .count_is_fixed = false,
    .run = run_long_handler};

}  // namespace souk::bench
