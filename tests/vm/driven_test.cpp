// A VM that is driven: each step commits one transition, and whoever drives it chooses whose.
#include "tests/vm/journal.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using path = std::vector<std::uint32_t>;

bool step(vm& v, const path& p) { return v.step(p); }

// Steps in an order drawn from the seed until nobody has anything to perform.
void drive(vm& v, std::uint64_t seed) {
  std::mt19937_64 dice{seed};
  for (auto ready = v.steppable(); !ready.empty(); ready = v.steppable()) {
    ASSERT_TRUE(v.step(ready[dice() % ready.size()]));
  }
}

TEST(Driven, AStepPerformsOneTransitionOfTheProcessNamed) {
  notebook j;
  vm v{vm_options{}, note(j, "boot"),
       spawn(note(j, "child"), yield([&j] { return note(j, "child later"); }))};
  EXPECT_THAT(v.steppable(), ElementsAre(path{0}));
  EXPECT_TRUE(step(v, {0}));
  EXPECT_THAT(j, ElementsAre("boot"));
  EXPECT_THAT(v.steppable(), ElementsAre(path{1}));
  EXPECT_TRUE(step(v, {1}));
  EXPECT_THAT(j, ElementsAre("boot", "child"));
  EXPECT_TRUE(step(v, {1}));
  EXPECT_THAT(j, ElementsAre("boot", "child", "child later"));
  EXPECT_THAT(v.steppable(), IsEmpty());
}

TEST(Driven, AStepOfWhoHasNothingToPerformIsRefused) {
  vm v{vm_options{}, spawn_vm(at_meta_level(subscriber("t"_sym))), subscriber("t"_sym)};
  EXPECT_FALSE(step(v, {}));
  EXPECT_FALSE(step(v, {7}));
  EXPECT_FALSE(step(v, {0, 0}));  // not a VM
  EXPECT_TRUE(step(v, {0}));
  EXPECT_FALSE(step(v, {0}));
  EXPECT_FALSE(step(v, {1, 1}));
  EXPECT_TRUE(step(v, {1, 0}));
  EXPECT_FALSE(step(v, {1, 0}));
}

// Two events before the process's turn: in a round their answers go together, driven they need not.
TEST(Driven, ABatchMayBeCutBetweenTransitions) {
  notebook j;
  vm v{vm_options{}, spawn(noting(j, "r", subscriber(list(_)))),
       spawn(subscriber("go"_sym).on_message([](const term&) {
         return actions{send_message(list(1)), send_message(list(2))};
       })),
       spawn(when("other"_sym, send_message(list(3))))};
  drive(v, 1);
  v.inject(send_message("go"_sym));
  v.inject(send_message("go"_sym));
  v.inject(send_message("other"_sym));
  EXPECT_THAT(v.steppable(), UnorderedElementsAre(path{2}, path{3}));
  EXPECT_TRUE(step(v, {2}));
  EXPECT_TRUE(step(v, {3}));
  EXPECT_TRUE(step(v, {2}));
  EXPECT_THAT(j, ElementsAre("r publisher (1)", "r publisher (2)", "r publisher (3)",
                             "r publisher (1)", "r publisher (2)"));
}

TEST(Driven, AProcessOfANestedVmIsNamedFromOutsideIn) {
  notebook j;
  vm v{vm_options{},
       spawn_vm(spawn_vm(note(j, "innermost"), at_meta_level(send_message("out"_sym))),
                at_meta_level(subscriber("anchor"_sym)), noting(j, "middle", subscriber(_)))};
  EXPECT_TRUE(step(v, {0}));
  EXPECT_THAT(v.steppable(), ElementsAre(path{1, 0}));
  EXPECT_TRUE(step(v, {1, 0}));
  EXPECT_THAT(v.steppable(), UnorderedElementsAre(path{1}, path{1, 1, 0}));
  EXPECT_TRUE(step(v, {1, 1, 0}));
  EXPECT_THAT(j, ElementsAre("innermost"));
  EXPECT_THAT(v.steppable(),
              UnorderedElementsAre(path{1}, path{1, 1}));  // its message waits in the middle
  EXPECT_TRUE(step(v, {1, 1}));
  EXPECT_THAT(j, ElementsAre("innermost", "middle publisher out"));
}

TEST(Driven, TheMetaActionsOfOneTransitionAreOneTransitionOutside_VM3) {
  notebook j;
  vm v{vm_options{}, noting(j, "r", subscriber(_)),
       spawn_vm(at_meta_level(send_message(1), send_message(2)),
                yield([] { return at_meta_level(send_message(3)); }))};
  EXPECT_TRUE(step(v, {0}));
  EXPECT_TRUE(step(v, {1, 0}));
  EXPECT_TRUE(step(v, {1, 0}));
  EXPECT_TRUE(step(v, {1}));
  EXPECT_THAT(j, ElementsAre("r publisher 1", "r publisher 2"));
  EXPECT_TRUE(step(v, {1}));
  EXPECT_THAT(j, ElementsAre("r publisher 1", "r publisher 2", "r publisher 3"));
  EXPECT_THAT(v.steppable(), IsEmpty());
}

TEST(Driven, ANestedVmIsNotCollectedWhileSomethingIsPendingInside_GC3) {
  notebook j;
  vm v{vm_options{}, spawn_vm(spawn(note(j, "inner")))};
  EXPECT_TRUE(step(v, {0}));
  EXPECT_TRUE(step(v, {1, 0}));
  EXPECT_TRUE(step(v, {1, 1}));
  EXPECT_THAT(j, ElementsAre("inner"));
  EXPECT_THAT(v.steppable(), IsEmpty());
  EXPECT_FALSE(step(v, {1, 0}));
}

TEST(Driven, AVmIsEitherDrivenOrRunsByItself) {
  vm driven{vm_options{}, subscriber("t"_sym)};
  EXPECT_TRUE(step(driven, {0}));
  EXPECT_THROW(driven.run_round(), usage_error);
  EXPECT_THROW(driven.run_until_inert(), usage_error);
  vm running{vm_options{}, subscriber("t"_sym)};
  running.run_round();
  EXPECT_THROW(step(running, {0}), usage_error);
}

TEST(Driven, ACrashQuitsInAStepOfItsOwn_CRA1) {
  notebook j;
  vm v{vm_options{}, spawn(noting(j, "s", subscriber("t"_sym))),
       spawn(publisher("t"_sym), yield([]() -> actions { throw 1; }), note(j, "the rest"))};
  EXPECT_TRUE(step(v, {0}));
  EXPECT_TRUE(step(v, {1}));
  EXPECT_TRUE(step(v, {2}));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "the rest"));
  EXPECT_TRUE(step(v, {2}));
  EXPECT_EQ(j.size(), 3U);
  EXPECT_THAT(v.steppable(), IsEmpty());
}

// Each sender answers `rounds` times with a transition of two messages: (sender number 1), then 2.
constexpr int senders = 3;
constexpr int rounds = 8;

spawn_action counting_sender(int self) {
  return spawn([self] {
    return transition(
        0, subscriber(list("next"_sym, self)).on_message([self](const term&, int& count) {
          ++count;
          actions answer{send_message(list(self, count, 1)), send_message(list(self, count, 2))};
          if (count < rounds) answer.append(send_message(list("next"_sym, self)));
          return answer;
        }));
  });
}
endpoint receiver(std::vector<term>& seen) {
  return subscriber(list(_, _, _)).on_message([&seen](const term& m) { seen.push_back(m); });
}

TEST(Driven, RandomSchedulesKeepTransitionsWholeAndInOrder_ORD3_ORD5) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::vector<term> one;
    std::vector<term> other;
    std::vector<spawn_action> all;
    for (int i = 0; i < senders; ++i) all.push_back(counting_sender(i));
    vm v{vm_options{.seed = seed}, spawn(receiver(one)),
         spawn_vm(at_meta_level(subscriber(list(_, _, _)).on_message([&other](const term& m) {
           other.push_back(m);
         }))),
         all};
    drive(v, seed);
    for (int i = 0; i < senders; ++i) v.inject(send_message(list("next"_sym, i)));
    drive(v, seed + 1000);

    ASSERT_EQ(one.size(), std::size_t{2 * senders * rounds});
    EXPECT_EQ(one, other) << "seed " << seed;
    std::map<std::int64_t, std::int64_t> last;
    for (std::size_t i = 0; i < one.size(); i += 2) {
      const auto sender = one[i].head().as_integer();
      const auto number = one[i].tail().head().as_integer();
      EXPECT_EQ(number, ++last[sender]) << "seed " << seed;
      EXPECT_EQ(one[i], list(sender, number, 1)) << "seed " << seed;
      EXPECT_EQ(one[i + 1], list(sender, number, 2)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace souk
