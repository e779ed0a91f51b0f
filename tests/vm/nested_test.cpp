// Nested VMs: VM-1 to VM-14, GC-2, GC-3 and D-1 at meta level.
#include "tests/vm/journal.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;

// Keeps a nested VM alive while it has nothing to do (VM-8).
meta_actions anchor() { return at_meta_level(subscriber("anchor"_sym)); }

TEST(Nested, TopicsOfDifferentVmsNeverMeet_VM1) {
  notebook j;
  vm v = run(noting(j, "outer", subscriber(_)),
             spawn_vm(noting(j, "inner", subscriber(_)), publisher("t"_sym), send_message("m"_sym)),
             spawn_vm(noting(j, "other", subscriber(_)), anchor()));
  send(v, "n"_sym);
  EXPECT_THAT(j, ElementsAre("inner +publisher t", "inner publisher m", "outer publisher n"));
}

TEST(Nested, AMetaEndpointIsAnEndpointOfTheVmAround_VM2) {
  notebook j;
  vm v = run(noting(j, "outer", publisher(list("t"_sym, _))),
             spawn_vm(at_meta_level(noting(j, "inner", subscriber(list("t"_sym, 1))))));
  send(v, list("t"_sym, 1));
  EXPECT_THAT(
      j, ElementsAre("outer +subscriber (t 1)", "inner +publisher (t 1)", "inner publisher (t 1)"));
}

TEST(Nested, IdsOfEndpointsAndOfMetaEndpointsAreSeparate_VM2) {
  notebook j;
  vm v = run(spawn_vm(noting(j, "inner", subscriber("m"_sym)).named("id"),
                      at_meta_level(noting(j, "meta", subscriber("m"_sym)).named("id")),
                      send_message("m"_sym)),
             spawn_vm(at_meta_level(noting(j, "second", subscriber("m"_sym)).named("id"))));
  send(v, "m"_sym);
  EXPECT_THAT(j, ElementsAre("inner publisher m", "meta publisher m", "second publisher m"));
}

// The update is performed inside before the VM around hears of it.
TEST(Nested, AnUpdatedMetaHandlerIsInForceFromTheInnerAction_VM2) {
  notebook j;
  vm v =
      run(spawn_vm(at_meta_level(noting(j, "old", subscriber("m"_sym)).named(1)),
                   at_meta_level(when(
                       "go"_sym, at_meta_level(noting(j, "new", subscriber("m"_sym)).named(1))))));
  v.inject(send_message("m"_sym));
  v.inject(send_message("go"_sym));
  v.inject(send_message("m"_sym));  // no round of the VM around between the two
  EXPECT_THAT(j, ElementsAre("old publisher m", "new publisher m"));
}

TEST(Nested, MetaMessagesAreSentInOrderAndToOneself_VM3) {
  notebook j;
  run(noting(j, "outer", subscriber(_)),
      spawn_vm(at_meta_level(noting(j, "self", subscriber(list(_)))),
               at_meta_level(send_message(list(1)), send_message(list(2))),
               at_meta_level(send_message(3))));
  EXPECT_THAT(j, ElementsAre("self publisher (1)", "outer publisher (1)", "self publisher (2)",
                             "outer publisher (2)", "outer publisher 3"));
}

TEST(Nested, ADeletedMetaEndpointIsNotTold_VM4) {
  notebook j;
  vm v = run(noting(j, "peer", publisher("t"_sym)),
             spawn_vm(at_meta_level(noting(j, "meta", subscriber("t"_sym)).named(1)),
                      at_meta_level(when("go"_sym, at_meta_level(delete_endpoint(1, "why"_sym))))));
  j.clear();
  send(v, "go"_sym);
  EXPECT_THAT(j, ElementsAre("peer -subscriber t why"));
}

TEST(Nested, TheEndOfAnInnerProcessDeletesItsMetaEndpoints_VM5) {
  notebook j;
  vm v = run(noting(j, "peer", publisher("t"_sym)),
             spawn_vm(anchor(), spawn(at_meta_level(noting(j, "meta", subscriber("t"_sym)),
                                                    when("go"_sym, quit("why"_sym))))));
  j.clear();
  send(v, "go"_sym);
  EXPECT_THAT(j, ElementsAre("peer -subscriber t why"));
}

TEST(Nested, ACrashOfAnInnerProcessIsItsOwn_VM5) {
  notebook j;
  vm v =
      run(noting(j, "peer", publisher("t"_sym)),
          spawn_vm(at_meta_level(noting(j, "sibling", subscriber("m"_sym))),
                   spawn(at_meta_level(subscriber("t"_sym), when("go"_sym, yield([]() -> actions {
                                                                   throw std::runtime_error{"boom"};
                                                                 }))))));
  j.clear();
  send(v, "go"_sym);
  send(v, "m"_sym);
  EXPECT_THAT(j, ElementsAre("peer -subscriber t #error\"boom\"", "sibling publisher m"));
}

TEST(Nested, AMetaQuitEndsTheVmAndNobodyInsideHearsOfTheOthers_VM6) {
  notebook j;
  vm v = run(
      noting(j, "peer", publisher("t"_sym)),
      spawn_vm(noting(j, "s", subscriber("inside"_sym)),
               spawn(noting(j, "p", publisher("inside"_sym)), at_meta_level(subscriber("t"_sym))),
               at_meta_level(when("go"_sym, at_meta_level(quit("why"_sym))))));
  j.clear();
  send(v, "go"_sym);
  EXPECT_THAT(j, ElementsAre("peer -subscriber t why"));
}

TEST(Nested, AMetaQuitWithAPidKillsInTheVmAround_VM6) {
  notebook j;
  vm v = run(noting(j, "s", subscriber("t"_sym)), spawn(publisher("t"_sym)).then([](pid victim) {
    return spawn_vm(anchor(), at_meta_level(quit(victim, "killed"_sym)));
  }));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "s -publisher t killed"));
}

TEST(Nested, AKilledVmIsToldOfItsMetaPeersAndWhatItAnswersOutsideIsDropped_VM6) {
  notebook j;
  vm v =
      run(noting(j, "outer", subscriber("answer"_sym)), spawn(publisher("t"_sym)),
          spawn_vm(
              noting(j, "inner", subscriber("told"_sym)),
              at_meta_level(subscriber("t"_sym).on_absence([&j](const reason& why) {
                j.push_back("told " + why.text());
                return actions{send_message("told"_sym), at_meta_level(send_message("answer"_sym))};
              })))
              .then([](pid victim) { return when("go"_sym, quit(victim, "killed"_sym)); }));
  send(v, "go"_sym);
  EXPECT_THAT(j, ElementsAre("told killed", "inner publisher told"));
}

TEST(Nested, AMetaSpawnMakesASiblingAndAnswersInside_VM7) {
  notebook j;
  run(noting(j, "outer", subscriber(_)), spawn_vm([&j] {
        return transition(
            7,
            at_meta_level(spawn(send_message("child"_sym)).then([&j](pid child, const int& state) {
              j.push_back(to_string(child) + " " + std::to_string(state));
            })));
      }));
  EXPECT_THAT(j, ElementsAre("#pid[0:2] 7", "outer publisher child"));
}

TEST(Nested, AContinuationOfAMetaSpawnIsDroppedWhenItsProcessIsGone_VM7) {
  notebook j;
  run(spawn_vm(
      anchor(),
      spawn(at_meta_level(spawn(note(j, "child")).then([&j](pid) { j.push_back("never"); })),
            quit())));
  EXPECT_THAT(j, ElementsAre("child"));
}

TEST(Nested, AnOutstandingContinuationKeepsAProcessAlive_GC2) {
  notebook j;
  run(spawn_vm(at_meta_level(spawn([] {}).then([&j](pid) { return note(j, "continued"); }))));
  EXPECT_THAT(j, ElementsAre("continued"));
}

TEST(Nested, AnIdleVmWithoutMetaEndpointsGoesWithAllInside_GC3_VM8) {
  struct : vm_listener {
    notebook ended;
    void on_end(pid, const term& name, ending e, const reason&) override {
      ended.push_back(to_string(name) + (e == ending::collected ? " collected" : " quit"));
    }
  } listener;
  notebook j;
  vm v{vm_options{.listener = &listener}, publisher("stay"_sym),
       name_process("idle"_sym, spawn_vm(noting(j, "inner", subscriber(_)), send_message("m"_sym))),
       name_process("anchored"_sym, spawn_vm(anchor()))};
  v.run_until_inert();
  EXPECT_THAT(j, ElementsAre("inner publisher m"));
  EXPECT_THAT(listener.ended, ElementsAre("idle collected"));
}

TEST(Nested, AMetaUpdateWithAnotherRoleCrashesTheInnerProcess_D1_VM9) {
  notebook j;
  vm v = run(noting(j, "peer", publisher(_)),
             spawn_vm(noting(j, "inner", subscriber("p"_sym)),
                      at_meta_level(noting(j, "sibling", subscriber("m"_sym))),
                      spawn(publisher("p"_sym), at_meta_level(subscriber("t"_sym).named(1)),
                            at_meta_level(subscriber("u"_sym).named(1)), note(j, "the rest"))));
  send(v, "m"_sym);
  EXPECT_THAT(
      j, ElementsAre("inner +publisher p", "the rest", "peer +subscriber m", "sibling +publisher m",
                     "inner -publisher p #error\"role-mismatch\"", "peer +subscriber t",
                     "peer -subscriber t #error\"role-mismatch\"", "sibling publisher m"));
}

TEST(Nested, ARelayPerLevelCarriesAMessageOutOfThreeVms_VM10) {
  notebook j;
  // Repeats outside what it hears inside.
  const auto relay = [] {
    return spawn(subscriber(list("up"_sym, _)).on_message([](const term& m) {
      return at_meta_level(send_message(m));
    }));
  };
  run(noting(j, "outermost", subscriber(_)),
      spawn_vm(anchor(), relay(), spawn_vm(anchor(), relay(), spawn_vm(anchor(), relay(), yield([] {
                                                                         return yield([] {
                                                                           return send_message(
                                                                               list("up"_sym, 1));
                                                                         });
                                                                       })))));
  EXPECT_THAT(j, ElementsAre("outermost publisher (up 1)"));
}

TEST(Nested, AMessageReachesThreeLevelsDown_VM2) {
  notebook j;
  const auto relay = [] {
    return at_meta_level(
        subscriber(list("down"_sym, _)).on_message([](const term& m) { return send_message(m); }));
  };
  vm v = run(spawn_vm(
      relay(), spawn_vm(relay(), spawn_vm(at_meta_level(noting(j, "innermost", subscriber(_)))))));
  send(v, list("down"_sym, 1));
  EXPECT_THAT(j, ElementsAre("innermost publisher (down 1)"));
}

TEST(Nested, WhatCannotBeLiftedThrowsWhereItIsMade_VM10) {
  const actions with_yield{quit(), yield([] {})};
  const actions with_meta{at_meta_level(quit())};
  EXPECT_THROW((void)at_meta_level(with_yield), usage_error);
  EXPECT_THROW((void)at_meta_level(with_meta), usage_error);
  EXPECT_NO_THROW((void)at_meta_level(actions{quit(), send_message(1)}));
}

notebook escaped_from(const std::function<actions(notebook&)>& make) {
  notebook out;
  notebook j;
  vm_options options;
  options.on_escape = [&out](const action& a) {
    std::visit(
        [&out](const auto& one) {
          using type = std::remove_cvref_t<decltype(one)>;
          if constexpr (std::same_as<type, add_endpoint>)
            out.push_back("add " + to_string(one.id) + " " + describe(one.role));
          if constexpr (std::same_as<type, delete_endpoint>)
            out.push_back("delete " + to_string(one.id) + " " + to_string(one.why));
          if constexpr (std::same_as<type, send_message>)
            out.push_back("send " + to_string(one.body));
          if constexpr (std::same_as<type, spawn_action>) out.push_back("spawn");
          if constexpr (std::same_as<type, quit>) out.push_back("quit " + to_string(one.why));
        },
        a.what);
  };
  vm v{std::move(options), make(j)};
  v.run_until_inert();
  for (const auto& line : j) out.push_back(line);
  return out;
}

TEST(Nested, MetaActionsOfTheRootLeaveAsValuesInOrder_VM11) {
  EXPECT_THAT(escaped_from([](notebook& j) {
                return actions{at_meta_level(subscriber("t"_sym).named("id")),
                               at_meta_level(send_message(1), spawn([] {})),
                               at_meta_level(delete_endpoint("id", "why"_sym)),
                               at_meta_level(quit("end"_sym)), note(j, "goes on")};
              }),
              ElementsAre("add #(#pid[0:0] \"id\") subscriber t", "send 1", "spawn",
                          "delete #(#pid[0:0] \"id\") why", "quit end", "goes on"));
}

TEST(Nested, TheMetaEndpointsOfAQuittingRootProcessAreDeleted_VM11_VM5) {
  EXPECT_THAT(escaped_from([](notebook&) {
                return actions{at_meta_level(subscriber("t"_sym).named(1)), quit("why"_sym)};
              }),
              ElementsAre("add #(#pid[0:0] 1) subscriber t", "delete #(#pid[0:0] 1) why"));
}

TEST(Nested, AMetaEndpointOfARootProcessKeepsItAlive_VM11) {
  struct : vm_listener {
    int ended = 0;
    notebook remarks;
    void on_end(pid, const term&, ending, const reason&) override { ++ended; }
    void on_remark(pid, std::string_view text) override { remarks.emplace_back(text); }
  } listener;
  vm v{vm_options{.listener = &listener}, at_meta_level(subscriber("t"_sym))};
  v.run_until_inert();
  EXPECT_EQ(listener.ended, 0);
  EXPECT_THAT(listener.remarks, ElementsAre(::testing::HasSubstr("VM-11")));
}

TEST(Nested, ACrashWhileTheVmIsMadeIsThatOfItsProcess_VM12_CRA3) {
  notebook j;
  struct : vm_listener {
    notebook ended;
    void on_end(pid, const term& name, ending, const reason& why) override {
      ended.push_back(to_string(name) + " " + why.text());
    }
  } listener;
  vm v{vm_options{.listener = &listener}, subscriber("stay"_sym),
       name_process("failing"_sym,
                    spawn_vm([](pid) -> boot_function { throw std::runtime_error{"boom"}; }))
           .then([&j](pid child) { j.push_back(to_string(child)); })};
  v.run_until_inert();
  EXPECT_THAT(j, ElementsAre("#pid[0:1]"));
  EXPECT_THAT(listener.ended, ElementsAre("failing boom"));
}

TEST(Nested, AMetaEventForWhatIsGoneInsideIsDropped_VM13) {
  notebook j;
  vm v = run(spawn_vm(anchor(), at_meta_level(noting(j, "gone", subscriber("m"_sym)).named(1)),
                      at_meta_level(when("go"_sym, at_meta_level(delete_endpoint(1))))));
  v.inject(send_message("go"_sym));
  v.inject(send_message("m"_sym));  // handled: the deletion waits inside for its round
  v.inject(send_message("m"_sym));
  v.run_until_inert();
  send(v, "m"_sym);
  EXPECT_EQ(j.size(), 0U);
}

TEST(Nested, InnerRoundsRunAheadOfTheOuterActions_VM14) {
  notebook j;
  run(noting(j, "outer", subscriber(_)),
      spawn_vm(anchor(), at_meta_level(send_message(1)), yield([&j] {
                 return actions{note(j, "second round"), at_meta_level(send_message(2))};
               })));
  EXPECT_THAT(j, ElementsAre("second round", "outer publisher 1", "outer publisher 2"));
}

TEST(Nested, AVmKnowsItsOwnPidAndThePidsInsideNameIt_QUI4) {
  notebook j;
  run(spawn_vm([&j](pid self) {
    return boot([&j, self](pid first) {
      j.push_back(to_string(self) + " " + std::to_string(first.number) +
                  (first.vm == self.as_vm() ? " inside" : " elsewhere"));
    });
  }));
  EXPECT_THAT(j, ElementsAre("#pid[0:1] 0 inside"));
}

}  // namespace
}  // namespace souk
