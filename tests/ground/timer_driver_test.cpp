// The timer driver and its relays, against the wall clock.
#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "tests/ground/vm_support.hpp"

namespace souk::ground::test {
namespace {

// Not scattered: these programs set timers once the driver, spawned before them, is there.
SOUK_ON_VMS(TimerDriver, functional_vm, parallel_vm);
SOUK_ON_VMS(TimerRelay, functional_vm, parallel_vm);

using ::testing::ElementsAre;
using timer::set_timer;
using timer::timer_expired;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct expiry {
  std::string label;
  double at;
};

/// Sets the timers in one transition and returns what expired until the ground VM was done.
std::vector<expiry> expiries_of(const std::vector<term>& requests) {
  std::vector<expiry> all;
  ground_vm(quiet(), timer::driver(), spawn([&] {
              actions first =
                  subscriber(topic<timer_expired>(_, _)).on_message([&](const timer_expired& e) {
                    all.push_back({to_string(e.label), e.msecs});
                  });
              for (const term& t : requests) first.append(send_message(t));
              return first;
            }));
  return all;
}

std::vector<std::string> labels_of(const std::vector<term>& requests) {
  std::vector<std::string> labels;
  for (const auto& e : expiries_of(requests)) labels.push_back(e.label);
  return labels;
}

set_timer relative(term label, double msecs) { return {std::move(label), msecs, "relative"_sym}; }
set_timer absolute(term label, double msecs) { return {std::move(label), msecs, "absolute"_sym}; }

TEST_P(TimerDriver, ARelativeTimerExpiresNotBeforeItsTime) {
  const double before = timer::now_msecs();
  const auto all = expiries_of({timer::after("tea"_sym, std::chrono::milliseconds{30})});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].label, "tea");
  EXPECT_GE(all[0].at, before + 30);
  EXPECT_LE(all[0].at, timer::now_msecs());
}

TEST_P(TimerDriver, AnAbsoluteTimerExpiresNotBeforeItsTime) {
  const double due = timer::now_msecs() + 30;
  const auto all = expiries_of({absolute("tea"_sym, due)});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_GE(all[0].at, due);
}

TEST_P(TimerDriver, TimersExpireInTheOrderOfTheirDeadlines) {
  EXPECT_THAT(labels_of({relative(3, 30), relative(1, 10), relative(2, 20)}),
              ElementsAre("1", "2", "3"));
}

TEST_P(TimerDriver, EqualDeadlinesExpireInTheOrderInWhichTheyWereSet) {
  const double due = timer::now_msecs() + 20;
  std::vector<term> requests;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    requests.emplace_back(absolute(i, due));
    expected.push_back(std::to_string(i));
  }
  EXPECT_EQ(labels_of(requests), expected);
}

TEST_P(TimerDriver, WhatIsPastExpiresAtOnce) {
  EXPECT_THAT(labels_of({absolute("long ago"_sym, -1e300)}), ElementsAre("|long ago|"));
  EXPECT_THAT(
      labels_of({relative("before"_sym, -1000), absolute("1970"_sym, 0), relative("now"_sym, 0)}),
      ::testing::UnorderedElementsAre("|1970|", "before", "now"));
  EXPECT_THAT(labels_of({relative("ever"_sym, -infinity)}), ElementsAre("ever"));
}

// A ground VM that waited for what never comes would never return.
TEST_P(TimerDriver, WhatNeverComesIsNotWaitedFor) {
  EXPECT_THAT(labels_of({relative("never"_sym, not_a_number), absolute("never"_sym, not_a_number),
                         relative("never"_sym, infinity), absolute("never"_sym, infinity),
                         relative("soon"_sym, 1)}),
              ElementsAre("soon"));
}

TEST_P(TimerDriver, WhatIsNoRequestIsIgnoredAndTheDriverGoesOn) {
  EXPECT_THAT(labels_of({set_timer{"odd"_sym, 0, "sideways"_sym},
                         make_record("set-timer", "odd", "soon", "relative"_sym),
                         make_record("set-timer", "odd", 0, false), relative("good"_sym, 0)}),
              ElementsAre("good"));
}

TEST_P(TimerDriver, IntegersAreMillisecondsToo) {
  EXPECT_THAT(labels_of({make_record("set-timer", "whole"_sym, 1, "relative"_sym)}),
              ElementsAre("whole"));
}

TEST_P(TimerDriver, ALabelIsAnyTerm) {
  const term label = list("a", make_vector(1, 2), false);
  EXPECT_THAT(labels_of({relative(label, 0)}), ElementsAre(to_string(label)));
}

TEST_P(TimerDriver, TenThousandTimersExpireInOrderAndOnce) {
  constexpr int count = 10'000;
  std::mt19937 dice{1};
  const double base = timer::now_msecs() + 100;
  std::vector<double> due;
  std::vector<term> requests;
  for (int i = 0; i < count; ++i) {
    due.push_back(base + static_cast<double>(dice() % 200));
    requests.emplace_back(absolute(i, due.back()));
  }
  const auto all = expiries_of(requests);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(count));
  double last = 0;
  int last_label = -1;
  for (const expiry& e : all) {
    const int label = std::stoi(e.label);
    const double mine = due[static_cast<std::size_t>(label)];
    ASSERT_GE(e.at, mine);
    ASSERT_TRUE(mine > last || (mine == last && label > last_label)) << label;
    last = mine;
    last_label = label;
  }
}

TEST_P(TimerDriver, ATimerSetByAnExpiryExpiresToo) {
  int left = 100;
  ground_vm(quiet(), timer::driver(),
            spawn(subscriber(topic<timer_expired>("tick"_sym, _)).on_message([&]() -> actions {
              if (--left == 0) return {};
              return send_message(relative("tick"_sym, 0));
            }),
                  send_message(relative("tick"_sym, 0))));
  EXPECT_EQ(left, 0);
}

TEST_P(TimerDriver, ATimeIsAnEvent) {
  double got = 0;
  const double due = timer::now_msecs() + 20;
  ground_vm(quiet(), spawn([&] {
              return subscriber(cons(timer::at(due), _)).on_message([&](const term& m) {
                got = m.tail().as_real();
                return quit();
              });
            }));
  EXPECT_GE(got, due);
}

// Relays.

/// Sets a timer of that label in its VM, and writes what expires there.
spawn_action client(journal& notes, const std::string& name, const term& label) {
  return spawn(
      subscriber(topic<timer_expired>(_, _)).on_message([&notes, name](const timer_expired& e) {
        notes.write(name + " " + to_string(e.label));
      }),
      send_message(relative(label, 5)));
}

TEST_P(TimerRelay, ServesANestedVmInANestedVm) {
  journal notes;
  ground_vm(quiet(), timer::driver(),
            spawn_vm(timer::relay("outer"_sym), client(notes, "outer", "x"_sym),
                     spawn_vm(timer::relay("inner"_sym), client(notes, "inner", "x"_sym))));
  EXPECT_TRUE(notes.has("outer x"));
  EXPECT_TRUE(notes.has("inner x"));
  // The outer VM also sees what its relay serves the inner one: the relay's own label.
  EXPECT_TRUE(notes.has("outer (inner 0)"));
  EXPECT_EQ(notes.all().size(), 3U);
}

TEST_P(TimerRelay, SiblingsAreNotMixedUp) {
  journal notes;
  ground_vm(quiet(), timer::driver(),
            spawn_vm(timer::relay("left"_sym), client(notes, "left", "l"_sym)),
            spawn_vm(timer::relay("right"_sym), client(notes, "right", "r"_sym)));
  EXPECT_THAT(notes.all(), ::testing::UnorderedElementsAre("left l", "right r"));
}

TEST_P(TimerRelay, WithoutADriverNothingExpires) {
  journal notes;
  ground_vm(quiet(), spawn_vm(timer::relay("left"_sym), client(notes, "left", "l"_sym)));
  EXPECT_TRUE(notes.all().empty());
}

}  // namespace
}  // namespace souk::ground::test
