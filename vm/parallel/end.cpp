// The end of a VM that is shut down with its custodian, and what waits in it until then; and that
// of processes in custody (vm/custody.hpp), each of which quits.
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
  if (end == nullptr) return inside->end_custody();
  if (vm_.is_stopped()) return;
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

void shard::ask_about_custody() {
  // acq_rel, both: who finds it asked has written its wish before the errand looks for it.
  if (is_asked_about_custody_.exchange(true, std::memory_order_acq_rel)) return;
  push_from_outside(&agent_, end_of_custody{});
}

/// One of them moved in, or was born. If they are to end it does nothing more, so that it spawns
/// no others.
void shard::adopt_kept(process& p) {
  p.rare->kept_in->count_processes(1);
  vm_.count_kept(1);
  if (p.rare->kept_in->wanted_end() == nullptr) return;
  if (!p.is_vm) cut_off(p, p.rare->is_rejoining);
  deliver(std::make_unique<errand>(&agent_, end_of_custody{}));
}

/// All those first who are not to be called any more, and then each quits.
void shard::end_custody() {
  is_asked_about_custody_.exchange(false, std::memory_order_acq_rel);
  if (vm_.is_stopped()) return;
  std::vector<process*> ending;
  for (const auto& p : processes_) {
    if (p->is_kept && p->rare->kept_in->wanted_end() != nullptr) ending.push_back(p.get());
  }
  for (process* const p : ending) {
    if (!p->is_vm) cut_off(*p, p->is_away || p->rare->is_rejoining);
  }
  for (process* const p : ending) {
    const term why = *p->rare->kept_in->wanted_end();
    commit_change(*p, actions{quit{why}}.take(), {commit_kind::shutdown, nullptr, &why});
  }
}

void shard::close_custody() noexcept {
  for (const auto& p : processes_) {
    if (p->is_kept) p->rare->kept_in->close();
  }
}

void shard::disown_machines() noexcept {
  for (const auto& p : processes_) {
    if (machine* const inside = machine_in(*p); inside != nullptr) inside->disown();
  }
}

}  // namespace souk::parallel
