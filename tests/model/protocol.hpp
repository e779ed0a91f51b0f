// The commit protocol as a state and its steps, small enough to look at every interleaving.
//
// A step is one access to what shards share; what is between two of them happens with the first.
// Processes, handlers and topics are what they must be for that: a handler is a table from event to
// transition, a topic a number, an endpoint a bit. Names are those of vm/parallel.
//
//     protocol.hpp        what there is: scenarios, states
//     world.cpp           what actions do, for the protocol and for its specification
//     scenarios.cpp       what it is tried with
//     worker.hpp          the steps of a shard, as they are and with a flaw
//     protocol.cpp        which steps are possible
//     specification.cpp   whether the sequential VM could have come to the same
//
// Bytes everywhere: a state is compared and hashed as one block.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace souk::model {

using byte = std::uint8_t;

inline constexpr unsigned max_shards = 3;
inline constexpr unsigned max_processes = 4;
/// Topic t and topic t ^ partner meet: endpoints of one see those of the other come and go.
inline constexpr byte partner = 4;
inline constexpr byte none = 255;

/// The scenario does not fit into a state.
struct too_large : std::length_error {
  too_large() : std::length_error{"a scenario of the model is too large"} {}
};

/// A sequence with room for a few; what is not used is 0.
template <class T, unsigned Most>
struct few {
  byte size = 0;
  std::array<T, Most> all{};

  void push(T one) {
    if (size == Most) throw too_large{};
    all[size++] = one;
  }
  T pop() {
    const T first = all[0];
    std::copy(all.begin() + 1, all.begin() + size, all.begin());
    all[--size] = T{};
    return first;
  }
  [[nodiscard]] bool empty() const { return size == 0; }
  [[nodiscard]] const T* begin() const { return all.data(); }
  [[nodiscard]] const T* end() const { return all.data() + size; }
  friend bool operator==(const few&, const few&) = default;
};

// What processes do.

enum class verb : byte { send, add, erase, quit, yield, out };
struct action {
  verb what{};
  byte subject = 0;  ///< a topic; of quit a process; of yield a transition
  byte message = 0;  ///< of send and out
};
using transition = std::vector<action>;

/// What a mailbox holds: an event, or a transition to commit.
///     1..31 message, 32.. presence, 64.. absence (topic * 4 + process), 128.. transition
inline constexpr byte presence_of = 32;
inline constexpr byte absence_of = 64;
inline constexpr byte resume_of = 128;
inline constexpr byte arrival_of = 254;  ///< only in inboxes: a process moves in

/// One version of the table.
struct table {
  byte id = 0;
  byte dead = 0;                             ///< a bit for each process
  std::array<byte, max_processes> topics{};  ///< a bit for each topic that it has
  std::array<byte, max_processes> home{};

  [[nodiscard]] bool is_dead(byte process) const { return (dead >> process & 1U) != 0; }
  friend bool operator==(const table&, const table&) = default;
};

struct scenario {
  byte shards = 2;
  byte processes = 2;
  table first;
  std::vector<transition> transitions;
  /// Which are pending at first.
  std::array<std::vector<byte>, max_processes> start;
  /// By event: the transition that answers it, or none.
  std::array<std::array<byte, resume_of>, max_processes> answers = nobody_answers();
  /// A process that its shard may hand over once, and to whom.
  byte mover = none;
  byte move_to = 0;

  [[nodiscard]] bool changes(byte which) const;

 private:
  static std::array<std::array<byte, resume_of>, max_processes> nobody_answers();
};

/// Those that show what the rules of the protocol are for.
[[nodiscard]] std::vector<scenario> written_scenarios();
/// A scenario from a seed. Small: most have 1,000 to 100,000 states.
[[nodiscard]] scenario random_scenario(std::uint64_t seed);

struct entry {
  byte to = 0;
  byte what = 0;
  friend bool operator==(const entry&, const entry&) = default;
};
/// What a transition does, before it is done.
struct plan {
  few<entry, 10> entries;
  few<byte, 3> out;
};
/// Performs one action on `at`. False: the process is no more.
[[nodiscard]] bool perform(const scenario& in, table& at, byte self, const action& a, plan& into);

// The state.

enum class place : byte {
  ready,
  open_epoch,
  epoch_stamp,
  epoch_word,
  drain_lock,
  drain_table,
  drain_stamp,
  drain_unlock,
  late_table,
  load,
  lock,
  stamp,
  validate,
  word,
  push,
  unlock,
  early_check,
  lock_writer,
  publish,
  late_publish,
  move_second,
  unlock_writer
};

/// A shard and its worker.
struct worker_state {
  place at{};
  byte process = 0;  ///< whose transition is committed,
  byte transition = none;
  byte part = 0;
  byte has_snap = 0;
  table snap;
  byte epoch_stamp = 0;
  // Of the commit under way.
  table now;
  table looked_up;
  table next;
  plan planned;
  byte homes = 0;  ///< to be locked, a bit for each shard, and then for the outbox
  byte locked = 0;
  byte stamp = 0;
  byte attempt = 0;
  byte with_own = 0;
  byte idle = 0;
  byte retry = 0;
  byte straight = 0;
  byte holds_writer = 0;
};
struct inbox {
  byte locked = 0;
  few<entry, 8> entries;
};
struct commit_note {
  byte version = 0;
  byte stamp = 0;
  byte process = 0;
  byte transition = 0;
};
struct state {
  table current;
  byte writer = 0;
  byte outbox_locked = 0;
  byte stamps = 1;
  byte moved = 0;
  byte astray = 0;  ///< a shard was handed something for a process that is elsewhere
  std::array<worker_state, max_shards> workers{};
  std::array<inbox, max_shards> inboxes{};
  few<byte, 4> outbox;
  std::array<byte, max_processes> runner{};  ///< the shard that has the process
  std::array<few<byte, 6>, max_processes> mailboxes{};
  std::array<few<byte, 10>, max_processes> heard{};
  few<commit_note, 8> log;
};
static_assert(std::has_unique_object_representations_v<state>);

// The protocol.

/// Ways to break it, each of which must show.
enum class flaw : byte {
  none,
  word_before_table,         ///< an epoch opens by the word first, and then loads the table
  table_after_drain,         ///< the table of an epoch is loaded when the inbox is unlocked again
  word_means_filled,         ///< an inbox that somebody holds, empty as yet, counts as idle
  no_word_check,             ///< an epoch opens whatever waits in the inbox
  epoch_kept,                ///< the epoch goes on after a commit with locks
  epoch_kept_for_nobody,     ///< and when the second lookup finds nobody
  no_validation,             ///< under the locks of its receivers, a commit believes its lookup
  old_lookup,                ///< the table that is validated is loaded after the lookup
  one_lock_at_a_time,        ///< the naive scheme: push to each receiver's shard in turn
  locks_not_ascending,       ///< shards 1 and 3 lock in descending order
  publish_after_unlock,      ///< a new table is seen later than the events of its changes
  publish_before_last_lock,  ///< and sooner than all receivers' inboxes are locked
  dead_check_before_load,    ///< a sender is not looked for again in the table that is loaded
  committed_in_parts,        ///< a transition with changes is committed action by action
  one_exchange_per_change,   ///< with all inboxes locked, but the table is exchanged twice
  sends_in_old_table,        ///< the messages of a change are looked up in the table before it
  sends_in_new_table,        ///< or in the one after it
  own_events_unlocked,       ///< own events of a commit with locks go past what is in the own inbox
  own_news_unlocked,         ///< the same for a commit that changes the table
  own_shard_unlocked,        ///< that does not even lock its own inbox
  straight_in_old_table,     ///< it opens the next epoch at the table before it
  actions_after_quit,        ///< what stands behind a quit is performed
  dead_check_before_writer,  ///< a change looks whether its process lives before it has the lock
  move_unpublished,          ///< a process moves, and the table does not tell
  move_locks_apart,          ///< its two shards are not locked together
  move_leaves_entries        ///< what waited for it stays where it was
};

struct protocol {
  const scenario& in;
  flaw how = flaw::none;
  /// As shipped: with nothing in its own inbox, a change hands its own events straight to the
  /// mailboxes, and opens the next epoch. Else as in the book: they go through the inbox.
  bool straight = true;

  [[nodiscard]] state begin() const;
  /// Where shard `s` can go from there in one step.
  void step(const state& from, byte s, std::vector<state>& to) const;
};
[[nodiscard]] bool is_over(const state& at);

// The specification.

enum class verdict : byte {
  fine,
  wrong_stamps,      ///< some serial order explains it, but not that of the stamps
  not_serializable,  ///< none does
  astray,
  stuck
};
/// Pre: is_over(at).
[[nodiscard]] verdict judge(const scenario& in, const state& at);
[[nodiscard]] const char* to_string(verdict v) noexcept;

}  // namespace souk::model
