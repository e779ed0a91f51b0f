// What each action does to its VM.
#include "vm/functional/machine.hpp"

#include <type_traits>

namespace souk::functional {

machine::~machine() {
  close_resources();
  {
    const detail::account_scope paying{payer_};
    external_ = {};
    arrivals_.clear();
    processes_.clear();
    ended_.clear();
  }
  payer_.close();
}

// What cannot be performed, for want of memory or beyond the limits of a term, is a crash as well.
bool machine::perform_guarded(const action& a, process& self) {
  bool lives = true;
  guard(self, [&] { lives = perform(a, self); });
  return lives;
}

bool machine::perform(const action& a, process& self) {
  if (a.at_meta_level) {
    perform_at_meta_level(a, self);
    return true;
  }
  return std::visit(
      [&](const auto& one) {
        using type = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::same_as<type, quit>) {
          return perform(one, self);
        } else if constexpr (std::same_as<type, yield_action>) {
          run_continuation(self, one.k);  // YLD-1
          return true;
        } else if constexpr (std::same_as<type, send_message>) {
          perform(one, &self);
          return true;
        } else {
          perform(one, self);
          return true;
        }
      },
      a.what);
}

void machine::perform(const add_endpoint& a, process& self) {
  if (const auto old = find_endpoint(self.endpoints, a.id); old != self.endpoints.end()) {
    if (interchangeable(old->role, a.role)) {
      *old = endpoint{a.id, a.role, a.on_event};  // UPD-1
    } else {
      crash(self, fault{"role-mismatch"});  // D-1
    }
    return;
  }
  const endpoint added{a.id, a.role, a.on_event};
  {
    const payer_scope pays{payer_of(self)};
    self.endpoints.push_back(added);
  }
  if (common_.listener != nullptr) {
    common_.listener->on_endpoint_added(self.self, a.role);
    if (a.role.topic.is_false())
      common_.listener->on_remark(self.self, "the topic #f matches nothing (TOP-6)");
  }
  notify(self, added, change::presence, {});  // PRE-1
}

void machine::perform(const delete_endpoint& a, process& self) {
  remove_endpoint(self, a.id, reason{a.why});
}

// ABS-1: the deleted endpoint's handler is told too, though it is gone from the table.
void machine::remove_endpoint(process& owner, const term& id, const reason& why) {
  const auto place = find_endpoint(owner.endpoints, id);
  if (place == owner.endpoints.end()) return;  // ABS-4
  const endpoint removed = *place;
  owner.endpoints.erase(place);
  if (common_.listener != nullptr) common_.listener->on_endpoint_deleted(owner.self, removed.role);
  notify(owner, removed, change::absence, why);
}

// To every matching endpoint (MSG-3), the sender's own too (MSG-4). Nobody sends an injected
// message.
void machine::perform(const send_message& a, process* self) {
  const event message = event::message(a.orientation, a.body);
  const auto deliver = [&](process& p) {
    each(p.endpoints, [&](endpoint& ep) {
      if (ep.role.orientation != a.orientation && matches(a.body, ep.role.topic))
        run(p, ep, message);
    });
  };
  sender_ = self;
  if (self != nullptr) deliver(*self);
  each(processes_, [&](auto& entry) { deliver(entry.second); });
  sender_ = nullptr;
  if (common_.listener != nullptr && a.body.is_false()) {
    common_.listener->on_remark(self != nullptr ? self->self : pid{id_, 0},
                                "the message #f reaches nobody (TOP-6)");
  }
}

void machine::inject(const send_message& message) {
  const detail::account_scope paying{payer_};
  perform(message, nullptr);
  publish_counts();
}

void machine::boot(const boot_function& first) {
  const detail::account_scope paying{payer_};
  const pid self{id_, next_number_++};  // 0, in a replay too
  processes_.emplace(self.number, make_process(spawn_action{first}, self, nullptr));
  publish_counts();
}

// SPN-1: the child's boot function, then the parent's continuation. The child's first actions wait
// for a turn of its own (ORD-4).
void machine::perform(const spawn_action& a, process& self) {
  const pid child{id_, take_number()};
  process made = make_process(a, child, &self);
  if (a.then_do) run_continuation(self, a.then_do, child);
  const payer_scope pays{payer_of(made)};
  processes_.emplace(child.number, std::move(made));
}

process machine::make_process(const spawn_action& a, pid child, const process* parent) {
  process p{child, a.name};
  p.bound = a.raised().bound;
  if (!p.bound && parent != nullptr) p.bound = parent->bound;
  p.kept_in = custody_of_child(a, parent == nullptr ? nullptr : parent->kept_in, *this);
  if (p.kept_in != nullptr && p.kept_in->wanted_end() != nullptr) look_at_custody();
  if (common_.listener != nullptr) common_.listener->on_start(child, a.name);
  call(p, [&] {  // CRA-3
    if (const auto* boot_of = std::get_if<boot_function>(&a.what); boot_of != nullptr) {
      booted start = (*boot_of)(child);
      p.state = std::move(start.state);
      if (!start.first.empty()) p.pending.push_back(std::move(start.first));
    } else {
      make_nested(a, p);
    }
  });
  return p;
}

// What the original's first round in a new VM does is to make the boot process.
void machine::make_nested(const spawn_action& a, process& p) {
  const detail::upbringing own = a.raised();
  detail::account& under = own.under.get() != nullptr ? *own.under.get() : payer_of(p);
  auto inside = std::make_unique<machine>(common_, p.self.as_vm(), payer_, under, bound_for(p));
  inside->boot(std::get<detail::function<boot_function(pid)>>(a.what)(p.self));
  if (!common_.driven) {
    inside->collect();
    enqueue(p, inside->go_on());
  }
  p.state = detail::state_box{nested_vm{std::move(inside)}};
}

bool machine::perform(const quit& a, process& self) {
  const reason why{a.why};
  if (!a.who || *a.who == self.self) {
    end(self, why);  // QUI-1
    return false;
  }
  if (a.who->vm == id_) {
    // The victim leaves the table before its endpoints go, and `self` is not in it (F1): QUI-2,
    // QUI-3.
    if (auto victim = processes_.extract(a.who->number); !victim.empty()) end(victim.mapped(), why);
  }
  return true;  // QUI-4
}

// ABS-3, ABS-5, VM-5. What its handlers answer dies with the process.
void machine::end(process& p, const reason& why) {
  std::vector<term> ids;
  each(p.endpoints, [&](endpoint& ep) { ids.push_back(ep.id); });
  for (const term& id : ids) remove_endpoint(p, id, why);
  each(p.meta_endpoints, [&](endpoint& ep) {
    external_.emplace_back(delete_endpoint{outer_id(p, ep.id), why.value});
  });
  if (common_.listener != nullptr) common_.listener->on_end(p.self, p.name, ending::quit, why);
  if (common_.driven && machine_in(p) != nullptr)
    ended_.emplace(p.self.number, std::move(p.state.get<nested_vm>().inside));
}

}  // namespace souk::functional
