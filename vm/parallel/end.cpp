// The end of a VM that is shut down with its custodian, and what waits in it until then.
//
// What ends it is a transition of its process in the VM around: a quit with the reason, committed
// like any other. In the VM itself all that waits is dropped, as is the answer of a handler that
// was refused memory: to the VM it is as if those processes had not been called any more. How often
// each was is recorded, so that a replay stops there too: a handler without an end would not.
#include "vm/parallel/shard.hpp"

namespace souk::parallel {

void shard::end_vm(std::uint32_t number) {
  process* const p = vm_.processes().find(number);
  if (p == nullptr || !p->is_settled) return;  // settle() looks again
  machine* const inside = machine_in(*p);
  if (inside == nullptr) return;
  const term* const end = inside->wanted_end();
  if (end == nullptr || vm_.is_stopped()) return;
  const term why = *end;  // the machine may go with its process
  commit_change(*p, actions{quit{why}}.take(), {commit_kind::shutdown, nullptr, &why});
}

/// `in_call`: the call that was begun last does not count.
void shard::cut_off(process& p, bool in_call) {
  if (p.is_gone) return;
  p.is_gone = p.is_cut_off = true;
  vm_.common().note_cut_off(p.self, {p.calls - (in_call ? 1U : 0U), p.calls});
}

/// Whom anything waits for. VMs inside end by themselves.
void shard::cut_off_all() {
  const auto drop = [this](process& p, bool in_call) {
    if (&p != &agent_ && !p.is_vm) cut_off(p, in_call);
  };
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    const entry& one = queue_[i];
    if (one.which() == entry_kind::crowd) {
      for (const endpoint* const to : one.all().members) drop(*to->owner, false);
    } else {
      drop(one.owner(), one.which() == entry_kind::errand && one.is<rejoin>());
    }
  }
  for (std::size_t i = 0; i < first_turns_.size(); ++i) drop(first_turns_[i].owner(), false);
}

void shard::disown_machines() noexcept {
  for (const auto& p : processes_) {
    if (machine* const inside = machine_in(*p); inside != nullptr) inside->disown();
  }
}

}  // namespace souk::parallel
