// Between a VM and the VM around it: at-meta-level actions out, events in.
#include "vm/crossing.hpp"
#include "vm/guards.hpp"
#include "vm/parallel/shard.hpp"

#include <string>

namespace souk::parallel {

// A transition of the VM inside is one of its process here, in the order of the commits (VM-3).
void shard::take_outbox_of(std::uint32_t number) {
  process* const p = vm_.processes().find(number);
  if (p == nullptr || !p->is_settled) return;  // settle() looks again
  machine* const inside = machine_in(*p);
  if (inside == nullptr) return;
  for (action_list& out : inside->take_outbox()) {
    for (const action& one : out) pass_on(one, vm_.payer());
    commit(*p, out);
  }
  if (p->is_quiet()) note_if_idle(*p);
}

void shard::look_at_idle(std::uint32_t number) {
  process* const p = vm_.processes().find(number);
  if (p != nullptr && p->is_settled && p->is_quiet()) note_if_idle(*p);
}

// VM-6: what the VM was told is handled, and what that answers is dropped. So in the VMs inside:
// each is stopped once, by its process, after all that the process was told, and may be gone then.
void shard::stop_machines() {
  is_over_ = true;
  for (const auto& p : processes_) {
    if (machine_in(*p) != nullptr) deliver(std::make_unique<errand>(p.get(), stop_own{}));
  }
}

void shard::stop_machine_in(process& p) {
  machine* const inside = machine_in(p);
  if (inside == nullptr) return;
  p.state = {};
  inside->stop();
}

// VM-3, VM-6, VM-7. Additions and deletions are changes of the table: change.cpp.
void shard::plan_lifted(process& p, const action& a) {
  if (const auto refused = refusal_of(a, vm_.payer_of(p))) return plan_.crash(p, *refused);
  const auto* child = std::get_if<spawn_action>(&a.what);
  if (child == nullptr) {
    action plain{a};
    plain.at_meta_level = false;
    plan_.send_out(std::move(plain));
    return;
  }
  spawn_action outer = as_child_of(*child, p.bound());
  if (!child->then_do) return plan_.send_out(std::move(outer));
  const std::uint64_t waiting = p.make_rare().next_continuation++;
  plan_.waiting.push_back({waiting, child->then_do});
  outer.then_do = spawn_continuation{
      [number = p.self.number, waiting](pid born, detail::state_box& state, actions&) {
        state.get<nested_vm>().inside->arrive_child(number, waiting, born);
      }};
  plan_.send_out(std::move(outer));
}

// VM-13: dropped when the process or its endpoint is gone by now.
void shard::plan_arrival(const arrival& a, const table& at) {
  const term key = make_vector(pid{vm_.id(), a.number}, a.id);
  found_.clear();
  at.meta_endpoints.match(key, found_);
  for (const routing::target* const one : found_) {
    endpoint& to = endpoint_of(one);
    if (to.id != a.id) continue;  // ids with wildcards in them match others
    if (a.handled != nullptr) {
      plan_.errand_for(*to.owner, registered_event{&to, a.what, a.handled});
      continue;
    }
    const souk::role& seen = a.what.role();
    plan_.event(to, a.what.which(), seen, seen.topic, a.what.why());
  }
}

void shard::plan_child(const arrival_of_child& a, const table& at) {
  process* const p = vm_.processes().find(a.number);
  if (p == nullptr || is_dead(*p, at)) return;
  plan_.errand_for(*p, greet_outer_child{a.continuation_number, a.child});
}

}  // namespace souk::parallel
