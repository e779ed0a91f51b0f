// Between a VM and the VM around it: at-meta-level actions out, events in.
#include "vm/crossing.hpp"
#include "vm/functional/machine.hpp"
#include "vm/guards.hpp"

namespace souk::functional {

// The action becomes one of the nested VM's process in the VM around (VM-3: in the order
// performed).
void machine::perform_at_meta_level(const action& a, process& self) {
  if (const auto refused = refusal_of(a, payer_of(self))) return crash(self, *refused);
  if (const auto* add = std::get_if<add_endpoint>(&a.what)) return lift(*add, self);
  if (const auto* gone = std::get_if<delete_endpoint>(&a.what)) return lift(*gone, self);
  if (const auto* child = std::get_if<spawn_action>(&a.what)) return lift(*child, self);
  external_.push_back(action{a.what});  // send and quit pass as they are (VM-3, VM-6)
}

// VM-2: outside, an endpoint of the nested VM that hands its events in; the handler is looked up
// when one arrives.
void machine::lift(const add_endpoint& a, process& self) {
  const endpoint added{a.id, a.role, a.on_event};
  action outer{add_endpoint{// first, since an id that cannot be wrapped is refused here
                            outer_id(self, a.id), a.role,
                            handler{[number = self.self.number, id = a.id](
                                        const event& e, detail::state_box& state, actions& out) {
                              out.append(state.get<nested_vm>().inside->receive(number, id, e));
                              return true;
                            }}}};
  if (const auto old = find_endpoint(self.meta_endpoints, a.id); old != self.meta_endpoints.end()) {
    if (!interchangeable(old->role, a.role)) return crash(self, fault{"role-mismatch"});  // D-1
    *old = added;
  } else {
    const payer_scope pays{payer_of(self)};
    self.meta_endpoints.push_back(added);
  }
  external_.push_back(std::move(outer));
}

// VM-4: forgotten here before it goes outside, so its own handler is not told.
void machine::lift(const delete_endpoint& a, process& self) {
  if (const auto place = find_endpoint(self.meta_endpoints, a.id);
      place != self.meta_endpoints.end()) {
    self.meta_endpoints.erase(place);
  }
  external_.emplace_back(delete_endpoint{outer_id(self, a.id), a.why});
}

// VM-7: the child is the nested VM's sibling; the continuation stays in here.
void machine::lift(const spawn_action& a, process& self) {
  spawn_action outer = as_child_of(a, self.bound);
  if (a.then_do) {
    const std::uint64_t waiting = next_continuation_++;
    self.waiting.push_back({waiting, a.then_do});
    outer.then_do = spawn_continuation{
        [number = self.self.number, waiting](pid child, detail::state_box& state, actions& out) {
          out.append(state.get<nested_vm>().inside->receive(detail::function<void(machine&)>{
              [=](machine& inside) { inside.hand_in(number, waiting, child); }}));
        }};
  }
  external_.emplace_back(std::move(outer));
}

// In rounds it is handed in at once, and a round follows (VM-14). Driven, that is a step of its
// own.
actions machine::receive(detail::function<void(machine&)> arrival) {
  const detail::account_scope paying{payer_};
  arrivals_.push_back(std::move(arrival));
  if (common_.driven) return {};
  (void)take_arrival();
  run_round();
  return go_on();
}

actions machine::receive(std::uint32_t number, const term& id, const event& e) {
  const detail::account_scope paying{payer_};
  pass_on(e, payer_);
  return receive(detail::function<void(machine&)>{
      [number, id, e](machine& inside) { inside.hand_in(number, id, e); }});
}

bool machine::take_arrival() {
  if (arrivals_.empty()) return false;
  const auto arrival = std::move(arrivals_.front());
  arrivals_.pop_front();
  arrival(*this);
  return true;
}

// VM-13: dropped when process or endpoint is gone by now.
void machine::hand_in(std::uint32_t number, const term& id, const event& e) {
  const auto place = processes_.find(number);
  if (place == processes_.end()) return;
  process& p = place->second;
  const auto ep = find_endpoint(p.meta_endpoints, id);
  if (ep != p.meta_endpoints.end()) run(p, *ep, e);
}

void machine::hand_in(std::uint32_t number, std::uint64_t continuation_number, pid child) {
  const auto place = processes_.find(number);
  if (place == processes_.end()) return;
  process& p = place->second;
  const auto found =
      std::ranges::find(p.waiting, continuation_number, &waiting_continuation::number);
  if (found == p.waiting.end()) return;
  const spawn_continuation k = found->k;
  p.waiting.erase(found);
  run_continuation(p, k, child);
}

// What a round leaves for the VM around to do: another round if there is more to do inside, before
// what this one sent out (VM-14).
actions machine::go_on() {
  detail::account::enforce_limits();
  const auto end = wanted_end();
  actions next;
  if (!end && !is_idle()) {
    next.append(yield_action{continuation{[](detail::state_box& outer, actions& out) {
      machine& inside = *outer.get<nested_vm>().inside;
      inside.run_round();
      out.append(inside.go_on());
    }}});
  }
  for (action& a : take_external()) {
    pass_on(a, container_);
    next.append(std::move(a));
  }
  if (end) next.append(quit{*end});
  return next;
}

}  // namespace souk::functional
