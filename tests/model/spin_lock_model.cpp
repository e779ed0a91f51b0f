// sched/spin_lock.hpp: two threads, each twice in the lock.
#include "sched/spin_lock.hpp"

#include "tests/model/model.hpp"

#include <gtest/gtest.h>

namespace souk::model {
namespace {

struct two_in_turn : rl::test_suite<two_in_turn, 2> {
  void thread(unsigned /*index*/) {
    for (int i = 0; i < 2; ++i) {
      lock.lock();
      inside.touch();
      lock.unlock();
    }
  }
  void after() { RL_ASSERT(inside.touched() == 4); }

  sched::spin_lock lock;
  guarded inside;
};

const known two_in_turn_model{"spin lock", [] { return run<two_in_turn>(); }};

TEST(SpinLockModel, OneAtATimeAndEachSeesWhatTheLastOneDid) {
  EXPECT_EQ(run_and_tell<two_in_turn>(), "");
}

}  // namespace
}  // namespace souk::model
