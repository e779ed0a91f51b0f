// What a VM says of itself when it is asked, between two rounds; what is noted of its calls while
// somebody watches; and how one of its processes is ended from outside.
#include "vm/functional/machine.hpp"

#include <algorithm>

namespace souk::functional {

void machine::answer(const inquiry& what) {
  if (what.to_quit != nullptr) return void(obey(*what.to_quit));
  what.into->expect();
  survey::part said;
  said.handled = common_.calls;
  describe(*what.into, said);
  what.into->add(std::move(said));
}

void machine::describe(survey& into, survey::part& said) {
  if (measured_ != nullptr) measured_->copy_to(said, id_);
  for (auto& [number, p] : processes_) {
    if (into.takes_one_more()) {
      said.processes.push_back(view_of(p, into.how().endpoints));
    } else {
      ++said.left_out;
    }
    if (machine* const inside = machine_in(p); inside != nullptr) inside->describe(into, said);
  }
}

process_view machine::view_of(process& p, bool with_endpoints) {
  process_view seen{.self = p.self,
                    .name = p.name,
                    .is_vm = machine_in(p) != nullptr,
                    .handled = p.calls,
                    .queued = p.pending.size(),
                    .busy = p.busy,
                    .awaited_children = p.waiting.size(),
                    .endpoint_count = p.endpoints.size() + p.meta_endpoints.size()};
  if (!with_endpoints) return seen;
  for (const endpoint& one : p.endpoints) seen.endpoints.push_back({one.id, one.role, false});
  for (const endpoint& one : p.meta_endpoints) seen.endpoints.push_back({one.id, one.role, true});
  return seen;
}

/// The quit waits for a turn like that of a crash (CRA-1), so no handler runs on the thread of who
/// asks. True: it is here or inside.
bool machine::obey(order& wanted) {
  const detail::account_scope paying{payer_};
  if (wanted.who.vm == id_) {
    const auto place = processes_.find(wanted.who.number);
    if (place == processes_.end()) return false;
    enqueue(place->second, quit{wanted.why});
    wanted.carry_out();
    return true;
  }
  return std::ranges::any_of(processes_, [&](auto& entry) {
    machine* const inside = machine_in(entry.second);
    if (inside == nullptr || !inside->obey(wanted)) return false;
    if (!common_.driven) enqueue(entry.second, inside->go_on());
    return true;
  });
}

void machine::run_watched(process& p, const endpoint& ep, const event& e) {
  if (common_.mirror->is_followed(p.self)) common_.mirror->note(p.self, text_of_call(ep.id, e));
  const unsigned weight = common_.mirror->is_measuring() ? common_.samples.next() : 0;
  if (weight == 0) return run(p, ep.on_event, e);
  const auto began = sampler::clock::now();
  run(p, ep.on_event, e);
  const auto took = sampler::clock::now() - began;
  common_.samples.took(1, took);
  p.busy += took * weight;
  if (measured_ == nullptr) measured_ = std::make_unique<tally>();
  if (took >= slow) measured_->add_slow(p.self, text_of_call(ep.id, e), took);
  if (e.which() == event_kind::message && sender_ != nullptr)
    measured_->add_flow(sender_->self.number, p.self.number, weight);
}

}  // namespace souk::functional
