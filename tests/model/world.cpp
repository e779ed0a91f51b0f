// What actions do to a table, and who is told.
#include "tests/model/protocol.hpp"

namespace souk::model {
namespace {

bool has(const table& at, byte process, byte topic) {
  return (at.topics[process] >> topic & 1U) != 0 && !at.is_dead(process);
}
byte about(byte kind, byte topic, byte process) {
  return static_cast<byte>(kind + topic * max_processes + process);
}

void take_out(const scenario& in, table& at, byte owner, byte topic, byte blind, plan& into) {
  at.topics[owner] &= static_cast<byte>(~(1U << topic));
  for (byte p = 0; p < in.processes; ++p) {
    if (p != blind && p != owner && has(at, p, topic ^ partner))
      into.entries.push({p, about(absence_of, topic, owner)});
  }
}

void end(const scenario& in, table& at, byte gone, byte by, plan& into) {
  const byte topics = at.topics[gone];
  at.dead |= static_cast<byte>(1U << gone);
  for (byte t = 0; t < 2 * partner; ++t) {
    if ((topics >> t & 1U) != 0) take_out(in, at, gone, t, by, into);
  }
}

}  // namespace

bool perform(const scenario& in, table& at, byte self, const action& a, plan& into) {
  switch (a.what) {
    case verb::send:
      for (byte p = 0; p < in.processes; ++p) {
        if (has(at, p, a.subject)) into.entries.push({p, a.message});
      }
      break;
    case verb::add:
      if (has(at, self, a.subject)) break;
      for (byte p = 0; p < in.processes; ++p) {
        if (p == self || !has(at, p, a.subject ^ partner)) continue;
        into.entries.push({p, about(presence_of, a.subject, self)});
        into.entries.push({self, about(presence_of, a.subject ^ partner, p)});
      }
      at.topics[self] |= static_cast<byte>(1U << a.subject);
      break;
    case verb::erase:
      if (has(at, self, a.subject)) take_out(in, at, self, a.subject, none, into);
      break;
    case verb::quit:
      if (!at.is_dead(a.subject)) end(in, at, a.subject, self, into);
      return a.subject != self;
    case verb::yield: into.entries.push({self, static_cast<byte>(resume_of + a.subject)}); break;
    case verb::out: into.out.push(a.message); break;
  }
  return true;
}

bool scenario::changes(byte which) const {
  return std::ranges::any_of(transitions[which], [](const action& a) {
    return a.what == verb::add || a.what == verb::erase || a.what == verb::quit;
  });
}

std::array<std::array<byte, resume_of>, max_processes> scenario::nobody_answers() {
  std::array<std::array<byte, resume_of>, max_processes> all{};
  for (auto& one : all) one.fill(none);
  return all;
}

}  // namespace souk::model
