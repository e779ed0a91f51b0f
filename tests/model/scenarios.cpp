// What the protocol is tried with: the situations that it is made for, and what a seed makes up.
#include "tests/model/protocol.hpp"

#include <random>

namespace souk::model {
namespace {

/// Process p lives on shard p, unless it says so.
class written {
 public:
  written(byte shards, byte processes) {
    inside_.shards = shards;
    inside_.processes = processes;
    for (byte p = 0; p < processes; ++p) inside_.first.home.at(p) = p;
  }
  written& lives(byte p, byte shard) {
    inside_.first.home.at(p) = shard;
    return *this;
  }
  written& hears(byte p, byte topic) {
    inside_.first.topics.at(p) |= static_cast<byte>(1U << topic);
    return *this;
  }
  /// Of its first transitions the next.
  written& begins(byte p, transition all) {
    inside_.start.at(p).push_back(add(std::move(all)));
    return *this;
  }
  written& answers(byte p, byte what, transition all) {
    inside_.answers.at(p).at(what) = add(std::move(all));
    return *this;
  }
  operator scenario() const { return inside_; }  // NOLINT(google-explicit-constructor)

 private:
  byte add(transition all) {
    inside_.transitions.push_back(std::move(all));
    return static_cast<byte>(inside_.transitions.size() - 1);
  }
  scenario inside_;
};

action send(byte topic, byte message) { return {verb::send, topic, message}; }
action add(byte topic) { return {verb::add, topic, 0}; }
action erase(byte topic) { return {verb::erase, topic, 0}; }
action quit(byte who) { return {verb::quit, who, 0}; }

}  // namespace

std::vector<scenario> written_scenarios() {
  return {
      // 1 goes to two, and one of them answers to the other: who hears 2 has heard 1.
      written{3, 3}
          .hears(1, 0)
          .hears(2, 0)
          .hears(2, 1)
          .begins(0, {send(0, 1)})
          .answers(1, 1, {send(1, 2)}),
      // Two at once that go to the same two; and then one at home.
      written{2, 2}
          .hears(0, 0)
          .hears(1, 0)
          .hears(0, 2)
          .hears(1, 3)
          .begins(0, {send(0, 1)})
          .begins(1, {send(0, 2)}),
      written{2, 2}
          .hears(1, 0)
          .hears(0, 1)
          .hears(0, 2)
          .hears(1, 3)
          .begins(0, {send(0, 1)})
          .begins(0, {send(2, 3)})
          .begins(1, {send(1, 2)})
          .begins(1, {send(3, 4)}),
      // 0 leaves, after a hello, and 1 is told; meanwhile that says 2 to both.
      written{2, 2}
          .hears(0, 0)
          .hears(1, 0)
          .hears(1, 1)
          .hears(1, partner)
          .begins(0, {send(1, 1)})
          .begins(0, {erase(0)})
          .begins(1, {send(0, 2)}),
      // 0 joins, and then tells 2 at home; meanwhile 1 says 2 to whoever hears it by then.
      written{2, 3}
          .lives(2, 0)
          .hears(2, 0)
          .hears(2, 2)
          .begins(0, {add(0)})
          .begins(0, {send(2, 1)})
          .begins(1, {send(0, 2)}),
      // Nothing comes between two messages of a transition that changes something.
      written{3, 3}.hears(1, 0).begins(0, {send(0, 1), add(1), send(0, 2)}).begins(2, {send(0, 3)}),
      // Nobody sees 0 between two topics.
      written{2, 2}.hears(0, 0).begins(0, {erase(0), add(1)}).begins(1, {send(0, 1), send(1, 2)}),
      // Who is dead adds nothing, and who adds it is mourned.
      written{3, 3}.hears(2, partner).begins(0, {quit(1)}).begins(1, {add(0)}),
      // The last action is a quit, or should have been.
      written{2, 2}.hears(1, 0).begins(0, {send(0, 1), quit(0), send(0, 2)}),
      // 1 leaves, and 2 is told. 0 says something to 1, and when that is gone something to 2.
      written{2, 3}
          .lives(2, 0)
          .hears(1, 0)
          .hears(2, 2)
          .hears(2, partner)
          .begins(0, {send(0, 1)})
          .begins(0, {send(2, 2)})
          .begins(1, {erase(0)}),
      // Who joins hears itself, and not before.
      written{2, 2}
          .hears(1, 0)
          .begins(0, {send(0, 1), add(0), send(0, 2)})
          .begins(1, {send(0, 3)})};
}

namespace {

class dice {
 public:
  explicit dice(std::uint64_t seed) : inside_{seed} {}
  byte below(unsigned end) { return static_cast<byte>(inside_() % end); }
  bool one_in(unsigned n) { return below(n) == 0; }

 private:
  std::mt19937_64 inside_;
};

constexpr std::array<byte, 3> topics{0, 1, partner};

action random_action(dice& roll, const scenario& in, byte of, byte place, unsigned count) {
  const byte topic = topics.at(roll.below(topics.size()));
  const auto message = static_cast<byte>(1 + of * 3 + place);
  switch (roll.below(16)) {
    case 0:
    case 1: return {verb::add, topic, 0};
    case 2: return {verb::erase, topic, 0};
    case 3: return {verb::quit, roll.below(in.processes), 0};
    case 4:
      if (of + 1U < count)
        return {verb::yield, static_cast<byte>(of + 1 + roll.below(count - of - 1U)), 0};
      break;
    case 5: return {verb::out, 0, message};
    default: break;
  }
  return {verb::send, static_cast<byte>(roll.below(2)), message};
}

}  // namespace

// What a transition leads to are later transitions, so every run ends.
scenario random_scenario(std::uint64_t seed) {
  dice roll{seed};
  scenario in;
  in.shards = static_cast<byte>(2 + roll.below(2));
  in.processes = static_cast<byte>(3 + roll.below(2));
  const unsigned count = 3 + roll.below(4);
  const unsigned begun = 2 + roll.below(2);
  for (byte p = 0; p < in.processes; ++p) {
    in.first.home[p] = p < in.shards ? p : roll.below(in.shards);
    for (const byte topic : topics) {
      if (!roll.one_in(topic == partner ? 4 : 2))
        in.first.topics[p] |= static_cast<byte>(1U << topic);
    }
  }
  for (byte k = 0; k < count; ++k) {
    transition& made = in.transitions.emplace_back();
    for (byte i = 0, size = static_cast<byte>(1 + roll.below(roll.one_in(3) ? 3 : 2)); i < size;
         ++i)
      made.push_back(random_action(roll, in, k, i, count));
    if (k < begun) in.start.at(roll.below(in.processes)).push_back(k);
  }
  for (unsigned k = begun; k < count; ++k) {
    const byte trigger = roll.below(k);  // a message of an earlier transition, or its news
    const byte news = roll.one_in(2) ? presence_of : absence_of;  // of topic 0
    const byte what = roll.one_in(4) ? static_cast<byte>(news + roll.below(in.processes))
                                     : static_cast<byte>(1 + trigger * 3 + roll.below(2));
    in.answers.at(roll.below(in.processes)).at(what) = static_cast<byte>(k);
  }
  if (roll.one_in(3)) {
    in.mover = roll.below(in.processes);
    in.move_to = static_cast<byte>((in.first.home.at(in.mover) + 1 + roll.below(in.shards - 1U)) %
                                   in.shards);
  }
  return in;
}

}  // namespace souk::model
