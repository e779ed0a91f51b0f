// round-trips: each pair asks and answers, and every trip is timed by who asks: the first from when
// all were told to start, so that waiting for a turn counts.
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "peer.hpp"

namespace peer {
namespace {

using namespace caf;
using clock = std::chrono::steady_clock;

using question_atom = atom_constant<atom("question")>;
using answer_atom = atom_constant<atom("answer")>;
using took_atom = atom_constant<atom("took")>;

/// The time, with the last bits beyond six left out.
number six_bits(number time) {
  int shift = 0;
  while (time >> shift >= 64) ++shift;
  return time >> shift << shift;
}

behavior answerer(event_based_actor* self) {
  return {[=](question_atom, number pair) {
    self->send(actor_cast<actor>(self->current_sender()), answer_atom::value, pair);
  }};
}

number now() {
  const std::chrono::nanoseconds passed = clock::now().time_since_epoch();
  return static_cast<number>(passed.count());
}

struct asker_state {
  actor partner;
  number seen = 0;
  number asked = 0;
  std::unordered_map<number, number> took;
};

behavior asker(stateful_actor<asker_state>* self, const actor& owner, number pair, number each) {
  self->state.partner = self->spawn<linked>(answerer);
  const auto ask = [=](number at) {
    self->state.asked = at;
    self->send(self->state.partner, question_atom::value, pair);
  };
  return {[=](go_atom, number at) { ask(at); },
          [=](answer_atom, number) {
            asker_state& me = self->state;
            const number at = now();
            ++me.took[six_bits(at - me.asked)];
            if (++me.seen < each) return ask(at);
            self->send(owner, seen_atom::value, me.seen);
            for (const auto& [time, times] : me.took)
              self->send(owner, took_atom::value, time, times);
            self->send(owner, took_atom::value, number{0}, number{0});
            self->quit();
          }};
}

}  // namespace

result round_trips(actor_system& system, number size, number count) {
  const number each = std::max<number>(count / size, 1);
  scoped_actor self{system};
  std::vector<actor> all;
  for (number pair = 0; pair < size; ++pair)
    all.push_back(system.spawn(asker, actor{self}, pair, each));
  result did = timed(
      self, each * size,
      [&] {
        const number at = now();
        for (const actor& one : all) self->send(one, go_atom::value, at);
      },
      size, each * size);
  // The last of each has no times.
  for (number ended = 0; ended < size;) {
    self->receive([&](took_atom, number time, number times) {
      if (times == 0) {
        ++ended;
      } else {
        did.latencies[time] += times;
      }
    });
  }
  return did;
}

}  // namespace peer
