// counting, fork-join-throughput, fan-out, fork-join-create, skynet, idle, backlog.
#include <unistd.h>

#include <fstream>
#include <future>
#include <vector>

#include "peer.hpp"

namespace peer {
namespace {

using namespace caf;

using increment_atom = atom_constant<atom("increment")>;
using retrieve_atom = atom_constant<atom("retrieve")>;
using total_atom = atom_constant<atom("total")>;
using job_atom = atom_constant<atom("job")>;
using joined_atom = atom_constant<atom("joined")>;
using sum_atom = atom_constant<atom("sum")>;
using wake_atom = atom_constant<atom("wake")>;

struct seen_state {
  number seen = 0;
};

behavior counter(stateful_actor<seen_state>* self) {
  return {[=](increment_atom, number) { ++self->state.seen; },
          [=](retrieve_atom) {
            self->quit();
            return std::make_tuple(total_atom::value, self->state.seen);
          }};
}

behavior producer(event_based_actor* self, const actor& owner, const actor& counter) {
  return {[=](go_atom, number count) {
            for (number left = count; left > 0; --left)
              self->send(counter, increment_atom::value, left);
            self->send(counter, retrieve_atom::value);
          },
          [=](total_atom, number total) {
            self->send(owner, seen_atom::value, total);
            self->quit();
          }};
}

/// Counts messages of the label to its share.
template <class Label>
behavior recipient(stateful_actor<seen_state>* self, const actor& owner, number expected) {
  return {[=](Label, number) {
    if (++self->state.seen < expected) return;
    self->send(owner, seen_atom::value, self->state.seen);
    self->quit();
  }};
}

behavior forker(event_based_actor* self, const std::vector<actor>& workers) {
  return {[=](go_atom, number rounds) {
    for (number left = rounds; left > 0; --left)
      for (const actor& each : workers) self->send(each, job_atom::value, left);
    self->quit();
  }};
}

// The subscribers share one message.
behavior publisher(event_based_actor* self, const std::vector<actor>& subscribers) {
  return {[=](go_atom, number messages) {
    for (number left = messages; left > 0; --left) {
      const message news = make_message(job_atom::value, left);
      for (const actor& each : subscribers) self->send(each, news);
    }
    self->quit();
  }};
}

template <class Sender>
result to_all(actor_system& system, number size, number count, Sender sender) {
  scoped_actor self{system};
  const number each = std::max<number>(count / size, 1);
  std::vector<actor> all;
  for (number i = 0; i < size; ++i)
    all.push_back(system.spawn(recipient<job_atom>, actor{self}, each));
  const actor from = system.spawn(sender, all);
  const auto start = [&] { self->send(from, go_atom::value, each); };
  return timed(self, each * size, start, size, each * size);
}

behavior creator(event_based_actor* self, const actor& joiner) {
  return {[=](go_atom, number count) {
    for (number left = count; left > 0; --left)
      self->spawn([=](event_based_actor* child) { child->send(joiner, joined_atom::value, left); });
    self->quit();
  }};
}

constexpr number branches = 10;

struct node_state {
  number missing = branches;
  number sum = 0;
};

behavior node(stateful_actor<node_state>* self, const actor& parent, number first, number leaves) {
  if (leaves == 1) {
    self->send(parent, sum_atom::value, first);
    return {};
  }
  const number share = leaves / branches;
  for (number i = 0; i < branches; ++i)
    self->spawn(node, actor_cast<actor>(self), first + i * share, share);
  return {[=](sum_atom, number value) {
    self->state.sum += value;
    if (--self->state.missing > 0) return;
    self->send(parent, sum_atom::value, self->state.sum);
    self->quit();
  }};
}

behavior gardener(event_based_actor* self, const actor& owner) {
  return {[=](go_atom, number leaves) {
            self->spawn(node, actor_cast<actor>(self), number{0}, leaves);
          },
          [=](sum_atom, number sum) {
            self->send(owner, seen_atom::value, sum);
            self->quit();
          }};
}

behavior sleeper(stateful_actor<seen_state>* self, const actor& owner) {
  return {[=](wake_atom, number) {
    ++self->state.seen;
    self->send(owner, seen_atom::value, self->state.seen);
    self->quit();
  }};
}

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double all = 0;
  double resident = 0;
  double shared = 0;  // pages of files: the program's own code, as it is used
  if (!(statm >> all >> resident >> shared))
    throw std::runtime_error{"cannot read /proc/self/statm"};
  return (resident - shared) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

result counting(actor_system& system, number, number count) {
  scoped_actor self{system};
  const actor from = system.spawn(producer, actor{self}, system.spawn(counter));
  const auto start = [&] { self->send(from, go_atom::value, count); };
  return timed(self, count, start, 1, count);
}

result fork_join_throughput(actor_system& system, number size, number count) {
  return to_all(system, size, count, forker);
}

result fan_out(actor_system& system, number size, number count) {
  return to_all(system, size, count, publisher);
}

result fork_join_create(actor_system& system, number, number count) {
  scoped_actor self{system};
  const actor joiner = system.spawn(recipient<joined_atom>, actor{self}, count);
  const actor from = system.spawn(creator, joiner);
  const auto start = [&] { self->send(from, go_atom::value, count); };
  return timed(self, count, start, 1, count);
}

result skynet(actor_system& system, number, number count) {
  number leaves = 1;
  number all = 1;
  while (leaves * branches <= count) {
    leaves *= branches;
    all += leaves;
  }
  scoped_actor self{system};
  const actor root = system.spawn(gardener, actor{self});
  const auto start = [&] { self->send(root, go_atom::value, leaves); };
  return timed(self, all, start, 1, leaves * (leaves - 1) / 2);
}

double idle(actor_system& system, number size, number) {
  scoped_actor self{system};
  std::vector<actor> all;
  all.reserve(size);
  const double before = resident_bytes();
  for (number i = 0; i < size; ++i) all.push_back(system.spawn(sleeper, actor{self}));
  const double bytes = resident_bytes() - before;
  for (const actor& each : all) self->send(each, wake_atom::value, number{1});
  expect(collect(self, size), size);
  return bytes / static_cast<double>(size);
}

// The recipient is held in its first message until all others wait.
double backlog(actor_system& system, number, number count) {
  scoped_actor self{system};
  std::promise<void> sent;
  std::shared_future<void> all_sent = sent.get_future().share();
  const actor recipient = system.spawn([=, owner = actor{self}](stateful_actor<seen_state>* r) {
    return behavior{[=](go_atom) { all_sent.wait(); },
                    [=](job_atom, number) {
                      if (++r->state.seen == count) r->send(owner, seen_atom::value, r->state.seen);
                    }};
  });
  self->send(recipient, go_atom::value);
  const double before = resident_bytes();
  for (number i = 0; i < count; ++i) self->send(recipient, job_atom::value, i);
  const double bytes = resident_bytes() - before;
  sent.set_value();
  expect(collect(self, 1), count);
  self->send_exit(recipient, exit_reason::user_shutdown);
  return bytes / static_cast<double>(count);
}

}  // namespace peer
