#include "tests/parallel/dense_system.hpp"

#include <vector>

namespace souk::testing {
namespace {

using namespace literals;

constexpr std::int64_t groups = 3;
constexpr std::int64_t members = 9;
constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U;

struct member {
  std::uint64_t dice;
  int fuel;
  std::int64_t count = 0;
  std::vector<pid> known{};

  [[nodiscard]] std::int64_t roll(std::int64_t below) noexcept {
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>(dice >> 33) % below;
  }
};

actions react(const event& e, member& me);
actions answer(member& me);

endpoint open_to(const role& r, std::int64_t id) {
  return endpoint{r}
      .named(id)
      .on_presence([](const role& seen, member& s) { return react(event::presence(seen), s); })
      .on_absence([](const role& seen, const reason& why, member& s) {
        return react(event::absence(seen, why), s);
      })
      .on_message([](const event& m, member& s) { return react(m, s); });
}

role hears(std::int64_t group) {
  return {orientation::subscriber, interest_type::participant, list("all"_sym, group, _)};
}
role speaks(std::int64_t group) {
  return {orientation::publisher, interest_type::participant, list("all"_sym, group, _)};
}
role has(std::int64_t number) {
  return {orientation::subscriber, interest_type::participant, list("one"_sym, number, _)};
}

spawn_action newcomer(member& me, std::int64_t number, int fuel) {
  return spawn([child = member{me.dice * odd, fuel}, number](pid self) {
    member born = child;
    born.dice += self.number * odd;
    born.known.push_back(self);
    actions first{open_to(has(number), 100), open_to(hears(born.roll(groups)), born.roll(2))};
    first.append(send_message(list("all"_sym, born.roll(groups), self)));
    return transition(std::move(born), std::move(first));
  });
}

term news(member& me) { return me.known.empty() ? term{me.roll(1000)} : term{me.known.front()}; }

actions one_action(member& me) {
  switch (me.roll(12)) {
    case 0:
    case 1:
    case 2: return send_message(list("one"_sym, me.roll(members), news(me)));
    case 3:
    case 4:
    case 5: return send_message(list("all"_sym, me.roll(groups), me.roll(1000)));
    case 6: return open_to(hears(me.roll(groups)), 10 + me.roll(3));
    case 7: return open_to(speaks(me.roll(groups)), 20 + me.roll(2));
    case 8: return delete_endpoint{me.roll(2) == 0 ? 10 + me.roll(3) : me.roll(2)};
    case 9:
      if (me.roll(3) != 0) return {};
      return quit(
          me.known[static_cast<std::size_t>(me.roll(static_cast<std::int64_t>(me.known.size())))],
          "killed"_sym);
    case 10: {
      if (me.fuel < 8) return {};
      me.fuel /= 2;
      return newcomer(me, me.roll(members), me.fuel);
    }
    default: return yield([](member& s) { return answer(s); });
  }
}

actions answer(member& me) {
  if (me.fuel <= 0) return {};
  --me.fuel;
  actions all;
  for (auto left = 1 + me.roll(4); left > 0; --left) all.append(one_action(me));
  return all;
}

actions react(const event& e, member& me) {
  // What it saw, and when, decides what it does.
  ++me.count;
  me.dice ^= (static_cast<std::uint64_t>(e.which()) + static_cast<std::uint64_t>(me.count)) * odd;
  for (const term& part : e.topic().parts()) {
    if (part.is_ground() && !part.is(kind::wildcard)) me.dice ^= part.hash();
  }
  if (e.topic().is(kind::pair)) {
    const term* at = &e.topic();
    while (at->is(kind::pair)) {
      if (at->head().is(kind::pid) && me.known.size() < 8) me.known.push_back(at->head().as_pid());
      at = &at->tail();
    }
  }
  return answer(me);
}

}  // namespace

boot_function dense_system(std::uint64_t seed) {
  return boot([seed] {
    member first{(seed + 1) * odd, 12};
    actions all{open_to(hears(0), 0), open_to(speaks(1), 20)};
    for (std::int64_t i = 0; i < members; ++i) {
      all.append(newcomer(first, i, 14));
      first.dice += odd;
    }
    first.known.push_back(pid{root_vm, 1 + static_cast<std::uint32_t>(first.roll(members))});
    return transition(std::move(first), std::move(all));
  });
}

boot_function triangles(std::uint64_t rounds) {
  return boot([rounds] {
    actions all;
    for (std::int64_t i = 0; i < 3; ++i) {
      const auto most = static_cast<std::int64_t>(rounds);
      // B hears of it with C, and tells C; what C then says lets A go on.
      all.append(spawn(subscriber(list("m1"_sym, i, var("n"))).on_message([i](const term& m) {
        return send_message(list("m2"_sym, i, m.tail().tail().head()));
      })));
      all.append(spawn(subscriber(list("m1"_sym, i, _)).on_message([](const term&) {}),
                       subscriber(list("m2"_sym, i, _)).on_message([i](const term& m) {
                         return send_message(list("next"_sym, i, m.tail().tail().head()));
                       })));
      all.append(
          spawn(subscriber(list("next"_sym, i, _)).on_message([i, most](const term& m) -> actions {
            const std::int64_t n = m.tail().tail().head().as_integer() + 1;
            if (n > most) return {};
            return send_message(list("m1"_sym, i, n));
          }),
                yield([i] { return send_message(list("m1"_sym, i, 0)); })));
    }
    return all;
  });
}

// A mayfly has no endpoint, and knows the number of those it has to tell. Whether it had told them
// when it was killed is what the others see.
boot_function mayflies(std::uint64_t count) {
  const auto watch = [](std::int64_t i) {
    return spawn([i] {
      return transition(std::uint64_t{0}, subscriber(list("alive"_sym, i, _)).on_message([] {}));
    });
  };
  const auto killer = [] {
    return spawn(subscriber(list("kill"_sym, _)).on_message([](const term& m) {
      const pid victim = m.tail().head().as_pid();
      return actions{quit(victim, "killed"_sym), send_message(list("alive"_sym, 1, "killer"_sym))};
    }));
  };
  const auto mayfly = [](std::int64_t i) {
    return spawn([i](pid self) {
      return transition(
          i, yield([self](std::int64_t& left) {
            return actions{send_message(list("alive"_sym, 0, self)), yield([self](std::int64_t&) {
                             return actions{send_message(list("alive"_sym, 1, self)),
                                            quit("old"_sym), send_message("never"_sym)};
                           }),
                           send_message(list("alive"_sym, left % 2, "again"_sym))};
          }));
    });
  };
  return boot([=] {
    actions all{watch(0), watch(1), killer(), killer()};
    for (std::uint64_t i = 0; i < count; ++i) {
      all.append(mayfly(static_cast<std::int64_t>(i)).then([](pid child) {
        return send_message(list("kill"_sym, child));
      }));
    }
    return all;
  });
}

}  // namespace souk::testing
