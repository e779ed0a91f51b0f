// How shards meet in the commit protocol, with the shipped inbox: what vm/parallel/shard.cpp,
// commit.cpp and change.cpp do with inboxes and the table, two shards of it, and no more.
//
//   both_ways   each shard commits a message for a process over there, and maybe one here; then
//               another one here. No two of these may be seen in two orders (Dekker, twice).
//   newcomer    a shard makes a new version of the table and tells of it over there, and then
//               commits a message here. Meanwhile the other one commits a message that goes to
//               others in the new version than in the old.
//
// Mutants: see `flaw`; those of the inbox by sched::hooks::mutant.
#include "sched/inbox.hpp"

#include "tests/model/model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace souk::model {
namespace {

enum class flaw : std::uint8_t {
  none,
  no_word_check,         ///< the own inbox is not looked at
  one_lock_at_a_time,    ///< push to each receiver's shard in turn
  epoch_kept,            ///< the epoch goes on after a commit with locks
  word_before_table,     ///< an epoch opens by the word first, and then loads the table
  table_after_drain,     ///< the table of an epoch is loaded when the inbox is unlocked again
  no_validation,         ///< the table is not looked at again under the locks
  publish_after_unlock,  ///< a new table is seen later than the events of its changes
  publish_before_lock,   ///< and sooner than the receivers' inboxes are locked
  acting_shard_unlocked  ///< and with a release store: then only the total order would help
};

/// As machine::table_. There are two versions, 0 and 1.
class shared_table {
 public:
  [[nodiscard]] unsigned load_table() const { return version_.load(std::memory_order_seq_cst); }
  void publish(unsigned next) { (void)version_.exchange(next, std::memory_order_seq_cst); }
  void publish_weakly(unsigned next) { version_.store(next, std::memory_order_release); }

  /// What is looked up in a version was written before it was published.
  void make(unsigned version) { inside_[version](RL_INFO).store(1); }
  void look_up(unsigned version) const { (void)inside_[version](RL_INFO).load(); }

 private:
  sched::atomic<unsigned> version_{0};
  std::array<rl::var<unsigned>, 2> inside_{rl::var<unsigned>{1U}, rl::var<unsigned>{0U}};
};

using message = unsigned;
constexpr unsigned shards = 2;
constexpr unsigned none = 99;

/// What a process has heard, in order. Written by the worker of its shard.
class mailbox {
 public:
  void add(message one) { all_.at(static_cast<std::size_t>(size_++)) = one; }
  [[nodiscard]] bool has(message one) const { return place(one) != all_.begin() + size_; }
  [[nodiscard]] bool has_in_order(message first, message second) const {
    return has(first) && has(second) && place(first) < place(second);
  }

 private:
  using messages = std::array<message, 4>;
  [[nodiscard]] messages::const_iterator place(message one) const {
    return std::find(all_.begin(), all_.begin() + size_, one);
  }
  messages all_{};
  std::ptrdiff_t size_ = 0;
};

/// Two shards with up to two processes each. Who hears what: `receivers(message, version)`, a bit
/// for each process; process p lives on shard p / 2.
template <class Model, flaw Flaw>
struct handshake : rl::test_suite<Model, shards> {
  static constexpr unsigned processes = 4;
  struct entry {
    unsigned process;
    message what;
  };
  using inbox = sched::inbox<entry, std::allocator<entry>>;
  struct shard {
    inbox box;
    unsigned snap = none;
  };

  handshake() {
    for (shard& one : all) {  // none is parked
      one.box.lock();
      one.box.push({0, none});
      (void)one.box.unlock();
      typename inbox::queue first;
      one.box.lock();
      one.box.take(first);
      (void)one.box.unlock();
    }
  }

  void open_epoch(unsigned self) {
    shard& me = all[self];
    const bool early = Flaw == flaw::word_before_table && me.box.is_idle();
    const unsigned now = table.load_table();
    const bool unseen = Flaw == flaw::no_word_check;
    if (early || unseen || (Flaw != flaw::word_before_table && me.box.is_idle())) {
      me.snap = now;
    } else {
      drain(self);
    }
  }
  void drain(unsigned self) {
    shard& me = all[self];
    typename inbox::queue room;
    me.box.lock();
    me.box.take(room);
    me.snap = table.load_table();
    (void)me.box.unlock();
    if constexpr (Flaw == flaw::table_after_drain) me.snap = table.load_table();
    for (const entry& one : room) mailboxes[one.process].add(one.what);
  }

  void commit(unsigned self, message what) {
    shard& me = all[self];
    if (me.snap == none) open_epoch(self);
    const unsigned to = receivers(what, me.snap);
    if ((to & ~own(self)) == 0) return deliver(to, what);
    const unsigned planned_at = Flaw == flaw::epoch_kept ? me.snap : std::exchange(me.snap, none);
    commit_locked(self, what, planned_at);
  }
  void commit_locked(unsigned self, message what, unsigned planned_at) {
    shard& me = all[self];
    for (bool with_own = false;;) {
      const unsigned now = Flaw == flaw::no_validation ? planned_at : table.load_table();
      const unsigned to = receivers(what, now);
      const unsigned pushed = with_own ? to : to & ~own(self);
      lock_homes(pushed);
      if (Flaw != flaw::no_validation && table.load_table() != now) {
        unlock_homes(pushed);
        continue;
      }
      const bool idle = !with_own && (Flaw == flaw::no_word_check || me.box.is_idle());
      if (!idle && !with_own && (to & own(self)) != 0) {
        unlock_homes(pushed);
        with_own = true;
        continue;
      }
      push(pushed, what);
      unlock_homes(pushed);
      if (!with_own) deliver(to & own(self), what);
      if (idle) me.snap = now;
      return;
    }
  }

  /// The next version; and `news` of it go to process `to`.
  void commit_change(unsigned self, message news, unsigned to) {
    const bool locks_own = Flaw != flaw::acting_shard_unlocked;
    const unsigned locked = (1U << to) | (locks_own ? own(self) : 0);
    all[self].snap = none;
    table.make(1);
    if constexpr (Flaw == flaw::publish_before_lock) table.publish(1);
    lock_homes(locked);
    if constexpr (Flaw == flaw::acting_shard_unlocked) {
      table.publish_weakly(1);
    } else if constexpr (Flaw != flaw::publish_before_lock && Flaw != flaw::publish_after_unlock) {
      table.publish(1);
    }
    push(1U << to, news);
    unlock_homes(locked);
    if constexpr (Flaw == flaw::publish_after_unlock) table.publish(1);
  }

  void lock_homes(unsigned of) {
    if constexpr (Flaw == flaw::one_lock_at_a_time) return;
    for (unsigned s = 0; s < shards; ++s) {
      if ((of & own(s)) != 0) all[s].box.lock();
    }
  }
  void unlock_homes(unsigned of) {
    if constexpr (Flaw == flaw::one_lock_at_a_time) return;
    for (unsigned s = 0; s < shards; ++s) {
      if ((of & own(s)) != 0) (void)all[s].box.unlock();
    }
  }
  void push(unsigned to, message what) {
    for (unsigned p = 0; p < processes; ++p) {
      if ((to & (1U << p)) == 0) continue;
      if constexpr (Flaw == flaw::one_lock_at_a_time) all[p / 2].box.lock();
      all[p / 2].box.push({p, what});
      if constexpr (Flaw == flaw::one_lock_at_a_time) (void)all[p / 2].box.unlock();
    }
  }
  void deliver(unsigned to, message what) {
    for (unsigned p = 0; p < processes; ++p) {
      if ((to & (1U << p)) != 0) mailboxes[p].add(what);
    }
  }

  void after() {
    for (unsigned s = 0; s < shards; ++s) drain(s);
    static_cast<Model*>(this)->judge();
  }

  [[nodiscard]] static constexpr unsigned own(unsigned shard) noexcept { return 3U << 2 * shard; }
  [[nodiscard]] unsigned receivers(message what, unsigned version) const {
    table.look_up(version);
    return Model::who_hears(what, version);
  }

  std::array<shard, shards> all;
  shared_table table;
  std::array<mailbox, processes> mailboxes;
};

constexpr unsigned a = 0;
constexpr unsigned b = 2;
constexpr unsigned c = 1;

// Shard s commits m(s), and then n(s).
template <flaw Flaw, bool WithOwn>
struct both_ways : handshake<both_ways<Flaw, WithOwn>, Flaw> {
  static constexpr message m(unsigned shard) { return shard; }
  static constexpr message n(unsigned shard) { return 2 + shard; }

  [[nodiscard]] static unsigned who_hears(message what, unsigned /*version*/) {
    const unsigned here = what % 2 == 0 ? 1U << a : 1U << b;
    const unsigned there = what % 2 == 0 ? 1U << b : 1U << a;
    return what >= 2 ? here : WithOwn ? here | there : there;
  }
  void thread(unsigned self) {
    this->commit(self, m(self));
    this->commit(self, n(self));
  }
  void judge() const {
    const mailbox& at_a = this->mailboxes[a];
    const mailbox& at_b = this->mailboxes[b];
    RL_ASSERT(at_a.has(m(1)) && at_a.has(n(0)) && at_b.has(m(0)) && at_b.has(n(1)));
    if constexpr (WithOwn) {
      RL_ASSERT(at_a.has_in_order(m(0), m(1)) == at_b.has_in_order(m(0), m(1)));
    }
    // n(0) after m(0), and n(1) after m(1): a circle if each is seen before the other's m.
    RL_ASSERT(!(at_a.has_in_order(n(0), m(1)) && at_b.has_in_order(n(1), m(0))));
  }
};

enum class change : std::uint8_t { joins, leaves };
enum class setting : std::uint8_t { here, here_after_hello, abroad };

// Shard 0 makes the next version, in which process a has one endpoint more or less, and tells b of
// it. Shard 1 says k: to a, if it hears that by then, and to b over here or to c abroad. To c shard
// 0 says n after the change. Before it says hello to b, so that there may be something to drain.
template <flaw Flaw, change Change, setting Setting>
struct newcomer : handshake<newcomer<Flaw, Change, Setting>, Flaw> {
  static constexpr bool abroad = Setting == setting::abroad;
  static constexpr message news = 0;
  static constexpr message k = 1;
  static constexpr message n = 2;
  static constexpr message hello = 3;

  [[nodiscard]] static unsigned who_hears(message what, unsigned version) {
    if (what == n) return 1U << c;
    if (what == hello) return 1U << b;
    const bool a_hears = (Change == change::joins) == (version == 1);
    return (a_hears ? 1U << a : 0) | (abroad ? 1U << c : 1U << b);
  }
  void thread(unsigned self) {
    if (self == 1) return this->commit(self, k);
    if constexpr (Setting == setting::here_after_hello) this->commit(self, hello);
    this->commit_change(self, news, b);
    this->commit(self, n);
  }
  void judge() const {
    const bool k_is_later = this->mailboxes[a].has(k) == (Change == change::joins);
    const mailbox& witness = this->mailboxes[abroad ? c : b];
    RL_ASSERT(this->mailboxes[b].has(news) && this->mailboxes[c].has(n) && witness.has(k));
    if constexpr (abroad) {
      RL_ASSERT(k_is_later || witness.has_in_order(k, n));
    } else {
      RL_ASSERT(witness.has_in_order(news, k) == k_is_later);
    }
  }
};

template <flaw Flaw>
[[nodiscard]] std::string run_crossing() {
  return run_each<both_ways<Flaw, false>, both_ways<Flaw, true>>();
}
template <flaw Flaw>
[[nodiscard]] std::string run_changing() {
  return run_each<newcomer<Flaw, change::joins, setting::here>,
                  newcomer<Flaw, change::leaves, setting::here>,
                  newcomer<Flaw, change::leaves, setting::here_after_hello>,
                  newcomer<Flaw, change::joins, setting::abroad>>();
}
template <flaw Flaw>
[[nodiscard]] bool is_caught() {
  return !run_crossing<Flaw>().empty() || !run_changing<Flaw>().empty();
}

const known crossing{"messages both ways", run_crossing<flaw::none>};
const known changing{"a change and a message", run_changing<flaw::none>};

TEST(HandshakeModel, NoTwoMessagesAreSeenInTwoOrders) {
  EXPECT_EQ((run_and_tell<both_ways<flaw::none, false>>()), "");
  EXPECT_EQ((run_and_tell<both_ways<flaw::none, true>>()), "");
}
TEST(HandshakeModel, WhoHearsOfAChangeComesAfterItAndWhoDoesNotBefore) {
  EXPECT_EQ((run_and_tell<newcomer<flaw::none, change::joins, setting::here>>()), "");
  EXPECT_EQ((run_and_tell<newcomer<flaw::none, change::leaves, setting::here>>()), "");
  EXPECT_EQ((run_and_tell<newcomer<flaw::none, change::leaves, setting::here_after_hello>>()), "");
  EXPECT_EQ((run_and_tell<newcomer<flaw::none, change::joins, setting::abroad>>()), "");
}
TEST(HandshakeModel, FailsWithEachOfItsMutants) {
  EXPECT_TRUE(is_caught<flaw::no_word_check>());
  EXPECT_TRUE(is_caught<flaw::one_lock_at_a_time>());
  EXPECT_TRUE(is_caught<flaw::epoch_kept>());
  EXPECT_TRUE(is_caught<flaw::word_before_table>());
  EXPECT_TRUE(is_caught<flaw::table_after_drain>());
  EXPECT_TRUE(is_caught<flaw::no_validation>());
  EXPECT_TRUE(is_caught<flaw::publish_after_unlock>());
  EXPECT_TRUE(is_caught<flaw::publish_before_lock>());
  EXPECT_TRUE(is_caught<flaw::acting_shard_unlocked>());
}
TEST(HandshakeModel, FailsWhenALockedInboxCountsAsIdle) {
  leave_out(sched::hooks::mutant::word_means_filled);
  EXPECT_TRUE(is_caught<flaw::none>());
  leave_whole();
}

}  // namespace
}  // namespace souk::model
