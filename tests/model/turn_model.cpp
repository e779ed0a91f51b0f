// sched/turn.hpp: a worker is in the code of a process, again and again, and between that touches
// what it runs; a watch looks, and takes it over when it finds the worker where it was before.
//
//   taking     the watch touches what it has taken, as the next run would
//   refusing   the watch looks at what it could take, and leaves it where it is
//
// Mutants: the watch asks without a fence; it does not look again; the worker goes on though it has
// lost.
#include "sched/turn.hpp"

#include "tests/model/model.hpp"

#include <gtest/gtest.h>

namespace souk::model {
namespace {

using sched::turn;
using sched::hooks::mutant;

enum class play : std::uint8_t { taking, refusing };

template <play Play>
struct taking_over : rl::test_suite<taking_over<Play>, 2> {
  static constexpr unsigned worker = 0;
  static constexpr unsigned handlers = 3;
  /// So that it is refused in one handler, and asked for again when that ends.
  static constexpr unsigned length = Play == play::refusing ? 10 : 0;
  static constexpr unsigned looks = 4;

  void thread(unsigned index) { index == worker ? work() : watch(); }

  void work() {
    for (unsigned i = 0; i < handlers; ++i) {
      inside.touch();
      shown.begin(this);  // the same process each time
      for (unsigned j = 0; j < length; ++j) sched::hooks::wait();
      if (shown.end() == turn::outcome::lost) {
        RL_ASSERT(Play == play::taking);
        heard_of_it = true;
        (void)given(RL_INFO).load();  // U2
        return;
      }
    }
    inside.touch();
  }
  void watch() {
    for (unsigned i = 0; i < looks && !taken; ++i) {
      if (!shown.has_lasted(false)) continue;
      taken = shown.take([this](const void* whose) {
        RL_ASSERT(whose == this);
        (void)inside.touched();
        given(RL_INFO).store(1);
        return Play == play::taking;
      });
    }
    if (taken) inside.touch();
  }
  void after() { RL_ASSERT(taken == heard_of_it); }

  turn shown;
  guarded inside;
  rl::var<unsigned> given{0U};
  bool taken = false;
  bool heard_of_it = false;
};

[[nodiscard]] std::string run_turns() {
  return run_each<taking_over<play::taking>, taking_over<play::refusing>>();
}
const known turn_model{"takeover", run_turns};

[[nodiscard]] bool is_caught(mutant how) {
  leave_out(how);
  const std::string failure = run_turns();
  leave_whole();
  return !failure.empty();
}

TEST(TurnModel, WhatIsTakenIsTouchedByNobodyElse_U1_U2) {
  EXPECT_EQ(run_and_tell<taking_over<play::taking>>(), "");
}
TEST(TurnModel, WhatIsNotTakenStays_U1_U2) {
  EXPECT_EQ(run_and_tell<taking_over<play::refusing>>(), "");
}
TEST(TurnModel, FailsWithEachOfItsMutants) {
  EXPECT_TRUE(is_caught(mutant::asked_without_fence));
  EXPECT_TRUE(is_caught(mutant::taken_unseen));
  EXPECT_TRUE(is_caught(mutant::goes_on_after_loss));
}

}  // namespace
}  // namespace souk::model
