// The sequential VM: it commits one transition after the other, and handlers run at delivery.
#include "tests/model/protocol.hpp"

namespace souk::model {
namespace {

struct sequential {
  table now;
  std::array<few<byte, 8>, max_processes> pending{};  // transitions
  std::array<few<byte, 10>, max_processes> heard{};
  few<byte, 4> outbox;

  explicit sequential(const scenario& in) : now{in.first} {
    for (byte p = 0; p < in.processes; ++p) {
      for (const byte which : in.start.at(p)) pending.at(p).push(which);
    }
  }

  [[nodiscard]] bool can_commit(byte p) const { return !now.is_dead(p) && !pending.at(p).empty(); }

  /// Pre: it can.
  void commit(const scenario& in, byte p) {
    plan made;
    for (const action& a : in.transitions.at(pending.at(p).pop())) {
      if (!perform(in, now, p, a, made)) break;
    }
    for (const byte message : made.out) outbox.push(message);
    for (const entry& one : made.entries) deliver(in, one);
  }
  [[nodiscard]] bool ends_like(const scenario& in, const state& at) const {
    for (byte p = 0; p < in.processes; ++p) {
      if (can_commit(p)) return false;
    }
    return heard == at.heard && outbox == at.outbox;
  }

 private:
  void deliver(const scenario& in, entry one) {
    if (one.what >= resume_of) {
      pending.at(one.to).push(static_cast<byte>(one.what - resume_of));
      return;
    }
    heard.at(one.to).push(one.what);
    const byte answer = in.answers.at(one.to).at(one.what);
    if (answer != none) pending.at(one.to).push(answer);
  }
};

/// By version and stamp, a writer first in its own version; what a shard commits in one epoch has
/// one stamp, and is in the log in its order.
bool explained_by_stamps(const scenario& in, const state& at) {
  std::vector<commit_note> order{at.log.begin(), at.log.end()};
  std::ranges::stable_sort(order, [](const commit_note& a, const commit_note& b) {
    return a.version != b.version ? a.version < b.version : a.stamp < b.stamp;
  });
  sequential vm{in};
  for (const commit_note& one : order) {
    if (!vm.can_commit(one.process) || vm.pending.at(one.process).all[0] != one.transition)
      return false;
    vm.commit(in, one.process);
  }
  return vm.ends_like(in, at);
}

bool explained_at_all(const scenario& in, const state& at, const sequential& vm) {
  if (vm.ends_like(in, at)) return true;
  for (byte p = 0; p < in.processes; ++p) {
    if (!vm.can_commit(p)) continue;
    sequential next = vm;
    next.commit(in, p);
    if (explained_at_all(in, at, next)) return true;
  }
  return false;
}

}  // namespace

verdict judge(const scenario& in, const state& at) {
  if (at.astray != 0) return verdict::astray;
  if (explained_by_stamps(in, at)) return verdict::fine;
  return explained_at_all(in, at, sequential{in}) ? verdict::wrong_stamps
                                                  : verdict::not_serializable;
}

const char* to_string(verdict v) noexcept {
  switch (v) {
    case verdict::fine: return "fine";
    case verdict::wrong_stamps: return "not in the order of the stamps";
    case verdict::not_serializable: return "not serializable";
    case verdict::astray: return "something went astray";
    case verdict::stuck: return "stuck";
  }
  return "";
}

}  // namespace souk::model
