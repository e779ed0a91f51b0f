#include "vm/parallel/change.hpp"

#include "vm/guards.hpp"

#include <algorithm>
#include <mutex>

namespace souk::parallel {

namespace {

/// After so many in a quantum it ends, since what is in them goes between quanta, and old nodes of
/// a table are large.
constexpr std::size_t most_graves = 128;

auto find_endpoint(charged_vector<outer_endpoint>& all, const term& id) {
  return std::ranges::find_if(all, [&](const outer_endpoint& one) { return one.here->id == id; });
}

term outer_id(const process& p, const term& id) { return make_vector(p.self, id); }

}  // namespace

void shard::commit_change(process& p, const action_list& all, const occasion& what) {
  snap_ = nullptr;
  if (broken(mutant::committed_in_parts) && all.size() > 1) {
    auto* const into = record_;
    for (const action& a : all) {
      commit_change(p, actions{a}.take(), what);
      record_ = nullptr;
    }
    snap_ = nullptr;
    record_ = into;
    return;
  }
  const bool too_early = broken(mutant::dead_check_before_writer);
  if (too_early && is_dead(p, *vm_.load_table())) return;
  std::unique_lock writing{vm_.writer()};
  const table& now = *vm_.load_table();
  if (!too_early && is_dead(p, now)) return;
  plan_.clear(now.id);
  {
    change next{*this, p, now};
    next.perform_all(all);
    next.commit(what);
  }
  writing.unlock();
  begin_children();
}

shard::change::change(shard& at, process& self, const table& from)
    : at_{at}, self_{self}, from_{from}, next_{std::make_unique<table>(from)} {
  ++next_->id;
}

void shard::change::perform_all(const action_list& all) {
  for (const action& a : all) {
    bool lives = true;
    at_.plan_guarded(self_, [&] { lives = perform(a); });
    if (!lives && !broken(mutant::actions_after_quit)) return;
  }
}

bool shard::change::perform(const action& a) {
  if (const auto* add_it = std::get_if<add_endpoint>(&a.what)) {
    if (!a.at_meta_level) {
      add(*add_it);
    } else if (const auto refused = refusal_of(a, at_.vm_.payer_of(self_))) {
      at_.plan_.crash(self_, *refused);
    } else {
      lift(*add_it);
    }
  } else if (const auto* gone = std::get_if<delete_endpoint>(&a.what)) {
    a.at_meta_level ? lift(*gone) : erase(*gone);
  } else if (const auto* q = std::get_if<quit>(&a.what); q != nullptr && !a.at_meta_level) {
    return end(*q);
  } else {
    at_.plan_action(self_, a, broken(mutant::sends_in_old_table) ? from_ : *next_);
  }
  return true;
}

std::unique_ptr<endpoint> shard::change::make_endpoint(const add_endpoint& a, std::uint64_t age) {
  const payer_scope pays{at_.vm_.payer_of(self_)};
  return std::make_unique<endpoint>(self_, a, age);
}

/// Of the process, or of what it is in.
void shard::change::count_endpoints(const process& of, std::int32_t more) noexcept {
  if (of.is_kept) {
    of.rare->kept_in->count_endpoints(more);
  } else {
    more_endpoints_ += more;
  }
}

void shard::change::add(const add_endpoint& a) {
  std::unique_ptr<endpoint>& place = self_.endpoints.find(a.id);
  if (place != nullptr) {
    if (interchangeable(place->role(), a.role)) {
      update(place, a);
    } else {
      at_.plan_.crash(self_, fault{"role-mismatch"});  // D-1
    }
    return;
  }
  auto added = make_endpoint(a, self_.endpoints.next_age());
  announce(*added, news::presence, {});  // PRE-1
  routing::trie& side = next_->of(a.role.orientation);
  side = side.with(*added, nodes_);
  changed_ = true;
  place = std::move(added);
  count_endpoints(self_, 1);
  self_.has_endpoints = true;
  if (vm_listener* const listener = at_.vm_.common().listener; listener != nullptr) {
    listener->on_endpoint_added(self_.self, a.role);
    if (a.role.topic.is_false())
      listener->on_remark(self_.self, "the topic #f matches nothing (TOP-6)");
  }
}

// UPD-1: who waits already keeps the old one.
void shard::change::update(std::unique_ptr<endpoint>& place, const add_endpoint& a) {
  auto fresh = make_endpoint(a, place->age);
  replaced_.reserve(replaced_.size() + 1);
  routing::trie& side = next_->of(a.role.orientation);
  const routing::trie without = side.without(*place, nodes_);
  side = without.with(*fresh, nodes_);
  changed_ = true;
  replaced_.push_back(endpoint_chain::replace(place, std::move(fresh)));
}

void shard::change::erase(const delete_endpoint& a) {
  std::unique_ptr<endpoint>& place = self_.endpoints.find(a.id);
  if (place == nullptr) return;  // ABS-4
  replaced_.reserve(replaced_.size() + 1);
  take_out(*place, reason{a.why});
  replaced_.push_back(endpoint_chain::take(place));
  count_endpoints(self_, -1);
  self_.has_endpoints = !self_.endpoints.empty();
}

// ABS-1: its own handler is told too.
void shard::change::take_out(endpoint& gone, const reason& why) {
  routing::trie& side = next_->of(gone.orientation);
  side = side.without(gone, nodes_);
  changed_ = true;
  announce(gone, news::absence, why);
  if (vm_listener* const listener = at_.vm_.common().listener; listener != nullptr)
    listener->on_endpoint_deleted(gone.owner->self, gone.role());
}

bool shard::change::end(const quit& a) {
  const reason why{a.why};
  if (!a.who || *a.who == self_.self) {
    end(self_, why);  // QUI-1
    return false;
  }
  if (a.who->vm == at_.vm_.id()) {
    process* const victim = at_.vm_.processes().find(a.who->number);
    if (victim != nullptr) end(*victim, why);  // QUI-2; else QUI-4
  }
  return true;
}

// ABS-3, ABS-5, VM-5.
void shard::change::end(process& gone, const reason& why) {
  // It may be about to be collected, or to end unseen: one of us is first. The version that we
  // publish tells the others. Whoever ends himself does not wait for us, so it is soon decided.
  for (sched::backoff wait; !mark_dead(gone, next_->id); wait.pause()) {
    // acquire <- commit_locked, which took its stamp before.
    if (gone.dead_from.load(std::memory_order_acquire) < process::ending) return;
  }
  changed_ = true;
  gone.endpoints.for_each([&](endpoint& one) {
    take_out(one, why);
    count_endpoints(gone, -1);
  });
  for (const outer_endpoint& one : gone.meta_endpoints.view()) {
    next_->meta_endpoints = next_->meta_endpoints.without(*one.here, nodes_);
    at_.plan_.send_out(delete_endpoint{outer_id(gone, one.here->id), why.value});
    count_endpoints(gone, -1);
  }
  at_.plan_.errand_for(gone, bury{why});
}

// The owner's other endpoints meet it before those of other processes (ORD-8). A killer is blind to
// its victim (QUI-3).
void shard::change::announce(endpoint& changed, news what, const reason& why) {
  met_.clear();
  next_->of(opposite(changed.orientation)).intersect(changed.topic, met_);
  std::ranges::sort(met_, [&](const auto& left, const auto& right) {
    const endpoint& l = endpoint_of(left.first);
    const endpoint& r = endpoint_of(right.first);
    if (l.owner != r.owner) {
      if (l.owner == changed.owner || r.owner == changed.owner) return l.owner == changed.owner;
      return l.owner->self.number < r.owner->self.number;
    }
    return l.age < r.age;
  });
  for (auto& [peer, topic] : met_) {
    endpoint& old = endpoint_of(peer);
    if (old.owner == &self_ && changed.owner != &self_) continue;
    introduce(old, changed, topic, what, why);  // the older one first (ORD-8)
    introduce(changed, old, topic, what, why);
  }
}

// INT-1, PRE-5, PRE-6.
void shard::change::introduce(endpoint& local, const endpoint& peer, const term& topic, news what,
                              const reason& why) {
  if (!sees(local.interest, peer.interest)) return;
  at_.plan_.event(local, what == news::presence ? event_kind::presence : event_kind::absence,
                  {peer.orientation, peer.interest, {}}, topic, why);
}

// VM-2: outside, an endpoint of the nested VM that hands its events in.
void shard::change::lift(const add_endpoint& a) {
  action outer{add_endpoint{// first, since an id that cannot be wrapped is refused here
                            outer_id(self_, a.id), a.role,
                            handler{[number = self_.self.number, id = a.id](
                                        const event& e, detail::state_box& state, actions&) {
                              state.get<nested_vm>().inside->arrive(number, id, e);
                              return true;
                            }}}};
  add_endpoint inner{
      a.id, {a.role.orientation, a.role.interest, outer_id(self_, a.id)}, a.on_event};
  auto& there = self_.meta_endpoints.get();
  const std::uint64_t next_age = there.empty() ? 0 : there.back().here->age + 1;
  auto fresh = make_endpoint(inner, next_age);
  const auto place = find_endpoint(there, a.id);
  routing::trie& all = next_->meta_endpoints;
  if (place != there.end()) {
    if (!interchangeable(place->role(), a.role))
      return at_.plan_.crash(self_, fault{"role-mismatch"});  // D-1
    replaced_.reserve(replaced_.size() + 1);
    fresh->age = place->here->age;
    const routing::trie without = all.without(*place->here, nodes_);
    all = without.with(*fresh, nodes_);
    place->topic = a.role.topic;
    replaced_.push_back(std::exchange(place->here, std::move(fresh)));
  } else {
    there.reserve(there.size() + 1);
    all = all.with(*fresh, nodes_);
    count_endpoints(self_, 1);
    there.push_back({std::move(fresh), a.role.topic});
  }
  changed_ = true;
  at_.plan_.send_out(std::move(outer));
}

// VM-4: forgotten here before it goes outside, so its own handler is not told.
void shard::change::lift(const delete_endpoint& a) {
  at_.plan_.send_out(delete_endpoint{outer_id(self_, a.id), a.why});
  if (self_.meta_endpoints.empty()) return;
  auto& there = self_.meta_endpoints.get();
  const auto place = find_endpoint(there, a.id);
  if (place == there.end()) return;
  replaced_.reserve(replaced_.size() + 1);
  next_->meta_endpoints = next_->meta_endpoints.without(*place->here, nodes_);
  changed_ = true;
  count_endpoints(self_, -1);
  replaced_.push_back(std::move(place->here));
  there.erase(place);
}

void shard::change::commit(const occasion& what) {
  shard& at = at_;
  (void)at.find_homes(false);
  if (changed_ || !at.homes_.empty()) ++at.crossings_;  // all shards share the table
  at.homes_.push_back(&at);  // the acting process's shard is always locked
  std::ranges::sort(at.homes_, {}, &shard::index);
  const table* old = nullptr;
  const bool too_early = broken(mutant::publish_before_last_lock);
  const bool too_late = broken(mutant::publish_after_unlock);
  const std::uint64_t version = changed_ ? next_->id : from_.id;
  if (changed_ && too_early) old = at.vm_.publish(next_.release());
  at.lock_homes();
  // A writer comes first in its own version; one that changes nothing is like any other.
  const std::uint64_t stamp = at.take_stamp();
  at.note(self_, what, version, changed_ ? 0 : stamp);
  if (changed_ && !too_early && !too_late)
    old = at.vm_.publish(next_.release());  // THE commit point
  at.vm_.count_endpoints(more_endpoints_);
  at.finish_plan(self_);
  // With nothing in our inbox our own events go straight to the queue: that is to push them and
  // to drain at once, under the same lock.
  const bool straight = at.inbox_.empty() || broken(mutant::own_news_unlocked);
  at.push_plan(!straight);
  if (straight) {
    at.snap_ = at.vm_.load_table();
    at.epoch_stamp_ = stamp;
  }
  at.unlock_homes();
  if (changed_ && too_late) old = at.vm_.publish(next_.release());
  if (straight) at.deliver_own();
  for (auto& one : replaced_) at.retire(std::move(one));
  if (old != nullptr) {
    at.graves_.push_back(
        {.old_table = std::unique_ptr<const table>{old}, .nodes = std::move(nodes_)});
  }
  if (at.graves_.size() - at.marked_graves_ >= most_graves) at.now_->end_quantum();
}

}  // namespace souk::parallel
