// Presence and absence: a changed endpoint meets all others of the VM; and how a handler is run.
#include "vm/crossing.hpp"
#include "vm/functional/machine.hpp"

namespace souk::functional {

void machine::enqueue(process& p, actions all) {
  if (!all.empty()) p.pending.push_back(std::move(all).take());
}

void machine::run(process& p, const endpoint& ep, const event& e) {
  if (!begins_call(p)) return;
  if (common_.listener != nullptr) common_.listener->on_event(p.self, ep.id, e);
  const payer_scope pays{payer_of(p)};
  if (p.kept_in != nullptr) pass_on(e, p.kept_in->payer());
  if (common_.mirror != nullptr && common_.mirror->is_watching()) [[unlikely]]
    return run_watched(p, ep, e);
  run(p, ep.on_event, e);
}

// CRA-1: the quit waits behind what is pending, and until then the process goes on (CRA-2).
void machine::crash(process& p, const fault& why) {
  if (common_.listener != nullptr) common_.listener->on_remark(p.self, "crashed: " + why.message);
  enqueue(p, quit{term{why}});
}

// `changed` was just added to its owner's endpoints, or removed from them. The owner's other
// endpoints meet it before those of other processes (ORD-8).
void machine::notify(process& owner, const endpoint& changed, change what, const reason& why) {
  const auto meet = [&](process& other, const endpoint& old) {
    const auto topic = common_topic(old.role, changed.role);
    if (!topic) return;
    introduce(other, old, changed.role, *topic, what, why);  // the older one first (ORD-8)
    introduce(owner, changed, old.role, *topic, what, why);
  };
  each(owner.endpoints, [&](endpoint& old) { meet(owner, old); });
  each(processes_, [&](auto& entry) {
    each(entry.second.endpoints, [&](endpoint& old) { meet(entry.second, old); });
  });
}

// One direction of a pair (INT-1, PRE-5, PRE-6).
void machine::introduce(process& local, const endpoint& ep, const souk::role& peer,
                        const term& topic, change what, const reason& why) {
  if (!sees(ep.role.interest, peer.interest)) return;
  souk::role seen{peer.orientation, peer.interest, topic};
  run(local, ep,
      what == change::presence ? event::presence(std::move(seen))
                               : event::absence(std::move(seen), why));
}

}  // namespace souk::functional
