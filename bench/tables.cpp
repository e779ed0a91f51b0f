// Who waits for what others hold: philosophers (forks) and barber (chairs, and the barber).
#include <deque>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

// philosophers. An arbiter gives both forks at once, and to whom waited, when a neighbour is done.

struct hungry {
  std::uint64_t who;
};
SOUK_RECORD(hungry, who);
struct eat {
  std::uint64_t who;
};
SOUK_RECORD(eat, who);
struct finished {
  std::uint64_t who;
};
SOUK_RECORD(finished, who);

struct round_table {
  std::vector<bool> taken;    // the fork to the left of each
  std::vector<bool> waiting;  // each philosopher

  explicit round_table(std::uint64_t seats) : taken(seats, false), waiting(seats, false) {}

  [[nodiscard]] std::uint64_t right_of(std::uint64_t who) const { return (who + 1) % taken.size(); }
  [[nodiscard]] std::uint64_t left_of(std::uint64_t who) const {
    return (who + taken.size() - 1) % taken.size();
  }
  void give_if_free(std::uint64_t who, actions& next) {
    if (!waiting[who] || taken[who] || taken[right_of(who)]) return;
    waiting[who] = false;
    taken[who] = taken[right_of(who)] = true;
    next.append(send_message(eat{who}));
  }
};

spawn_action arbiter(std::uint64_t seats) {
  return spawn([seats] {
    return transition(
        round_table{seats},
        subscriber(topic<hungry>(_)).on_message([](const hungry& h, round_table& t) {
          actions next;
          t.waiting[h.who] = true;
          t.give_if_free(h.who, next);
          return next;
        }),
        subscriber(topic<finished>(_)).on_message([](const finished& f, round_table& t) {
          actions next;
          t.taken[f.who] = t.taken[t.right_of(f.who)] = false;
          t.give_if_free(t.left_of(f.who), next);
          t.give_if_free(t.right_of(f.who), next);
          return next;
        }));
  });
}

spawn_action philosopher(std::uint64_t me, std::uint64_t expected) {
  return spawn([=] {
    return transition(std::uint64_t{0}, subscriber(topic<go>(_)).on_message([me](const go&) {
      return send_message(hungry{me});
    }),
                      subscriber(topic<eat>(me)).on_message([=](const eat&, std::uint64_t& meals) {
                        actions next = report(++meals, expected);
                        next.append(send_message(finished{me}));
                        if (meals < expected) next.append(send_message(hungry{me}));
                        return next;
                      }));
  });
}

outcome run_philosophers(const options& chosen) {
  const std::uint64_t seats = std::max<std::uint64_t>(chosen.size, 2);
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / seats, 1);
  actions everyone{arbiter(seats)};
  for (std::uint64_t i = 0; i < seats; ++i) everyone.append(philosopher(i, each));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{each}));
  m.expect_reports(each * seats, "meals");
  return {static_cast<double>(each * seats), took};
}

// barber. Customers come from the street to the waiting room. Who finds no chair goes back to the
// street, and comes again when somebody has left.

struct enter {
  std::uint64_t who;
};
SOUK_RECORD(enter, who);
struct no_chair {
  std::uint64_t who;
};
SOUK_RECORD(no_chair, who);
struct next_please {
  std::uint64_t haircuts;
};
SOUK_RECORD(next_please, haircuts);
struct sit_down {
  std::uint64_t who;
};
SOUK_RECORD(sit_down, who);
struct well_done {
  std::uint64_t who;
};
SOUK_RECORD(well_done, who);
struct leave {
  std::uint64_t who;
};
SOUK_RECORD(leave, who);

struct waiting_room {
  std::uint64_t chairs;
  std::deque<std::uint64_t> waiting;
  bool barber_sleeps = true;
};

spawn_action room(std::uint64_t chairs) {
  return spawn([chairs] {
    return transition(
        waiting_room{chairs, {}},
        subscriber(topic<enter>(_)).on_message([](const enter& e, waiting_room& r) -> actions {
          if (r.barber_sleeps) {
            r.barber_sleeps = false;
            return send_message(sit_down{e.who});
          }
          if (r.waiting.size() == r.chairs) return send_message(no_chair{e.who});
          r.waiting.push_back(e.who);
          return {};
        }),
        subscriber(topic<next_please>(_))
            .on_message([](const next_please&, waiting_room& r) -> actions {
              if (r.waiting.empty()) {
                r.barber_sleeps = true;
                return {};
              }
              const std::uint64_t who = r.waiting.front();
              r.waiting.pop_front();
              return send_message(sit_down{who});
            }));
  });
}

spawn_action cutter() {
  return spawn([] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<sit_down>(_)).on_message([](const sit_down& s, std::uint64_t& haircuts) {
          return actions{send_message(well_done{s.who}), send_message(next_please{++haircuts})};
        }));
  });
}

spawn_action customer(std::uint64_t me) {
  return spawn(subscriber(topic<well_done>(me)).on_message([me](const well_done&) {
    return actions{send_message(leave{me}), quit()};
  }),
               send_message(enter{me}));
}

struct passers_by {
  std::uint64_t to_come;
  std::uint64_t inside;
  std::uint64_t served;
  std::deque<std::uint64_t> turned_away;
};

actions stroll(passers_by& p) {
  constexpr std::uint64_t batch = 10;
  actions next;
  for (std::uint64_t i = 0; i < batch && p.to_come > 0; ++i) {
    ++p.inside;
    next.append(customer(--p.to_come));
  }
  if (p.to_come > 0) next.append(yield(&stroll));
  return next;
}

actions come_again(passers_by& p) {
  if (p.turned_away.empty()) return {};
  const std::uint64_t who = p.turned_away.front();
  p.turned_away.pop_front();
  ++p.inside;
  return send_message(enter{who});
}

spawn_action street(std::uint64_t expected) {
  return spawn([expected] {
    return transition(
        passers_by{}, subscriber(topic<go>(_)).on_message([](const go& g, passers_by& p) {
          p.to_come = g.amount;
          return stroll(p);
        }),
        subscriber(topic<no_chair>(_)).on_message([](const no_chair& n, passers_by& p) -> actions {
          --p.inside;
          p.turned_away.push_back(n.who);
          return p.inside == 0 ? come_again(p) : actions{};  // nobody else will leave
        }),
        subscriber(topic<leave>(_)).on_message([expected](const leave&, passers_by& p) {
          --p.inside;
          actions next = report(++p.served, expected);
          next.append(come_again(p));
          return next;
        }));
  });
}

outcome run_barber(const options& chosen) {
  market m{chosen, nullptr, room(chosen.size), cutter(), street(chosen.count)};
  const elapsed took = m.run(send_message(go{chosen.count}));
  m.expect_reports(chosen.count, "haircuts");
  return {static_cast<double>(chosen.count), took};
}

}  // namespace

constinit const workload philosophers{
    .name = "philosophers",
    .unit = "meals/s",
    .measures =
        "philosophers at a round table get both forks from an arbiter: three messages a meal",
    .does_not_mean = "eating at once: every meal passes through the arbiter",
    .size_of = "philosophers",
    .size = 20,
    .count = 20'000,
    .parallel_count = 400'000,
    .count_is_fixed = false,
    .run = run_philosophers};

constinit const workload barber{
    .name = "barber",
    .unit = "haircuts/s",
    .measures = "customers come, a process each, wait or are turned away, and leave with a haircut",
    .does_not_mean = "messages/s: a haircut is five and three for each time there is no chair",
    .size_of = "chairs",
    .size = 100,
    .count = 1'000,
    .parallel_count = 50'000,
    .count_is_fixed = false,
    .run = run_barber};

}  // namespace souk::bench
