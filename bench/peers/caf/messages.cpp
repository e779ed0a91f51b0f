// pingpong, pairs, ring, big, chameneos: who answers whom.
#include <algorithm>
#include <random>
#include <vector>

#include "peer.hpp"

namespace peer {
namespace {

using namespace caf;

using peer_atom = atom_constant<atom("peer")>;
using ping_atom = atom_constant<atom("ping")>;
using pong_atom = atom_constant<atom("pong")>;

// The number is how many messages are to come.
struct player_state {
  actor peer;
  number seen = 0;
};

template <class Heard, class Said>
behavior player(stateful_actor<player_state>* self, const actor& owner) {
  return {[=](peer_atom, const actor& other) { self->state.peer = other; },
          [=](Heard, number left) {
            ++self->state.seen;
            if (left > 0) self->send(self->state.peer, Said::value, left - 1);
            if (left > 1) return;
            self->send(owner, seen_atom::value, self->state.seen);
            self->quit();
          }};
}

using next_atom = atom_constant<atom("next")>;
using hop_atom = atom_constant<atom("hop")>;

struct station_state {
  actor next;
};

behavior station(stateful_actor<station_state>* self, const actor& owner) {
  return {[=](next_atom, const actor& next) { self->state.next = next; },
          [=](hop_atom, number left, number hops) {
            if (left > 0) {
              self->send(self->state.next, hop_atom::value, left - 1, hops + 1);
            } else {
              self->send(owner, seen_atom::value, hops + 1);
            }
          }};
}

using others_atom = atom_constant<atom("others")>;

struct sociable_state {
  std::vector<actor> others;
  std::minstd_rand random;
  number pings = 0;
  number answered = 0;
};

behavior sociable(stateful_actor<sociable_state>* self, const actor& owner, number me) {
  self->state.random.seed(static_cast<unsigned>(me + 1));
  const auto call = [=] {
    sociable_state& s = self->state;
    self->send(s.others[s.random() % s.others.size()], ping_atom::value, me);
  };
  return {[=](others_atom, std::vector<actor>& all) {
            all.erase(std::find(all.begin(), all.end(), actor{self}));
            self->state.others = std::move(all);
          },
          [=](go_atom, number pings) {
            self->state.pings = pings;
            call();
          },
          [=](ping_atom, number) {
            self->send(actor_cast<actor>(self->current_sender()), pong_atom::value, me);
          },
          [=](pong_atom, number) {
            if (++self->state.answered < self->state.pings) return call();
            self->send(owner, seen_atom::value, self->state.answered);
          }};
}

using arrive_atom = atom_constant<atom("arrive")>;
using meet_atom = atom_constant<atom("meet")>;
using become_atom = atom_constant<atom("become")>;
using closed_atom = atom_constant<atom("closed")>;

struct mall_state {
  number left = 0;
  actor waiting;
};

behavior mall(stateful_actor<mall_state>* self, number meetings) {
  self->state.left = meetings;
  return {[=](arrive_atom, number colour) {
    mall_state& m = self->state;
    auto visitor = actor_cast<actor>(self->current_sender());
    if (m.left == 0) {
      self->send(visitor, closed_atom::value);
    } else if (!m.waiting) {
      m.waiting = std::move(visitor);
    } else {
      --m.left;
      self->send(m.waiting, meet_atom::value, visitor, colour);
      m.waiting = nullptr;
    }
  }};
}

number complement(number a, number b) { return a == b ? a : 3 - a - b; }

struct chameneo_state {
  number colour = 0;
  number meetings = 0;
};

behavior chameneo(stateful_actor<chameneo_state>* self, const actor& owner, const actor& mall,
                  number colour) {
  self->state.colour = colour;
  return {[=](go_atom) { self->send(mall, arrive_atom::value, self->state.colour); },
          [=](meet_atom, const actor& other, number theirs) {
            chameneo_state& c = self->state;
            ++c.meetings;
            c.colour = complement(c.colour, theirs);
            self->send(other, become_atom::value, c.colour);
            self->send(mall, arrive_atom::value, c.colour);
          },
          [=](become_atom, number mine) {
            ++self->state.meetings;
            self->state.colour = mine;
            self->send(mall, arrive_atom::value, mine);
          },
          [=](closed_atom) {
            self->send(owner, seen_atom::value, self->state.meetings);
            self->quit();
          }};
}

void end(scoped_actor& self, const std::vector<actor>& all) {
  for (const actor& each : all) self->send_exit(each, exit_reason::user_shutdown);
  self->wait_for(all);
}

}  // namespace

result pingpong(actor_system& system, number, number count) { return pairs(system, 1, count); }

result pairs(actor_system& system, number size, number count) {
  scoped_actor self{system};
  const number messages = 2 * std::max<number>(count / (2 * size), 1);
  std::vector<actor> first;
  for (number i = 0; i < size; ++i) {
    first.push_back(system.spawn(player<ping_atom, pong_atom>, actor{self}));
    const actor second = system.spawn(player<pong_atom, ping_atom>, actor{self});
    self->send(first.back(), peer_atom::value, second);
    self->send(second, peer_atom::value, first.back());
  }
  const auto start = [&] {
    for (const actor& each : first) self->send(each, ping_atom::value, messages - 1);
  };
  return timed(self, messages * size, start, 2 * size, messages * size);
}

result ring(actor_system& system, number size, number count) {
  scoped_actor self{system};
  const number hops = std::max<number>(count / size, 1) * size;
  std::vector<actor> all;
  for (number i = 0; i < size; ++i) all.push_back(system.spawn(station, actor{self}));
  for (number i = 0; i < size; ++i) self->send(all[i], next_atom::value, all[(i + 1) % size]);
  const auto start = [&] { self->send(all[0], hop_atom::value, hops - 1, number{0}); };
  const result did = timed(self, hops, start, 1, hops);
  end(self, all);
  return did;
}

result big(actor_system& system, number size, number count) {
  scoped_actor self{system};
  const number pings = std::max<number>(count / (2 * size), 1);
  std::vector<actor> all;
  for (number i = 0; i < size; ++i) all.push_back(system.spawn(sociable, actor{self}, i));
  for (const actor& each : all) self->send(each, others_atom::value, all);
  const auto start = [&] {
    for (const actor& each : all) self->send(each, go_atom::value, pings);
  };
  const result did = timed(self, 2 * pings * size, start, size, pings * size);
  end(self, all);
  return did;
}

result chameneos(actor_system& system, number size, number count) {
  scoped_actor self{system};
  const actor place = system.spawn(mall, count);
  std::vector<actor> all;
  for (number i = 0; i < size; ++i)
    all.push_back(system.spawn(chameneo, actor{self}, place, i % 3));
  const auto start = [&] {
    for (const actor& each : all) self->send(each, go_atom::value);
  };
  const result did = timed(self, count, start, size, 2 * count);
  end(self, {place});
  return did;
}

}  // namespace peer
