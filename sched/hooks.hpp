// Where tests take part: they choose which thread goes on between two accesses to what is shared,
// and break the commit protocol in known ways. In the product all of this is nothing.
//
// Threads    All functions: any. They are defined by the tests that compile souk with
//            SOUK_TEST_HOOKS.
#pragma once

#include <cstdint>

namespace souk::sched::hooks {

/// Ways to break the commit protocol, each shown to matter by a model of it, and the takeover. The
/// tests have to notice each of them.
enum class mutant : std::uint8_t {
  none,
  no_validation,             ///< under the locks of its receivers, a commit believes its lookup
  one_lock_at_a_time,        ///< the naive scheme: push to each receiver's shard in turn
  own_events_unlocked,       ///< own events of a commit with locks go past what is in the own inbox
  own_news_unlocked,         ///< the same for a commit that changes the table
  stale_epoch,               ///< local commits go on while events wait in the inbox
  word_means_filled,         ///< an inbox that somebody holds, empty as yet, counts as idle
  word_before_table,         ///< an epoch opens by the word first, and then loads the table
  table_after_drain,         ///< the table of an epoch is loaded when the inbox is unlocked again
  epoch_kept,                ///< the epoch goes on after a commit with locks
  publish_after_unlock,      ///< a new table is seen later than the events of its changes
  publish_before_last_lock,  ///< and sooner than all receivers' inboxes are locked
  dead_check_before_writer,  ///< a change looks whether its process lives before it has the lock
  sends_in_old_table,        ///< the messages of a change are looked up in the table before it
  committed_in_parts,        ///< a transition with changes is committed action by action
  actions_after_quit,        ///< what stands behind a quit is performed
  // Of the takeover of a shard from under a long handler.
  asked_without_fence,  ///< who asks may read an old word of whose code it is
  taken_unseen,         ///< who asks does not look whether the worker is still in that code
  goes_on_after_loss,   ///< the worker goes on with what it has lost
  away_is_handled,      ///< what waits for the process of that handler is handled meanwhile
  crowd_forgotten,      ///< nobody hears the message whose handler it is but who has heard it
  rejoins_late          ///< what the handler answers is committed behind what it did not know yet
};

#ifdef SOUK_TEST_HOOKS
inline constexpr bool enabled = true;
/// Comes before an access to what is shared: here another thread may go on instead.
void step() noexcept;
/// The same for who can do nothing before another thread has done something.
void wait() noexcept;
[[nodiscard]] bool broken(mutant how) noexcept;
#else
inline constexpr bool enabled = false;
inline void step() noexcept {}
inline void wait() noexcept {}
[[nodiscard]] constexpr bool broken(mutant /*how*/) noexcept { return false; }
#endif

}  // namespace souk::sched::hooks
