// One shard and its worker in a state of the protocol. Read beside vm/parallel/shard.cpp and
// commit.cpp (worker.cpp), change.cpp and balance.cpp (worker_change.cpp).
#pragma once

#include "tests/model/protocol.hpp"

namespace souk::model {

inline constexpr byte outbox = max_shards;      // its place among the locks: the last
inline constexpr byte move_of = resume_of - 1;  // instead of a transition: a process moves
inline constexpr byte on_its_way = none;        // instead of a shard, for a process that moves

inline byte bit(byte which) { return static_cast<byte>(1U << which); }

/// It changes the state that it is given.
class worker {
 public:
  worker(const protocol& by, state& all, byte s)
      : by_{by}, in_{by.in}, all_{all}, me_{all.workers.at(s)}, s_{s} {}

  /// False: it has to wait, and nothing has changed.
  bool step();

  // What it may begin with when it is ready.
  void handle_next(byte p);
  void new_quantum() {
    me_.has_snap = 0;
    me_.at = place::open_epoch;
  }
  void begin_move() {
    me_.process = in_.mover;
    me_.transition = move_of;
    me_.has_snap = 0;
    me_.at = place::lock_writer;
    all_.moved = 1;
  }

 private:
  [[nodiscard]] bool broken(flaw how) const { return by_.how == how; }
  [[nodiscard]] inbox& own() { return all_.inboxes.at(s_); }
  [[nodiscard]] bool is_idle() {
    return own().entries.empty() && (own().locked == 0 || broken(flaw::word_means_filled));
  }
  [[nodiscard]] bool has_work() const {
    if (me_.transition != none) return true;
    for (byte p = 0; p < in_.processes; ++p) {
      if (all_.runner.at(p) == s_ && !all_.mailboxes.at(p).empty()) return true;
    }
    return false;
  }
  [[nodiscard]] bool moves() const { return me_.transition == move_of; }
  [[nodiscard]] bool is_change() const { return moves() || in_.changes(me_.transition); }
  [[nodiscard]] bool dies_in_parts() const { return broken(flaw::committed_in_parts) && !moves(); }

  // shard.cpp
  void begin_epoch(const table& snap, byte stamp) {
    me_.has_snap = 1;
    me_.snap = snap;
    me_.epoch_stamp = stamp;
  }
  void go_on_in_epoch() { me_.transition == none ? rest() : commit_planned(); }
  bool drain_unlock();
  void deliver(entry one);
  void settle_mailbox(byte p);
  void rest();

  // commit.cpp
  void begin_commit(byte p, byte which);
  void commit_planned();
  bool load();
  bool lock();
  bool word();
  bool unlock();
  void retry();
  void done();
  [[nodiscard]] bool push_in_turn();
  [[nodiscard]] plan look_up(const table& at) const;
  [[nodiscard]] byte homes_of(const plan& p, const table& at) const;
  void push(byte home);
  void push_plan();
  void deliver_own();
  void note(byte version, byte stamp);

  // change.cpp and balance.cpp
  bool lock_writer();
  void plan_change();
  void plan_move();
  bool publish();
  void publish_now();
  void move_entries();
  bool move_second();
  void unlock_writer();

  const protocol& by_;
  const scenario& in_;
  state& all_;
  worker_state& me_;
  byte s_;
};

}  // namespace souk::model
