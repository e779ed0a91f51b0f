#include "tests/model/worker.hpp"

namespace souk::model {

bool worker::step() {
  switch (me_.at) {
    case place::ready: return false;

    // shard::open_epoch: the table first and then the word.
    case place::open_epoch:
      me_.idle = static_cast<byte>(broken(flaw::word_before_table) && is_idle());
      me_.now = all_.current;
      me_.at = broken(flaw::word_before_table) ? place::late_table : place::epoch_stamp;
      return true;
    case place::epoch_stamp:
      me_.stamp = all_.stamps++;
      me_.at = place::epoch_word;
      return true;
    case place::epoch_word:
      if (is_idle() || (broken(flaw::no_word_check) && has_work())) {
        begin_epoch(me_.now, me_.stamp);
        go_on_in_epoch();
      } else {
        me_.at = place::drain_lock;
      }
      return true;

    // shard::drain_locked
    case place::drain_lock:
      if (own().locked != 0) return false;
      own().locked = 1;
      me_.at = place::drain_table;
      return true;
    case place::drain_table:
      me_.now = all_.current;
      me_.at = place::drain_stamp;
      return true;
    case place::drain_stamp:
      me_.stamp = all_.stamps++;
      me_.at = place::drain_unlock;
      return true;
    case place::drain_unlock: return drain_unlock();
    case place::late_table:  // of a flaw: the word was looked at before, or the inbox is unlocked
      if (broken(flaw::word_before_table) && me_.idle == 0) {
        me_.at = place::drain_lock;
        return true;
      }
      begin_epoch(all_.current, all_.stamps++);
      go_on_in_epoch();
      return true;

    // shard::commit_locked
    case place::load: return load();
    case place::lock: return lock();
    case place::stamp:
      me_.stamp = all_.stamps++;
      me_.at = is_change() ? place::publish : place::validate;
      return true;
    case place::validate:
      if (all_.current.id != me_.now.id && !broken(flaw::no_validation)) {
        retry();
      } else {
        me_.at = place::word;
      }
      return true;
    case place::word: return word();
    case place::push:
      push_plan();
      me_.at = place::unlock;
      return unlock();
    case place::unlock: return unlock();

    // shard::change and shard::move
    case place::early_check:
      if (all_.current.is_dead(me_.process)) {
        rest();
      } else {
        me_.at = place::lock_writer;
      }
      return true;
    case place::lock_writer: return lock_writer();
    case place::publish: return publish();
    case place::late_publish:
      all_.current = me_.next;
      me_.at = place::unlock_writer;
      return true;
    case place::move_second: return move_second();
    case place::unlock_writer: unlock_writer(); return true;
  }
  return false;
}

void worker::rest() {
  const worker_state before = me_;
  me_ = {};
  if (before.has_snap != 0) begin_epoch(before.snap, before.epoch_stamp);
}

// An event that nobody answers is heard as soon as it is at the front: no other shard can tell.
void worker::settle_mailbox(byte p) {
  auto& mailbox = all_.mailboxes.at(p);
  while (!mailbox.empty()) {
    const byte first = mailbox.all[0];
    if (first >= resume_of || in_.answers.at(p).at(first) != none) return;
    all_.heard.at(p).push(mailbox.pop());
  }
}

void worker::deliver(entry one) {
  if (one.what == arrival_of) {
    all_.runner.at(one.to) = s_;
    return;
  }
  if (all_.runner.at(one.to) != s_) all_.astray = 1;
  all_.mailboxes.at(one.to).push(one.what);
  settle_mailbox(one.to);
}

bool worker::drain_unlock() {
  const auto taken = own().entries;
  own() = {};
  for (const entry& one : taken) deliver(one);
  if (broken(flaw::table_after_drain)) {
    me_.at = place::late_table;
    return true;
  }
  begin_epoch(me_.now, me_.stamp);
  go_on_in_epoch();
  return true;
}

void worker::handle_next(byte p) {
  const byte first = all_.mailboxes.at(p).pop();
  byte which = none;
  if (first >= resume_of) {
    which = static_cast<byte>(first - resume_of);
  } else {
    all_.heard.at(p).push(first);
    which = in_.answers.at(p).at(first);
  }
  settle_mailbox(p);
  if (which != none) begin_commit(p, which);
}

void worker::begin_commit(byte p, byte which) {
  me_.process = p;
  me_.transition = which;
  if (in_.changes(which)) {
    me_.has_snap = 0;
    me_.at = broken(flaw::dead_check_before_writer) ? place::early_check : place::lock_writer;
  } else if (me_.has_snap == 0) {
    me_.at = place::open_epoch;
  } else {
    commit_planned();
  }
}

plan worker::look_up(const table& at) const {
  table same = at;
  plan made;
  for (const action& a : in_.transitions.at(me_.transition)) {
    if (!perform(in_, same, me_.process, a, made)) break;
  }
  return made;
}
byte worker::homes_of(const plan& p, const table& at) const {
  byte homes = p.out.empty() ? 0 : bit(outbox);
  for (const entry& one : p.entries) homes |= bit(at.home.at(one.to));
  return homes;
}

void worker::commit_planned() {
  if (me_.snap.is_dead(me_.process)) return rest();
  me_.planned = look_up(me_.snap);
  me_.looked_up = me_.snap;
  if ((homes_of(me_.planned, me_.snap) & ~bit(s_)) == 0) {
    note(me_.snap.id, me_.epoch_stamp);
    deliver_own();
    return rest();
  }
  if (!broken(flaw::epoch_kept) && !broken(flaw::epoch_kept_for_nobody)) me_.has_snap = 0;
  me_.at = place::load;
}

bool worker::load() {
  if (me_.attempt > 0 && me_.holds_writer == 0) {  // its patience is over
    if (all_.writer != 0) return false;
    all_.writer = me_.holds_writer = 1;
    return true;
  }
  me_.now = all_.current;
  if (me_.now.is_dead(me_.process) && !broken(flaw::dead_check_before_load)) {
    if (me_.holds_writer != 0) all_.writer = 0;
    rest();
    return true;
  }
  if (!broken(flaw::old_lookup)) {
    me_.planned = look_up(me_.now);
    me_.looked_up = me_.now;
  }
  const byte all = homes_of(me_.planned, me_.looked_up);
  if (broken(flaw::epoch_kept_for_nobody)) {
    if (all == 0) {
      note(me_.now.id, me_.epoch_stamp);
      if (me_.holds_writer != 0) all_.writer = 0;
      rest();
      return true;
    }
    me_.has_snap = 0;
  }
  me_.homes = me_.with_own != 0 ? all : static_cast<byte>(all & ~bit(s_));
  me_.at = me_.homes == 0 || broken(flaw::one_lock_at_a_time) ? place::stamp : place::lock;
  return true;
}

// Ascending, the outbox last.
bool worker::lock() {
  const auto left = static_cast<byte>(me_.homes & ~me_.locked);
  byte next = 0;
  while ((left & bit(next)) == 0) ++next;
  if (broken(flaw::locks_not_ascending) && s_ % 2 == 1) {
    for (byte higher = next; higher < max_shards; ++higher) {
      if ((left & bit(higher)) != 0) next = higher;
    }
  }
  byte& lock = next == outbox ? all_.outbox_locked : all_.inboxes.at(next).locked;
  if (lock != 0) return false;
  lock = 1;
  me_.locked |= bit(next);
  if (me_.locked != me_.homes) return true;
  me_.at = moves() ? place::publish : place::stamp;
  return true;
}

void worker::retry() {
  me_.retry = 1;
  me_.at = place::unlock;
  if (me_.locked == 0) done();
}

bool worker::word() {
  me_.idle = static_cast<byte>(me_.with_own == 0 && is_idle());
  const bool to_own = (homes_of(me_.planned, me_.looked_up) & bit(s_)) != 0;
  if (to_own && me_.with_own == 0 && me_.idle == 0 && !broken(flaw::own_events_unlocked)) {
    me_.with_own = 1;
    retry();
    return true;
  }
  note(me_.now.id, me_.stamp);
  me_.at = broken(flaw::one_lock_at_a_time) ? place::unlock : place::push;
  if (me_.homes == 0) done();
  return true;
}

void worker::push(byte home) {
  if (home == outbox) {
    for (const byte message : me_.planned.out) all_.outbox.push(message);
    return;
  }
  for (const entry& one : me_.planned.entries) {
    if (me_.looked_up.home.at(one.to) == home) all_.inboxes.at(home).entries.push(one);
  }
}
void worker::push_plan() {
  for (byte home = 0; home <= outbox; ++home) {
    if ((me_.homes & bit(home)) != 0 && !(home == s_ && me_.straight != 0)) push(home);
  }
}
void worker::deliver_own() {
  for (const entry& one : me_.planned.entries) {
    if (me_.looked_up.home.at(one.to) == s_) deliver(one);
  }
}

// Of a flaw: there is never more than one lock.
bool worker::push_in_turn() {
  byte next = 0;
  while ((me_.homes & bit(next)) == 0) ++next;
  if ((next == outbox ? all_.outbox_locked : all_.inboxes.at(next).locked) != 0) return false;
  push(next);
  me_.homes &= static_cast<byte>(~bit(next));
  if (me_.homes == 0) done();
  return true;
}

// The outbox first, then ascending.
bool worker::unlock() {
  if (broken(flaw::one_lock_at_a_time) && !is_change() && me_.retry == 0) return push_in_turn();
  byte next = outbox;
  if ((me_.locked & bit(outbox)) == 0) {
    for (next = 0; (me_.locked & bit(next)) == 0;) ++next;
  }
  (next == outbox ? all_.outbox_locked : all_.inboxes.at(next).locked) = 0;
  me_.locked &= static_cast<byte>(~bit(next));
  if (me_.locked == 0) done();
  return true;
}

// All is unlocked.
void worker::done() {
  if (is_change()) {
    if (me_.straight != 0) deliver_own();
    me_.at = place::unlock_writer;
    if (broken(flaw::publish_after_unlock) && me_.next.id != me_.now.id)
      me_.at = place::late_publish;
    if (broken(flaw::move_locks_apart) && moves()) me_.at = place::move_second;
    return;
  }
  if (me_.holds_writer != 0) all_.writer = me_.holds_writer = 0;
  if (me_.retry != 0) {
    me_.retry = 0;
    ++me_.attempt;
    me_.at = place::load;
    return;
  }
  if (me_.with_own == 0) deliver_own();
  if (me_.idle != 0 && !broken(flaw::epoch_kept)) begin_epoch(me_.now, me_.stamp);
  rest();
}

void worker::note(byte version, byte stamp) {
  if (me_.part == 0) all_.log.push({version, stamp, me_.process, me_.transition});
}

}  // namespace souk::model
