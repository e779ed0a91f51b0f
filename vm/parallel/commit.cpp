// The commit of a transition that changes no endpoints, as in the commit protocol.
//
// If all receivers live here it is done with plain stores. Otherwise the inboxes of the receivers'
// shards are locked in ascending order, the outbox last, and the table that gave the receivers must
// still be the current one.
#include "vm/parallel/shard.hpp"

#include <algorithm>
#include <mutex>

namespace souk::parallel {

namespace {

bool changes_endpoints(const action& a) {
  return std::holds_alternative<add_endpoint>(a.what) ||
         std::holds_alternative<delete_endpoint>(a.what) ||
         (std::holds_alternative<quit>(a.what) && !a.at_meta_level);
}

/// So many receivers are a crowd; fewer have an entry each.
constexpr std::size_t few = 4;
/// After so many attempts the writer lock is taken, and then the table cannot change.
constexpr int patience = 8;

}  // namespace

void plan::event(endpoint& to, event_kind what, const role& seen, term topic, const reason& why) {
  switch (what) {
    case event_kind::presence:
      entries.emplace_back(entry_kind::presence, to, seen.orientation, seen.interest,
                           std::move(topic));
      break;
    case event_kind::absence:
      entries.emplace_back(entry_kind::absence, to, seen.orientation, seen.interest,
                           std::move(topic));
      entries.emplace_back(entry_kind::reason, to, seen.orientation, seen.interest,
                           term{why.value});
      break;
    default: message(to, seen.orientation, std::move(topic));
  }
}

/// The most frequent transition, a single message, without a plan. False: not all receivers live
/// here, and nothing was done.
inline bool shard::commit_local_send(process& p, send_message& a) {
  if (snap_ == nullptr) open_epoch();
  const table& at = *snap_;
  if (is_dead(p, at)) return true;
  const auto [to, owner] = find_receiver(a, at);
  if (to == nullptr) return commit_local_send_to_any(p, a);
  if (!lives_here(*owner, at.id)) return false;
  if (record_ != nullptr) note_local(p);
  if (notes_senders_) owner->last_sender = p.self.number;
  deliver_message(*to, *owner, a.orientation, std::move(a.body));
  return true;
}

[[gnu::noinline]] bool shard::commit_local_send_to_any(process& p, send_message& a) {
  const auto receivers = find_receivers(a, *snap_);
  const bool all_here = std::ranges::all_of(receivers, [this](const routing::target* one) {
    return lives_here(*endpoint_of(one).owner, snap_->id);
  });
  if (!all_here) return false;
  if (record_ != nullptr) note_local(p);
  for (const routing::target* const one : receivers)
    endpoint_of(one).owner->last_sender = p.self.number;
  if (receivers.size() >= few) {
    deliver_to_all(make_crowd(receivers), a.orientation, std::move(a.body));
  } else {
    for (const routing::target* const one : receivers)
      deliver_message(endpoint_of(one), *endpoint_of(one).owner, a.orientation, term{a.body});
  }
  return true;
}

void shard::commit(process& p, action_list& all) {
  if (all.empty() || vm_.is_stopped()) return;
  if (listener_ != nullptr) remark_on(p, all);
  auto* const only = all.size() == 1 && !all.front().at_meta_level
                         ? std::get_if<send_message>(&all.front().what)
                         : nullptr;
  if (only != nullptr ? commit_local_send(p, *only) : commit_in_passing(p, all)) return;
  const bool is_change = std::ranges::any_of(
      all, [&p](const action& a) { return changes_endpoints(a) && !ends_unseen(p, a); });
  if (is_change || !commit_planned(p, {commit_kind::transition, nullptr},
                                   [&](const table& at) { plan_actions(p, all, at); })) {
    commit_change(p, all, {commit_kind::transition, nullptr});
  }
}

std::unique_ptr<crowd> shard::make_crowd(std::span<const routing::target* const> receivers) {
  auto all = std::make_unique<crowd>();
  all->members.reserve(receivers.size());
  for (const routing::target* const one : receivers) all->members.push_back(&endpoint_of(one));
  return all;
}

void shard::remark_on(const process& p, const action_list& all) {
  for (const action& a : all) {
    const auto* message = std::get_if<send_message>(&a.what);
    if (message != nullptr && !a.at_meta_level && message->body.is_false())
      listener_->on_remark(p.self, "the message #f reaches nobody (TOP-6)");
  }
}

// What comes from outside is committed like a transition of the agent, which never ends.

void shard::commit_inject(const inject& i) {
  (void)commit_planned(agent_, {commit_kind::injection, &i.messages},
                       [&](const table& at) { plan_actions(agent_, i.messages, at); });
}

void shard::commit_arrival(const arrival& a) {
  (void)commit_planned(agent_, {commit_kind::arrival, nullptr},
                       [&](const table& at) { plan_arrival(a, at); });
}

void shard::commit_child(const arrival_of_child& a) {
  (void)commit_planned(agent_, {commit_kind::arrival, nullptr},
                       [&](const table& at) { plan_child(a, at); });
}

/// False: the process was to end itself, but somebody kills it; nothing was done.
template <class Planner>
bool shard::commit_planned(process& p, const occasion& what, Planner fill) {
  if (snap_ == nullptr) open_epoch();
  if (is_dead(p, *snap_)) return true;
  plan_.clear(snap_->id);
  fill(*snap_);
  if (is_local()) {
    if (plan_.ends && !mark_dead(p, 0)) return false;
    note(p, what, snap_->id, epoch_stamp_);
    finish_plan(p);
    for (entry& one : plan_.entries) {
      note_sender(one, p.self.number);
      deliver(std::move(one));
    }
    begin_children();
    return true;
  }
  const table* const planned_at =
      broken(mutant::epoch_kept) ? snap_ : std::exchange(snap_, nullptr);
  return commit_locked(p, what, planned_at, fill);
}

template <class Planner>
bool shard::commit_locked(process& p, const occasion& what, const table* planned_at, Planner fill) {
  bool with_own = false;  // the protocol's `full`
  for (int attempt = 0;; ++attempt) {
    std::unique_lock<sched::spin_lock> writer{vm_.writer(), std::defer_lock};
    if (attempt >= patience) writer.lock();
    const table* const now = vm_.load_table();
    if (is_dead(p, *now)) return true;
    if (now != planned_at) {
      plan_.clear(now->id);
      fill(*now);
      planned_at = now;
    }
    const bool to_own = find_homes(with_own);
    lock_homes();
    if (plan_.ends && !mark_dead(p, process::ending)) {
      unlock_homes();
      return false;
    }
    const std::uint64_t stamp = take_stamp();
    if (vm_.load_table() != now && !broken(mutant::no_validation)) {
      call_off(p);
      unlock_homes();
      continue;
    }
    const bool idle = !with_own && inbox_.is_idle();
    if (to_own && !with_own && !idle && !broken(mutant::own_events_unlocked)) {
      call_off(p);
      unlock_homes();
      with_own = true;
      continue;
    }
    // Whoever waited to kill it takes a later stamp. release -> change::end
    if (plan_.ends) p.dead_from.store(0, std::memory_order_release);
    ++crossings_;
    note(p, what, now->id, stamp);
    finish_plan(p);
    push_plan(with_own);
    unlock_homes();
    if (!with_own) deliver_own();
    if (idle) {  // this commit opens the next epoch
      snap_ = now;
      epoch_stamp_ = stamp;
    }
    begin_children();
    return true;
  }
}

/// The end that was planned, which nobody has seen yet.
void shard::call_off(process& p) const noexcept {
  if (plan_.ends) p.dead_from.store(process::never, std::memory_order_release);  // -> change::end
}

/// Whom it tells something belongs to the sender's crowd.
void shard::note_sender(const entry& one, std::uint32_t number) noexcept {
  if (one.which() == entry_kind::message) {
    one.owner().last_sender = number;
  } else if (one.which() == entry_kind::crowd) {
    for (const endpoint* const to : one.all().members) to->owner->last_sender = number;
  }
}

bool shard::is_local() const noexcept {
  return !plan_.lifts() && std::ranges::all_of(plan_.entries, [this](const entry& one) {
    return lives_here(one.owner(), plan_.version);
  });
}

/// The receivers' shards, ascending; this one only `with_own`. True: it is a receiver.
bool shard::find_homes(bool with_own) {
  homes_.clear();
  bool to_own = false;
  for (const entry& one : plan_.entries) {
    const unsigned home = one.owner().home.at(plan_.version);
    to_own = to_own || home == index_;
    if (home != index_ || with_own) homes_.push_back(vm_.shards()[home].get());
  }
  std::ranges::sort(homes_, {}, &shard::index);
  homes_.erase(std::unique(homes_.begin(), homes_.end()), homes_.end());
  return to_own;
}

void shard::lock_homes() noexcept {
  for (shard* const home : homes_) {
    if (!broken(mutant::one_lock_at_a_time)) home->inbox_.lock();
  }
  outbox_locked_ = plan_.lifts();
  if (outbox_locked_) vm_.lock_outbox();
}

void shard::unlock_homes() {
  if (outbox_locked_) vm_.unlock_outbox();
  for (shard* const home : homes_) {
    if (broken(mutant::one_lock_at_a_time)) break;
    if (home->inbox_.unlock()) vm_.wake(*home);
  }
  if (std::exchange(outbox_filled_, false)) vm_.tell_of_outbox();
}

void shard::note(const process& p, const occasion& what, std::uint64_t version,
                 std::uint64_t stamp) {
  if (record_ == nullptr) return;
  const commit_record blank{version, stamp, what.kind, p.self.number, {}, {}, {}};
  if (what.messages != nullptr) {  // with nothing between them (J1)
    for (const action& each : *what.messages)
      record_->emplace_back(blank).message = std::get<send_message>(each.what);
    return;
  }
  commit_record& made = record_->emplace_back(blank);
  if (what.why != nullptr) made.why = *what.why;
  for (const auto& child : plan_.children) made.children.push_back(child.born->self.number);
}

/// What the commit has beside its entries. Pre: it is certain, and the outbox is locked if there is
/// something for it.
void shard::finish_plan(process& p) {
  if (!plan_.children.empty()) hold_for_children(p);
  for (waiting_continuation& w : plan_.waiting) p.make_rare().waiting.push_back(std::move(w));
  if (plan_.lifts()) outbox_filled_ = vm_.send_out(std::move(plan_.out));
}

/// SPN-1: their boot functions run before anything else of the parent does. Nobody knows a child
/// before, so nobody misses it in the directory; and who finds it there comes after its first turn.
void shard::begin_children() {
  for (auto& [born, how] : plan_.children) {
    action_list first = vm_.begin(*born, *how);
    process& child = *born.release();  // its home adopts it when it settles in
    const unsigned home = child.home.latest();
    if (home == index_) {
      vm_.processes().set(child.self.number, child);
      born_.emplace_back(std::make_unique<errand>(&child, settle_in{std::move(first)}));
    } else {
      ++crossings_;
      vm_.shards()[home]->take_in(child, std::move(first));
    }
  }
  plan_.children.clear();
  for (auto one = born_.rbegin(); one != born_.rend(); ++one) expect(std::move(*one));
  born_.clear();
}

void shard::push_plan(bool with_own) {
  for (entry& one : plan_.entries) {
    const unsigned at = one.owner().home.at(plan_.version);
    if (at == index_ && !with_own) continue;
    shard* const home = vm_.shards()[at].get();
    const bool in_turn = broken(mutant::one_lock_at_a_time);
    const entry_kind what = one.which();  // an absence and its reason are one event
    if (in_turn && what != entry_kind::reason) home->inbox_.lock();
    home->inbox_.push(std::move(one));
    if (in_turn && what != entry_kind::absence && home->inbox_.unlock()) vm_.wake(*home);
  }
}

void shard::deliver_own() {
  for (entry& one : plan_.entries) {
    if (one.which() != entry_kind::nothing) deliver(std::move(one));
  }
}

void shard::plan_actions(process& p, const action_list& all, const table& at) {
  for (const action& a : all) {
    if (ends_unseen(p, a)) {
      plan_.errand_for(p, bury{reason{std::get<quit>(a.what).why}});
      plan_.ends = true;
      return;  // QUI-1: the rest is dropped
    }
    plan_guarded(p, [&] { plan_action(p, a, at); });
  }
}

void shard::plan_action(process& p, const action& a, const table& at) {
  if (a.at_meta_level) {
    plan_lifted(p, a);
  } else if (const auto* message = std::get_if<send_message>(&a.what)) {
    plan_send(*message, at);
  } else if (const auto* child = std::get_if<spawn_action>(&a.what)) {
    plan_spawn(p, *child);
  } else if (const auto* y = std::get_if<yield_action>(&a.what)) {
    plan_.errand_for(p, resume{y->k});  // YLD-1
  }
}

// MSG-1 to MSG-6.
void shard::plan_send(const send_message& a, const table& at) {
  const auto receivers = find_receivers(a, at);
  if (receivers.size() < few) {
    for (const routing::target* const one : receivers)
      plan_.message(endpoint_of(one), a.orientation, a.body);
    return;
  }
  // One entry for each shard.
  std::vector<std::pair<unsigned, std::unique_ptr<crowd>>> crowds;
  for (const routing::target* const one : receivers) {
    endpoint& to = endpoint_of(one);
    const unsigned home = to.owner->home.at(at.id);
    auto place = std::ranges::find(crowds, home, [](const auto& c) { return c.first; });
    if (place == crowds.end())
      place = crowds.emplace(crowds.end(), home, std::make_unique<crowd>());
    place->second->members.push_back(&to);
  }
  for (auto& [home, all] : crowds) {
    if (all->members.size() == 1) {
      plan_.message(*all->members.front(), a.orientation, a.body);
    } else {
      plan_.entries.emplace_back(std::move(all), a.orientation, a.body);
    }
  }
}

/// One that is given something, or has something from its parent.
std::unique_ptr<process> shard::make_child(const process& parent, pid child,
                                           const spawn_action& a) {
  auto in = custody_of_child(a, parent.kept_in(), vm_);
  const payer_scope pays{in == nullptr ? vm_.payer() : in->payer()};
  auto born = std::make_unique<process>(child, a.name, home_for_child());
  detail::bindings bound = a.raised().bound;
  if (!bound) bound = parent.bound();
  if (bound) born->make_rare().bound = std::move(bound);
  if (in != nullptr) born->keep_in(std::move(in));
  return born;
}

void shard::plan_spawn(process& p, const spawn_action& a) {
  const pid child{vm_.id(), plan_.take_number(vm_.processes())};
  const bool is_plain = !a.how_raised && p.rare == nullptr;
  auto born = is_plain ? std::make_unique<process>(child, a.name, home_for_child())
                       : make_child(p, child, a);
  born->last_sender = p.self.number;
  plan_.children.push_back({std::move(born), &a});
  if (a.then_do) plan_.errand_for(p, greet_child{a.then_do, child});
}

}  // namespace souk::parallel
