// sched/inbox.hpp: two senders leave entries, the owner takes them, parks, and is woken.
//
// Mutants: nobody wakes the owner; everybody does; the owner parks without a look at the queue;
// the queue is touched without the lock.
#include "sched/inbox.hpp"

#include "tests/model/model.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace souk::model {
namespace {

enum class flaw : unsigned { none, no_wake, wakes_always, parks_unseen, no_lock };

// The owner begins parked. A wake is a submit() to an executor: what was before it is before the
// run.
template <flaw Flaw>
struct parking : rl::test_suite<parking<Flaw>, 3> {
  using inbox = sched::inbox<unsigned, std::allocator<unsigned>>;  // Relacy knows its memory
  static constexpr unsigned senders = 2;
  static constexpr unsigned each = 2;

  void thread(unsigned index) { index == senders ? own() : send(index); }

  void send(unsigned self) {
    for (unsigned i = 0; i < each; ++i) {
      if constexpr (Flaw != flaw::no_lock) box.lock();
      queue.touch();
      box.push(self * each + i);
      const bool wake = box.unlock();
      if (Flaw == flaw::wakes_always || (wake && Flaw != flaw::no_wake)) {
        const unsigned before = submitted(RL_INFO).fetch_add(1, rl::mo_acq_rel);
        RL_ASSERT(before == 0);  // I3: it was parked, and nobody else has woken it
      }
    }
  }

  // shard::run_quantum(), as far as it is about the inbox.
  void own() {
    inbox::queue room;
    while (got < senders * each) {
      while (submitted(RL_INFO).load(rl::mo_acquire) == 0) sched::hooks::wait();
      submitted(RL_INFO).store(0, rl::mo_relaxed);  // relaxed: it runs, so nobody submits it
      turn.touch();
      for (bool more = true; more;) {
        box.lock();
        queue.touch();
        box.take(room);
        (void)box.unlock();
        for (const unsigned one : room) note(one);
        room.clear();
        more = !park();
      }
    }
  }
  [[nodiscard]] bool park() {
    box.lock();
    if (Flaw != flaw::parks_unseen && !box.empty()) {
      (void)box.unlock();
      return false;
    }
    box.unlock_and_park();
    return true;
  }
  void note(unsigned one) {
    RL_ASSERT(one % each == next[one / each]);
    ++next[one / each];
    ++got;
  }

  inbox box;
  rl::atomic<unsigned> submitted{0U};
  guarded queue;  // I2
  guarded turn;
  std::array<unsigned, senders> next{};
  unsigned got = 0;
};

const known parking_model{"inbox, parking", [] { return run<parking<flaw::none>>(); }};

TEST(InboxModel, NothingIsLostAndEachParkEndsWithOneWake_I2_I3) {
  EXPECT_EQ(run_and_tell<parking<flaw::none>>(), "");
}
TEST(InboxModel, FailsWithEachOfItsMutants) {
  EXPECT_NE(run<parking<flaw::no_wake>>(), "");
  EXPECT_NE(run<parking<flaw::wakes_always>>(), "");
  EXPECT_NE(run<parking<flaw::parks_unseen>>(), "");
  EXPECT_NE(run<parking<flaw::no_lock>>(), "");
}

}  // namespace
}  // namespace souk::model
