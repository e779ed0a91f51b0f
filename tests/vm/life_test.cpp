// How processes start and end: QUI-1 to QUI-5, SPN-1 to SPN-3, GC-1.
#include "tests/vm/journal.hpp"

#include <optional>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::AnyOf;
using ::testing::ElementsAre;

// Spawns a victim and, once it is there, makes `killer` with its pid.
template <class Killer>
spawn_action duel(spawn_action victim, const Killer& killer) {
  return spawn(std::move(victim).then(
      [killer](pid child) { return actions{spawn([killer, child] { return killer(child); })}; }));
}

TEST(Quit, DropsTheRestAndEverythingPending_QUI1) {
  notebook j;
  run(noting(j, "own", subscriber("m"_sym)), when("m"_sym, note(j, "never")), send_message("m"_sym),
      note(j, "before"), quit(), note(j, "never"), quit());
  EXPECT_THAT(j, ElementsAre("own publisher m", "before"));
}

TEST(Quit, ByOnesOwnPidIsTheSame_QUI1) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), spawn([&j](pid self) {
        return actions{publisher("t"_sym), quit(self, "why"_sym), note(j, "never")};
      }));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "s -publisher t why"));
}

TEST(Quit, OfAnotherDeletesItsEndpointsAndTellsThirdParties_QUI2) {
  notebook j;
  run(noting(j, "third", subscriber("t"_sym)),
      duel(spawn(noting(j, "victim", publisher("t"_sym))),
           [](pid victim) { return actions{quit(victim, "killed"_sym)}; }));
  EXPECT_THAT(j, ElementsAre("third +publisher t", "victim +subscriber t",
                             "third -publisher t killed", "victim -subscriber t killed"));
}

TEST(Quit, TheKillerIsBlindAndSoIsItsVictim_QUI3) {
  notebook j;
  run(duel(spawn(noting(j, "victim", publisher("t"_sym))), [&j](pid victim) {
    return actions{noting(j, "killer", subscriber("t"_sym)), quit(victim, "killed"_sym),
                   note(j, "done")};
  }));
  EXPECT_THAT(j, ElementsAre("victim +subscriber t", "killer +publisher t", "done"));
}

TEST(Quit, OfAProcessThatIsGoneDoesNothing_QUI4) {
  notebook j;
  run(duel(spawn(quit()), [&j](pid victim) {
    return actions{quit(victim, "killed"_sym), quit(pid{victim.vm, 99}, {}), quit(pid{77, 0}, {}),
                   note(j, "goes on")};
  }));
  EXPECT_THAT(j, ElementsAre("goes on"));
}

TEST(Quit, PidsCountUpFromTheBootProcessAndAreNotUsedAgain_QUI4) {
  notebook j;
  const auto show = [&j](pid child) { j.push_back(to_string(child)); };
  run([&j, show](pid self) {
    j.push_back(to_string(self));
    return actions{spawn(quit()).then(show), spawn(quit()).then(show), yield([show] {
                     return actions{yield([show] { return actions{spawn(quit()).then(show)}; })};
                   })};
  });
  EXPECT_THAT(j, ElementsAre("#pid[0:0]", "#pid[0:1]", "#pid[0:2]", "#pid[0:3]"));
}

TEST(Quit, DropsWhatTheVictimHadPending_QUI5) {
  notebook j;
  vm v = run(
      duel(spawn(subscriber("go"_sym).on_message([&j](const term&) {
             j.push_back("victim handled");
             return actions{note(j, "never")};
           })),
           [](pid victim) {
             return actions{when("trigger"_sym, actions{send_message("go"_sym), quit(victim, {})})};
           }));
  send(v, "trigger"_sym);
  EXPECT_THAT(j, ElementsAre("victim handled"));
}

TEST(Quit, OfTwoThatKillEachOtherOneDoes_QUI5) {
  for (const std::uint64_t seed : {0, 1, 2, 3, 4, 5, 6, 7}) {
    notebook j;
    // Each learns the other's pid, then both are told to go.
    const auto fighter = [](const char* name) {
      return spawn([name] {
        return transition(
            std::optional<pid>{}, publisher(symbol{name}),
            subscriber(list("kill"_sym, symbol{name}, _))
                .on_message([](const term& m, std::optional<pid>& enemy) {
                  enemy = m.tail().tail().head().as_pid();
                }),
            subscriber("go"_sym).on_message([](const term&, const std::optional<pid>& enemy) {
              return quit(enemy.value(), "killed"_sym);
            }));
      });
    };
    vm v{vm_options{.seed = seed}, noting(j, "s", subscriber(_)),
         fighter("a").then([](pid a) { return send_message(list("kill"_sym, "b"_sym, a)); }),
         fighter("b").then([](pid b) { return send_message(list("kill"_sym, "a"_sym, b)); }),
         yield([] { return yield([] { return actions{}; }); })};
    v.run_until_inert();
    // The fighters were not there yet when the first batch was sent.
    send(v, list("kill"_sym, "a"_sym, pid{root_vm, 2}));
    send(v, list("kill"_sym, "b"_sym, pid{root_vm, 1}));
    j.clear();
    send(v, "go"_sym);
    EXPECT_THAT(j, AnyOf(ElementsAre("s publisher go", "s -publisher a killed"),
                         ElementsAre("s publisher go", "s -publisher b killed")));
  }
}

TEST(Spawn, BootThenContinuationThenTheRest_SPN1) {
  notebook j;
  run([&j] {
    return transition(
        5, spawn([&j] { j.push_back("boot"); }).then([&j](pid child, int& state) {
          j.push_back("continuation " + to_string(child) + " " + std::to_string(state));
          return transition(state + 1, note(j, "queued"));
        }),
        yield([&j](const int& state) { j.push_back("rest " + std::to_string(state)); }));
  });
  EXPECT_THAT(j, ElementsAre("boot", "continuation #pid[0:1] 5", "rest 6", "queued"));
}

TEST(Spawn, PidsAreValues_SPN2) {
  notebook j;
  run(noting(j, "s", subscriber(list("born"_sym, _))),
      spawn([](pid self) { return send_message(list("born"_sym, self)); }));
  EXPECT_THAT(j, ElementsAre("s publisher (born #pid[0:1])"));
}

TEST(Spawn, AChildOutlivesItsParent_SPN3) {
  notebook j;
  vm v = run(spawn(spawn(noting(j, "child", subscriber("m"_sym))), quit()));
  send(v, "m"_sym);
  EXPECT_THAT(j, ElementsAre("child publisher m"));
}

TEST(Spawn, TheSameActionMakesADifferentProcessEachTime) {
  notebook j;
  const spawn_action child = spawn([&j](pid self) {
    return transition(self.number,
                      yield([&j](std::uint32_t& own) { j.push_back(std::to_string(own)); }));
  });
  run(child, child, actions{child, child});
  EXPECT_THAT(j, ElementsAre("1", "2", "3", "4"));
}

// A process with something pending stays; one that only waits for nothing goes, and nobody is told.
TEST(Collection, AnIdleProcessWithoutEndpointsGoes_GC1) {
  notebook j;
  struct : vm_listener {
    notebook ended;
    void on_end(pid p, const term&, ending e, const reason&) override {
      ended.push_back(to_string(p) + (e == ending::collected ? " collected" : " quit"));
    }
  } listener;
  vm v{vm_options{.listener = &listener}, noting(j, "s", subscriber(_)),
       spawn(note(j, "one"), yield([&j] { return note(j, "two"); })), spawn([] {}),
       spawn(publisher("t"_sym).named(1), delete_endpoint(1))};
  v.run_until_inert();
  EXPECT_THAT(j, ElementsAre("one", "s +publisher t", "s -publisher t #f", "two"));
  EXPECT_THAT(listener.ended,
              ElementsAre("#pid[0:2] collected", "#pid[0:3] collected", "#pid[0:1] collected"));
}

}  // namespace
}  // namespace souk
