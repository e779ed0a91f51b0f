// A process draws what it does from dice in its state. So the same events in the same order make it
// do the same, on every VM; and one event more, or in another place, shows in all that follows.
#include "tools/check/random_system.hpp"

#include <array>
#include <functional>
#include <stdexcept>
#include <string>

namespace souk::tool {
namespace {

constexpr int first_fuel = 24;
constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U;

struct actor {
  std::uint64_t dice;
  int fuel;   ///< how many more events it answers
  int depth;  ///< of VMs
  std::vector<pid> known;

  [[nodiscard]] std::uint64_t roll(std::uint64_t below) noexcept {
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return (dice >> 33) % below;
  }
};

actions react(const event& e, actor& me);
actions react_to_child(pid child, actor& me);
actions go_on(actor& me);

// Few words, so that what is said is often heard.
term word(actor& me) {
  constexpr std::array<std::string_view, 4> words{"a", "b", "c", "d"};
  return symbol{words.at(me.roll(words.size()))};
}

term pattern(actor& me) {
  switch (me.roll(6)) {
    case 0: return list(word(me), _);
    case 1: return list(_, word(me));
    case 2: return list(var("x"), var("x"));
    case 3: return make_record("m", word(me), _);
    case 4: return _;
    default: return list(word(me), word(me));
  }
}

term body(actor& me) {
  switch (me.roll(6)) {
    case 0: return make_record("m", word(me), static_cast<std::int64_t>(me.roll(3)));
    case 1: return list(word(me), _);
    case 2: return me.known.empty() ? term{false} : list(word(me), me.known.back());
    default: return list(word(me), word(me));
  }
}

endpoint random_endpoint(actor& me) {
  constexpr std::array<interest_type, 4> interests{
      interest_type::participant, interest_type::participant, interest_type::observer,
      interest_type::everything};
  const auto o = me.roll(2) == 0 ? orientation::publisher : orientation::subscriber;
  const auto i = interests.at(me.roll(interests.size()));
  return endpoint{{o, i, pattern(me)}}
      .named(static_cast<std::int64_t>(me.roll(3)))
      .on_presence([](const role& r, actor& s) { return react(event::presence(r), s); })
      .on_absence([](const role& r, const reason& why, actor& s) {
        return react(event::absence(r, why), s);
      })
      .on_message([](const event& m, actor& s) { return react(m, s); });
}

auto child_of(actor& me, int fuel) {
  return [child = actor{me.dice * odd, fuel, me.depth, me.known}](pid self) {
    actor born = child;
    born.dice += self.number * odd;
    born.known.push_back(self);
    if (born.roll(16) == 0) throw std::runtime_error{"stillborn"};
    actions first{random_endpoint(born), random_endpoint(born)};
    if (born.roll(2) == 0) first.append(at_meta_level(random_endpoint(born)));
    first.append(send_message(body(born)));
    return transition(std::move(born), std::move(first));
  };
}

actions one_action(actor& me) {
  const int share = me.fuel / 2;
  switch (me.roll(16)) {
    case 0:
    case 1: return random_endpoint(me);
    case 2: return delete_endpoint{static_cast<std::int64_t>(me.roll(3)), word(me)};
    case 3: return send_feedback(body(me));
    case 4: return at_meta_level(send_message(body(me)));
    case 5: return at_meta_level(random_endpoint(me));
    case 6: return at_meta_level(delete_endpoint{static_cast<std::int64_t>(me.roll(3))});
    case 7: return yield([](actor& s) { return go_on(s); });
    case 8:
      me.fuel -= share;
      return spawn(child_of(me, share)).then([](pid child, actor& s) {
        return react_to_child(child, s);
      });
    case 9: {
      if (me.depth >= 3 || share < 4) return {};
      me.fuel -= share;
      actor inner = me;
      ++inner.depth;
      return spawn_vm(child_of(inner, share));
    }
    case 10:
      me.fuel -= share;
      return at_meta_level(spawn(child_of(me, share)).then([](pid child, actor& s) {
        return react_to_child(child, s);
      }));
    case 11:
      return me.known.empty() ? actions{} : quit(me.known[me.roll(me.known.size())], word(me));
    case 12: return me.roll(3) == 0 ? actions{quit(word(me))} : actions{};
    case 13: return me.roll(6) == 0 ? actions{at_meta_level(quit(word(me)))} : actions{};
    default: return send_message(body(me));
  }
}

actions go_on(actor& me) {
  if (me.fuel <= 0) return {};
  --me.fuel;
  if (me.roll(24) == 0) throw std::runtime_error{"bad luck"};
  actions all;
  for (std::uint64_t left = me.roll(4); left > 0; --left) all.append(one_action(me));
  return all;
}

actions react(const event& e, actor& me) {
  // What it saw decides what it does: by its text, which is the same in every run of the program.
  me.dice ^= static_cast<std::uint64_t>(e.which()) * odd;
  for (const term& part : e.topic().parts()) {
    if (part.is_ground() && !part.is(kind::wildcard))
      me.dice ^= std::hash<std::string>{}(to_string(part));
    if (part.is(kind::pair) && part.head().is(kind::pid) && me.known.size() < 8)
      me.known.push_back(part.head().as_pid());
  }
  return go_on(me);
}

actions react_to_child(pid child, actor& me) {
  if (me.known.size() < 8) me.known.push_back(child);
  return go_on(me);
}

}  // namespace

boot_function random_system(std::uint64_t seed) {
  return boot([seed] {
    actor first{(seed + 1) * odd, first_fuel, 0, {}};
    actions all{random_endpoint(first)};
    const std::uint64_t many = 3 + first.roll(8);
    for (std::uint64_t i = 0; i < many; ++i) {
      actor other{first.dice + i * odd, first_fuel, 0, {}};
      all.append(spawn(child_of(other, first_fuel)));
    }
    return transition(std::move(first), std::move(all));
  });
}

std::vector<send_message> random_messages(std::uint64_t seed) {
  actor outside{seed * odd + 7, 0, 0, {}};
  std::vector<send_message> all;
  for (std::uint64_t i = 0; i < 8; ++i) all.emplace_back(body(outside));
  return all;
}

}  // namespace souk::tool
