// Changes of the table: a transition with any, and a move.
#include "tests/model/worker.hpp"

namespace souk::model {

bool worker::lock_writer() {
  if (all_.writer != 0) return false;
  me_.now = me_.next = all_.current;
  const bool unseen = broken(flaw::dead_check_before_writer) || moves() || me_.part > 0;
  if (me_.now.is_dead(me_.process) && !unseen) {
    rest();
    return true;
  }
  all_.writer = me_.holds_writer = 1;
  moves() ? plan_move() : plan_change();
  me_.at = place::lock;
  if (broken(flaw::publish_before_last_lock)) publish_now();
  return true;
}

void worker::plan_change() {
  const transition& all = in_.transitions.at(me_.transition);
  const auto first = static_cast<std::size_t>(dies_in_parts() ? me_.part : 0);
  const std::size_t end = dies_in_parts() ? first + 1 : all.size();
  table last = me_.now;
  if (broken(flaw::sends_in_new_table)) {
    plan dropped;
    for (const action& a : all) (void)perform(in_, last, me_.process, a, dropped);
  }
  table& next = me_.next;
  for (std::size_t i = first; i < end; ++i) {
    const action& a = all[i];
    table* at = &next;
    if (a.what == verb::send && broken(flaw::sends_in_old_table)) at = &me_.now;
    if (a.what == verb::send && broken(flaw::sends_in_new_table)) at = &last;
    if (!perform(in_, *at, me_.process, a, me_.planned) && !broken(flaw::actions_after_quit)) break;
  }
  const bool changed = next != me_.now;
  next.id = static_cast<byte>(me_.now.id + (changed ? 1 : 0));
  me_.looked_up = next;
  me_.homes = homes_of(me_.planned, next);
  if (broken(flaw::own_shard_unlocked)) {
    me_.straight = 1;
    me_.homes &= static_cast<byte>(~bit(s_));
    if (me_.homes == 0) me_.homes = bit(s_);  // to keep it simple
  } else {
    me_.homes |= bit(s_);
  }
}

void worker::plan_move() {
  me_.next.id = static_cast<byte>(me_.now.id + 1);
  me_.next.home.at(me_.process) = in_.move_to;
  me_.homes = bit(s_);
  if (!broken(flaw::move_locks_apart)) me_.homes |= bit(in_.move_to);
}

void worker::publish_now() {
  if (!(moves() && broken(flaw::move_unpublished))) all_.current = me_.next;
}

// All of them are locked: this is the commit.
bool worker::publish() {
  const bool changed = me_.next.id != me_.now.id;
  if (broken(flaw::one_exchange_per_change) && changed && !moves() &&
      all_.current.id == me_.now.id) {
    table half = me_.now;
    plan dropped;
    for (const action& a : in_.transitions.at(me_.transition)) {
      (void)perform(in_, half, me_.process, a, dropped);
      if (half != me_.now) break;
    }
    half.id = me_.next.id++;
    me_.looked_up.id = me_.next.id;
    all_.current = half;
    return true;
  }
  const bool early = broken(flaw::publish_before_last_lock);
  const bool late = broken(flaw::publish_after_unlock);
  if (changed && !early && !late) publish_now();
  if (moves()) {
    move_entries();
    me_.at = place::unlock;
    return true;
  }
  note(me_.next.id, changed ? 0 : me_.stamp);
  if (!broken(flaw::own_shard_unlocked)) {
    const bool nothing_waits = by_.straight && own().entries.empty();
    me_.straight = static_cast<byte>(nothing_waits || broken(flaw::own_news_unlocked));
    if (me_.straight != 0)
      begin_epoch(broken(flaw::straight_in_old_table) ? me_.now : all_.current, me_.stamp);
  }
  push_plan();
  me_.at = place::unlock;
  return true;
}

void worker::move_entries() {
  few<entry, 8> stay;
  me_.planned.entries = {};
  for (const entry& one : own().entries) {
    const bool follows = one.to == me_.process && !broken(flaw::move_leaves_entries);
    if (follows) me_.planned.entries.push(one);
    if (!follows) stay.push(one);
  }
  own().entries = stay;
  all_.runner.at(me_.process) = on_its_way;
  if (!broken(flaw::move_locks_apart)) (void)move_second();
}

// It arrives, and what waited for it follows.
bool worker::move_second() {
  inbox& there = all_.inboxes.at(in_.move_to);
  if (broken(flaw::move_locks_apart) && there.locked != 0) return false;
  there.entries.push({me_.process, arrival_of});
  for (const entry& one : me_.planned.entries) there.entries.push(one);
  me_.planned.entries = {};
  me_.at = place::unlock_writer;
  return true;
}

void worker::unlock_writer() {
  all_.writer = me_.holds_writer = 0;
  const std::size_t parts = moves() ? 0 : in_.transitions.at(me_.transition).size();
  if (!dies_in_parts() || me_.part + 1U >= parts) return rest();
  const worker_state before = me_;
  rest();
  me_.process = before.process;
  me_.transition = before.transition;
  me_.part = static_cast<byte>(before.part + 1);
  me_.at = place::lock_writer;
}

}  // namespace souk::model
