// Who meets whom is not known before: big (everybody with anybody) and chameneos (through a mall).
#include <algorithm>
#include <optional>

#include "bench/draw.hpp"
#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct ping {
  std::uint64_t to;
  std::uint64_t from;
};
SOUK_RECORD(ping, to, from);
struct pong {
  std::uint64_t to;
};
SOUK_RECORD(pong, to);

struct caller {
  draw random;
  std::uint64_t left;
  std::uint64_t answered;

  /// Of all but `me`.
  std::uint64_t anybody(std::uint64_t me, std::uint64_t all) {
    const std::uint64_t other = random.below(all - 1);
    return other < me ? other : other + 1;
  }
};

actions call(caller& c, std::uint64_t me, std::uint64_t all) {
  if (c.left == 0) return {};
  --c.left;
  return send_message(ping{c.anybody(me, all), me});
}

spawn_action sociable(std::uint64_t me, std::uint64_t all, std::uint64_t expected) {
  return spawn([=] {
    return transition(caller{draw{me}, expected, 0},
                      subscriber(topic<ping>(me, _)).on_message([](const ping& p) {
                        return send_message(pong{p.from});
                      }),
                      subscriber(topic<pong>(me)).on_message([=](const pong&, caller& c) {
                        actions next = report(++c.answered, expected);
                        next.append(call(c, me, all));
                        return next;
                      }),
                      subscriber(topic<go>(_)).on_message([=](const go&, caller& c) {
                        return call(c, me, all);
                      }));
  });
}

outcome run_big(const options& chosen) {
  const std::uint64_t all = std::max<std::uint64_t>(chosen.size, 2);
  const std::uint64_t pings = std::max<std::uint64_t>(chosen.count / (2 * all), 1);
  actions everyone;
  for (std::uint64_t i = 0; i < all; ++i) everyone.append(sociable(i, all, pings));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{pings}));
  m.expect_reports(pings * all, "answers");
  return {static_cast<double>(2 * pings * all), took};
}

struct arrive {
  std::uint64_t who;
  std::uint64_t colour;
};
SOUK_RECORD(arrive, who, colour);
struct meet {
  std::uint64_t who;
  std::uint64_t other;
  std::uint64_t colour;
};
SOUK_RECORD(meet, who, other, colour);
struct become {
  std::uint64_t who;
  std::uint64_t colour;
};
SOUK_RECORD(become, who, colour);
struct closed {
  std::uint64_t who;
};
SOUK_RECORD(closed, who);

struct visits {
  std::uint64_t left;
  std::optional<std::uint64_t> waiting;
};

spawn_action mall(std::uint64_t meetings) {
  return spawn([meetings] {
    return transition(
        visits{meetings, {}},
        subscriber(topic<arrive>(_, _)).on_message([](const arrive& a, visits& v) -> actions {
          if (v.left == 0) return send_message(closed{a.who});
          if (!v.waiting) {
            v.waiting = a.who;
            return {};
          }
          --v.left;
          const std::uint64_t first = *v.waiting;
          v.waiting.reset();
          return send_message(meet{first, a.who, a.colour});
        }));
  });
}

/// Of blue, red and yellow: two of one colour keep it, two of different become the third.
constexpr std::uint64_t complement(std::uint64_t a, std::uint64_t b) {
  return a == b ? a : 3 - a - b;
}

struct creature {
  std::uint64_t colour;
  std::uint64_t meetings;
};

spawn_action chameneo(std::uint64_t me) {
  return spawn([me] {
    return transition(
        creature{me % 3, 0}, subscriber(topic<go>(_)).on_message([me](const go&, creature& c) {
          return send_message(arrive{me, c.colour});
        }),
        subscriber(topic<meet>(me, _, _)).on_message([me](const meet& m, creature& c) {
          ++c.meetings;
          c.colour = complement(c.colour, m.colour);
          return actions{send_message(become{m.other, c.colour}),
                         send_message(arrive{me, c.colour})};
        }),
        subscriber(topic<become>(me, _)).on_message([me](const become& b, creature& c) {
          ++c.meetings;
          c.colour = b.colour;
          return send_message(arrive{me, c.colour});
        }),
        subscriber(topic<closed>(me)).on_message([](const closed&, creature& c) {
          return at_meta_level(send_message(tally{c.meetings}));
        }));
  });
}

outcome run_chameneos(const options& chosen) {
  actions everyone{mall(chosen.count)};
  const std::uint64_t all = std::max<std::uint64_t>(chosen.size, 2);
  for (std::uint64_t i = 0; i < all; ++i) everyone.append(chameneo(i));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{chosen.count}));
  m.expect_reports(2 * chosen.count, "meetings, by each of both");
  return {static_cast<double>(chosen.count), took};
}

}  // namespace

constinit const workload big{
    .name = "big",
    .unit = "messages/s",
    .measures = "each process asks another, drawn at random, which answers; all at once",
    .does_not_mean = "what neighbours gain: no two talk to each other more than others do",
    .size_of = "processes",
    .size = 120,
    .count = 20'000,
    .parallel_count = 6'000'000,
    .count_is_fixed = false,
    .run = run_big};

constinit const workload chameneos{
    .name = "chameneos",
    .unit = "meetings/s",
    .measures = "creatures come to a mall, which brings two together: four messages a meeting",
    .does_not_mean = "what many malls could do: all meetings pass through this one",
    .size_of = "creatures",
    .size = 100,
    .count = 5'000,
    .parallel_count = 1'200'000,
    .count_is_fixed = false,
    .run = run_chameneos};

}  // namespace souk::bench
