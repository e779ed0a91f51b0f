// What a VM says of itself when it is asked, and what is done from outside to its processes.
//
// An inquiry goes to the agent of each shard, like all that comes from outside. The shard answers
// it in its place in the queue: what it says of its processes is its own to read, nothing is
// stopped, and no process can go meanwhile. Then it asks the VMs inside its processes. A VM that is
// about to be collected is not asked, since it would not be idle any more.
#include "vm/parallel/shard.hpp"

namespace souk::parallel {

void machine::ask(const inquiry& what) {
  const detail::account_scope paying{payer_};
  for (const auto& s : shards_) {
    if (what.to_quit == nullptr) what.into->expect();
    s->push_from_outside(&s->agent(), inquire{what});
  }
}

void shard::answer(const inquiry& what) {
  for (const auto& p : processes_) {
    machine* const inside = machine_in(*p);
    if (inside != nullptr && !p->is_noted) inside->ask(what);
  }
  if (what.to_quit == nullptr) return describe(*what.into);
  if (index_ == 0 && what.to_quit->who.vm == vm_.id()) obey(what);
}

void shard::describe(survey& into) {
  survey::part said;
  said.handled = handled_;
  for (const auto& p : processes_) {
    // relaxed: whose end is committed, or about to be, is not there any more.
    if (p->dead_from.load(std::memory_order_relaxed) != process::never) continue;
    if (into.takes_one_more()) {
      said.processes.push_back(view_of(*p, into.how().endpoints));
    } else {
      ++said.left_out;
    }
  }
  if (vm_.is_outermost() && index_ == 0)
    said.handled += vm_.common().handled_before.load(std::memory_order_relaxed);  // a figure
  if (observed_ != nullptr) {
    observed_->all().copy_to(said, vm_.id());
    observed_->hurry();
  }
  into.add(std::move(said));
}

process_view shard::view_of(process& p, bool with_endpoints) {
  process_view seen{.self = p.self,
                    .name = p.name(),
                    .is_vm = p.is_vm,
                    .is_running = p.is_away,
                    .shard = p.home.latest(),
                    .handled = all_handled(p),
                    .queued = p.arrived - p.handled,
                    .busy = p.rare == nullptr ? std::chrono::nanoseconds{0} : p.rare->busy,
                    .awaited_children = p.has_waiting() ? p.rare->waiting.size() : 0};
  // Only this shard changes them.
  p.endpoints.for_each([&](endpoint& one) {
    ++seen.endpoint_count;
    if (with_endpoints) seen.endpoints.push_back({one.id, one.role(), false});
  });
  for (const outer_endpoint& one : p.meta_endpoints.view()) {
    ++seen.endpoint_count;
    if (with_endpoints) seen.endpoints.push_back({one.here->id, one.role(), true});
  }
  return seen;
}

/// The low half is what was seen of `handled`, which goes round.
std::uint64_t shard::all_handled(process& p) {
  constexpr std::uint32_t much = 1U << 20;  // who has handled less needs no memory of it
  if (p.rare == nullptr && p.handled < much) return p.handled;
  std::uint64_t& all = p.make_rare().handled;
  all += p.handled - static_cast<std::uint32_t>(all);
  return all;
}

// By the shard where it lives, and by then has settled: what made it live there came before us.
void shard::obey(const inquiry& what) {
  process* const p = vm_.processes().find(what.to_quit->who.number);
  if (p == nullptr || vm_.is_stopped()) return;
  if (!lives_here(*p) || !p->is_settled) {
    shard& home = *vm_.shards()[p->home.latest()];
    return home.push_from_outside(&home.agent_, obey_order{what});
  }
  // relaxed: its end is committed, or soon; if not, it is said that it did not quit.
  if (p->dead_from.load(std::memory_order_relaxed) != process::never) return;
  const term& why = what.to_quit->why;
  commit_change(*p, actions{quit{why}}.take(), {commit_kind::shutdown, nullptr, &why});
  what.to_quit->carry_out();
}

void shard::begin_observed() {
  if (observed_ == nullptr) observed_ = std::make_unique<observation>(*vm_.common().mirror);
  tells_of_calls_ = observed_->begin_quantum() || is_watched_;
  notes_senders_ = has_others_ || observed_->is_sample();
}

void shard::end_observed(unsigned handled) {
  observed_->end_quantum(handled);
  tells_of_calls_ = is_watched_;
  notes_senders_ = has_others_;
}

// A process of that VM that a worker's handler is of cannot be freed before this guest has left
// again (sched/quiescence.hpp, Q1): it is retired after its handler, so a worker is seen outside
// that handler, or the stamp is not older than the guest.
std::vector<pid> universe::running() {
  std::vector<pid> found;
  const unsigned guest = workers->workers();
  quiet.enter(guest);
  for (unsigned i = 0; i < workers->workers(); ++i) {
    if (const void* const whose = workers->in_code_of(i); whose != nullptr)
      found.push_back(static_cast<const process*>(whose)->self);
  }
  quiet.leave(guest);
  return found;
}

}  // namespace souk::parallel
