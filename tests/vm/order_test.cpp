// Scheduling and order: ORD-1 to ORD-8, YLD-1, and what a seed may change.
#include "tests/vm/journal.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t some_seeds = 50;

vm_options seeded(std::uint64_t seed) { return vm_options{.seed = seed}; }

TEST(Order, TurnsAreAtomic_ORD1) {
  for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
    notebook j;
    vm v{seeded(seed), spawn(noting(j, "r", subscriber(_))),
         spawn(when("go"_sym, actions{send_message("a1"_sym), send_message("a2"_sym)})),
         spawn(when("go"_sym, actions{send_message("b1"_sym), send_message("b2"_sym)}))};
    v.run_until_inert();
    j.clear();
    send(v, "go"_sym);
    EXPECT_THAT(j, AnyOf(ElementsAre("r publisher go", "r publisher a1", "r publisher a2",
                                     "r publisher b1", "r publisher b2"),
                         ElementsAre("r publisher go", "r publisher b1", "r publisher b2",
                                     "r publisher a1", "r publisher a2")))
        << "seed " << seed;
  }
}

TEST(Order, OneTurnPerformsTheTransitionsOfAllEventsHandledBefore_ORD1) {
  notebook j;
  vm v = run(spawn(noting(j, "r", subscriber(list(_)))),
             spawn(subscriber("go"_sym).on_message([](const term&) {
               return actions{send_message(list(1)), send_message(list(2))};
             })));
  j.clear();
  v.inject(send_message("go"_sym));
  v.inject(send_message("go"_sym));
  v.run_round();
  EXPECT_THAT(
      j, ElementsAre("r publisher (1)", "r publisher (2)", "r publisher (1)", "r publisher (2)"));
}

TEST(Order, StatesChangeAtOnceAndActionsWait_ORD2) {
  notebook j;
  run(spawn([&j] {
    return transition(0, subscriber("m"_sym).on_message([&j](const term&, int& count) {
      ++count;
      j.push_back("handled " + std::to_string(count));
      return actions{note(j, "answered")};
    }),
                      send_message("m"_sym), send_message("m"_sym), yield([&j](const int& count) {
                        j.push_back("sees " + std::to_string(count));
                      }));
  }));
  EXPECT_THAT(j, ElementsAre("handled 1", "handled 2", "sees 2", "answered", "answered"));
}

TEST(Order, ActionsArePerformedInTheOrderQueued_ORD3) {
  notebook j;
  vm v = run(spawn(noting(j, "r", subscriber(_)),
                   when("go"_sym, actions{send_message(1), send_message(2), send_message(3)})));
  j.clear();
  send(v, "go"_sym);
  EXPECT_THAT(j, ElementsAre("r publisher go", "r publisher 1", "r publisher 2", "r publisher 3"));
}

TEST(Order, AnEndpointChangeBetweenTwoSendsAppliesToTheSecond_ORD3_MSG6) {
  notebook j;
  run(spawn(send_message("before"_sym), noting(j, "r", subscriber(_)).named("r"),
            send_message("between"_sym), delete_endpoint("r"), send_message("after"_sym)));
  EXPECT_THAT(j, ElementsAre("r publisher between"));
}

TEST(Order, AChildStartsAfterTheParentsTurn_ORD4) {
  notebook j;
  run(spawn(spawn([&j] {
              j.push_back("boot");
              return actions{note(j, "started"), noting(j, "child", subscriber(_))};
            }),
            note(j, "parent goes on"), send_message("too early"_sym)));
  EXPECT_THAT(j, ElementsAre("boot", "parent goes on", "started"));
}

TEST(Order, AllReceiversSeeOneOrder_ORD5) {
  for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
    notebook one;
    notebook other;
    vm v{seeded(seed),
         spawn(noting(one, "r", subscriber(_))),
         spawn(noting(other, "r", subscriber(_))),
         spawn(when("go"_sym, actions{send_message(1), publisher("a"_sym), send_message(2)})),
         spawn(when("go"_sym, actions{send_message(3), publisher("b"_sym), send_message(4)})),
         spawn(when("go"_sym, actions{send_message(5), quit()}))};
    v.run_until_inert();
    send(v, "go"_sym);
    EXPECT_THAT(one, SizeIs(8));
    EXPECT_EQ(one, other) << "seed " << seed;
  }
}

TEST(Order, WhatAMessageCausedComesAfterIt_ORD5) {
  for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
    notebook j;
    vm v{seeded(seed), spawn(noting(j, "c", subscriber(_))),
         spawn(when("m1"_sym, send_message("m2"_sym))),
         spawn(when("m2"_sym, send_message("m3"_sym))),
         spawn(when("go"_sym, send_message("m1"_sym)))};
    v.run_until_inert();
    send(v, "go"_sym);
    EXPECT_THAT(
        j, ElementsAre("c publisher go", "c publisher m1", "c publisher m2", "c publisher m3"));
  }
}

// The orders that the seeds show of one event that concerns `parts`.
template <class MakeParts>
std::set<notebook> orders(const MakeParts& make_parts) {
  std::set<notebook> seen;
  for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
    notebook j;
    vm v{seeded(seed), make_parts(j)};
    v.run_until_inert();
    j.clear();
    send(v, "m"_sym);
    seen.insert(j);
  }
  return seen;
}

TEST(Order, OfProcessesIsFree_ORD6) {
  const auto seen = orders([](notebook& j) {
    return actions{spawn(noting(j, "a", subscriber(_))), spawn(noting(j, "b", subscriber(_)))};
  });
  EXPECT_THAT(seen, UnorderedElementsAre(ElementsAre("a publisher m", "b publisher m"),
                                         ElementsAre("b publisher m", "a publisher m")));
}

TEST(Order, OfEndpointsIsFree_ORD7) {
  const auto seen = orders([](notebook& j) {
    return actions{noting(j, "a", subscriber(_)), noting(j, "b", subscriber(_))};
  });
  EXPECT_THAT(seen, UnorderedElementsAre(ElementsAre("a publisher m", "b publisher m"),
                                         ElementsAre("b publisher m", "a publisher m")));
}

TEST(Order, SeedZeroIsByPidAndByAge_ORD6_ORD7) {
  notebook j;
  vm v = run(spawn(noting(j, "a", subscriber(_)), noting(j, "b", subscriber(_))),
             spawn(noting(j, "c", subscriber(_))));
  send(v, "m"_sym);
  EXPECT_THAT(j, ElementsAre("a publisher m", "b publisher m", "c publisher m"));
}

TEST(Order, ASeedAlwaysGivesTheSameRun_ORD6) {
  const auto run_once = [](std::uint64_t seed) {
    notebook j;
    std::vector<spawn_action> children;
    for (int i = 0; i < 8; ++i) {
      children.push_back(
          spawn(noting(j, std::to_string(i), subscriber(_)), publisher(list(i)), send_message(i)));
    }
    vm v{seeded(seed), children};
    v.run_until_inert();
    return j;
  };
  EXPECT_EQ(run_once(7), run_once(7));
  EXPECT_NE(run_once(7), run_once(8));
}

TEST(Order, OwnEndpointsMeetANewOneBeforeThoseOfOthers_ORD8) {
  for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
    notebook j;
    vm v{seeded(seed), spawn(noting(j, "other", subscriber(_))),
         spawn(noting(j, "own", subscriber(_)),
               when("go"_sym, noting(j, "new", publisher("t"_sym))))};
    v.run_until_inert();
    v.inject(send_message("go"_sym));
    j.clear();
    v.run_until_inert();
    EXPECT_THAT(j, ElementsAre("own +publisher t", "new +subscriber t", "other +publisher t",
                               "new +subscriber t"));
  }
}

TEST(Order, TheOlderEndpointOfAPairIsToldFirst_ORD8) {
  notebook j;
  run(spawn(noting(j, "old", subscriber("t"_sym))),
      spawn(noting(j, "new", publisher("t"_sym)).named("new"), delete_endpoint("new")));
  EXPECT_THAT(j, ElementsAre("old +publisher t", "new +subscriber t", "old -publisher t #f",
                             "new -subscriber t #f"));
}

TEST(Order, AContinuationRunsInItsPlaceWithTheStateOfThatMoment_YLD1) {
  notebook j;
  run(spawn([&j] {
    const auto show = [&j](const int& state) { j.push_back("state " + std::to_string(state)); };
    return transition(
        1, yield(show), yield([&j](const int& state) {
          return transition(state + 1, note(j, "queued by the first"));
        }),
        yield(show), yield([&j](int& state) {
          state *= 10;
          return actions{note(j, "queued by the second"), yield([&j] { j.push_back("last"); })};
        }),
        yield(show));
  }));
  EXPECT_THAT(j, ElementsAre("state 1", "state 2", "state 20", "queued by the first",
                             "queued by the second", "last"));
}

TEST(Order, AMessageFromOutsideIsOfAProcessWithoutEndpoints_INJ1) {
  notebook j;
  vm v = run(spawn(noting(j, "s", subscriber(_)), noting(j, "p", publisher(list(_)))));
  j.clear();
  v.inject(send_message(list(1)));
  v.inject(send_feedback(list(2)));
  EXPECT_THAT(j, ElementsAre("s publisher (1)", "p subscriber (2)"));
  EXPECT_FALSE(v.run_round());
}

}  // namespace
}  // namespace souk
