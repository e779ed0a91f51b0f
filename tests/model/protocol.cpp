#include "tests/model/worker.hpp"

namespace souk::model {

state protocol::begin() const {
  state at;
  at.current = in.first;
  for (byte p = 0; p < in.processes; ++p) {
    at.runner.at(p) = in.first.home.at(p);
    for (const byte which : in.start.at(p))
      at.mailboxes.at(p).push(static_cast<byte>(resume_of + which));
  }
  return at;
}

void protocol::step(const state& from, byte s, std::vector<state>& to) const {
  const auto after = [&](const auto& act) {
    state next = from;
    worker one{*this, next, s};
    act(one);
    to.push_back(next);
  };
  const worker_state& me = from.workers.at(s);
  if (me.at != place::ready) {
    state next = from;
    if (worker{*this, next, s}.step()) to.push_back(next);
    return;
  }
  bool has_work = false;
  for (byte p = 0; p < in.processes; ++p) {
    if (from.runner.at(p) != s || from.mailboxes.at(p).empty()) continue;
    has_work = true;
    after([p](worker& one) { one.handle_next(p); });
  }
  // A quantum may end at any time. Nothing is new in the next one unless one of these is.
  const inbox& own = from.inboxes.at(s);
  const bool is_old = me.has_snap != 0 && me.snap.id != from.current.id;
  const bool is_held = own.locked != 0 && how != flaw::word_means_filled;
  if (!own.entries.empty() || is_held || (has_work && is_old))
    after([](worker& one) { one.new_quantum(); });
  if (in.mover != none && from.moved == 0 && from.runner.at(in.mover) == s && s != in.move_to)
    after([](worker& one) { one.begin_move(); });
}

bool is_over(const state& at) {
  return at.writer == 0 &&
         std::ranges::all_of(at.workers, [](const auto& w) { return w.at == place::ready; }) &&
         std::ranges::all_of(at.inboxes, [](const auto& i) { return i.entries.empty(); }) &&
         std::ranges::all_of(at.mailboxes, [](const auto& m) { return m.empty(); });
}

}  // namespace souk::model
