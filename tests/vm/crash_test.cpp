// Crashes: CRA-1 to CRA-4, and that nothing a process does brings its VM down.
#include "tests/vm/journal.hpp"

#include <stdexcept>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

actions fail() { throw std::runtime_error{"boom"}; }

TEST(Crash, DropsStateAndActionsOfTheHandlerAndQuitsWithTheException_CRA1) {
  notebook j;
  vm v = run(noting(j, "s", subscriber("t"_sym)), spawn([&j] {
               return transition(
                   1, publisher("t"_sym).on_absence([&j](const int& state) {
                     j.push_back("state " + std::to_string(state));
                   }),
                   subscriber("go"_sym).on_message([](const term&, const int&) -> transition<int> {
                     throw std::runtime_error{"boom"};
                   }));
             }));
  j.clear();
  send(v, "go"_sym);
  EXPECT_THAT(j, ElementsAre("s -publisher t #error\"boom\"", "state 1"));
}

TEST(Crash, TheReasonOfAnExceptionOfAnotherKindIsASentence_CRA1) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), spawn(publisher("t"_sym), yield([] { throw 42; })));
  EXPECT_THAT(j, ElementsAre("s +publisher t",
                             "s -publisher t #error\"an exception that is not a std::exception\""));
}

TEST(Crash, WhatWasQueuedBeforeIsPerformedAndEventsAreHandled_CRA2) {
  notebook j;
  run(subscriber("m"_sym).on_message([&j](const term&) {
    j.push_back("handled");
    return j.size() == 1 ? actions{note(j, "queued before")} : fail();
  }),
      send_message("m"_sym), send_message("m"_sym), send_message("m"_sym),
      note(j, "the rest of the batch"));
  EXPECT_THAT(
      j, ElementsAre("handled", "handled", "handled", "the rest of the batch", "queued before"));
}

TEST(Crash, AnswersQueuedBehindTheQuitAreNotPerformed_CRA2) {
  notebook j;
  run(subscriber("m"_sym).on_message([&j](const term&) {
    j.push_back("handled");
    return j.size() == 1 ? fail() : actions{note(j, "never")};
  }),
      send_message("m"_sym), send_message("m"_sym));
  EXPECT_THAT(j, ElementsAre("handled", "handled"));
}

TEST(Crash, InABootFunctionEndsTheChildAndTheParentGoesOn_CRA3) {
  notebook j;
  run(spawn([](pid) { return fail(); }).then([&j](pid child) {
    j.push_back("child " + std::to_string(child.number));
  }),
      spawn([] {}).then([&j](pid child) { j.push_back("child " + std::to_string(child.number)); }),
      note(j, "goes on"));
  EXPECT_THAT(j, ElementsAre("child 1", "child 2", "goes on"));
}

TEST(Crash, InAContinuationIsThatOfItsOwner_CRA4) {
  notebook j;
  run(noting(j, "s", subscriber(_)),
      spawn(publisher("parent"_sym), spawn(publisher("child"_sym)).then([](pid) { return fail(); }),
            publisher("rest"_sym)));
  EXPECT_THAT(j, ElementsAre("s +publisher parent", "s +publisher rest",
                             "s -publisher parent #error\"boom\"",
                             "s -publisher rest #error\"boom\"", "s +publisher child"));
}

TEST(Crash, OfTheFirstProcessLeavesTheOthers_CRA1) {
  notebook j;
  vm v = run(spawn(noting(j, "s", subscriber("m"_sym))), yield(fail));
  send(v, "m"_sym);
  EXPECT_THAT(j, ElementsAre("s publisher m"));
}

TEST(Crash, OfTheBootFunctionOfTheVmLeavesAnEmptyVm_CRA3) {
  vm v{vm_options{}, [] { return fail(); }};
  v.run_until_inert();
  EXPECT_THAT(v.steppable(), IsEmpty());
}

// An id that is as deep as a term may be cannot be wrapped for the VM around.
TEST(Crash, AnActionThatCannotBePerformedIsACrashOfItsProcess_CRA1) {
  term deep = "id"_sym;
  for (std::size_t i = 0; i < max_term_depth; ++i) deep = make_vector(deep);
  notebook j;
  vm v =
      run(noting(j, "s", subscriber("t"_sym)),
          spawn(publisher("t"_sym), when("go"_sym, actions{at_meta_level(subscriber(_).named(deep)),
                                                           note(j, "the rest")})));
  j.clear();
  EXPECT_NO_THROW(send(v, "go"_sym));
  ASSERT_EQ(j.size(), 2U);
  EXPECT_EQ(j[0], "the rest");
  EXPECT_THAT(j[1], ::testing::StartsWith("s -publisher t #error\"a term may nest at most"));
}

}  // namespace
}  // namespace souk
