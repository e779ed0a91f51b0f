// Presence, absence, messages and updates: PRE, INT, ABS, MSG, TOP at work, UPD and D-1.
#include "tests/vm/journal.hpp"

#include <cstdint>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Presence, IsToldOnceOnBothSides_PRE1) {
  notebook j;
  vm v = run(spawn(noting(j, "s", subscriber("t"_sym))),
             spawn(noting(j, "p", publisher("t"_sym)), send_message("x"_sym)));
  v.run_until_inert();
  EXPECT_THAT(j, ElementsAre("s +publisher t", "p +subscriber t"));
}

TEST(Presence, OnlyOppositeOrientationsAndUnifyingTopicsMeet_PRE1) {
  notebook j;
  run(spawn(noting(j, "p", publisher(list("a"_sym, _)))),
      spawn(noting(j, "q", publisher(list("a"_sym, _)))),
      spawn(noting(j, "s", subscriber(list("b"_sym, _)))));
  EXPECT_THAT(j, IsEmpty());
}

TEST(Presence, AnEndpointAddedAgainIsANewOne_PRE1) {
  notebook j;
  run(spawn(noting(j, "s", subscriber("t"_sym))),
      spawn(publisher("t"_sym).named(1), delete_endpoint(1), publisher("t"_sym).named(1)));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "s -publisher t #f", "s +publisher t"));
}

TEST(Presence, EndpointsOfOneProcessMeet_PRE2) {
  notebook j;
  run(noting(j, "p", publisher("t"_sym)), noting(j, "s", subscriber("t"_sym)));
  EXPECT_THAT(j, ElementsAre("p +subscriber t", "s +publisher t"));
}

TEST(Presence, TheTopicIsTheIntersection_PRE4_TOP4) {
  notebook j;
  run(noting(j, "p", publisher(read("(a ?x ?x)"))), noting(j, "s", subscriber(read("(?p ?q ?q)"))));
  EXPECT_THAT(j, ElementsAre("p +subscriber (a ?0 ?0)", "s +publisher (a ?0 ?0)"));
}

TEST(Presence, TheRoleHasOrientationAndInterestOfThePeer_PRE5) {
  notebook j;
  run(noting(j, "p", publisher(list(_, 1))),
      noting(j, "e", observe_publishers_everything(list(2, _))),
      noting(j, "q", observe_subscribers_everything(list(2, 1))));
  EXPECT_THAT(j, ElementsAre("e +publisher (2 1)", "e +publisher/everything (2 1)",
                             "q +subscriber/everything (2 1)"));
}

TEST(Presence, IsToldPerPairOfEndpoints_PRE6) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), publisher("t"_sym), publisher("t"_sym));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "s +publisher t"));
}

TEST(Presence, EachDirectionIsDecidedByItsInterests_INT1) {
  using enum interest_type;
  for (const interest_type local : {participant, observer, everything}) {
    for (const interest_type remote : {participant, observer, everything}) {
      for (const orientation o : {orientation::publisher, orientation::subscriber}) {
        notebook j;
        run(noting(j, "local", endpoint{{o, local, "t"_sym}}).named(1),
            noting(j, "remote", endpoint{{opposite(o), remote, "t"_sym}}).named(2),
            delete_endpoint(2, "why"_sym));
        notebook expected;
        const auto expect = [&](const std::string& who, bool seen, orientation of, interest_type i,
                                bool present) {
          const event e = present ? event::presence({of, i, "t"_sym})
                                  : event::absence({of, i, "t"_sym}, {"why"_sym});
          if (seen) expected.push_back(who + " " + describe(e));
        };
        for (const bool present : {true, false}) {
          expect("local", remote == participant || local == everything, opposite(o), remote,
                 present);
          expect("remote", local == participant || remote == everything, o, local, present);
        }
        EXPECT_EQ(j, expected) << to_string(local) << " and " << to_string(remote);
      }
    }
  }
}

TEST(Messages, ReachAllInterestTypes_INT2) {
  notebook j;
  run(noting(j, "p", subscriber("m"_sym)), noting(j, "o", observe_publishers("m"_sym)),
      noting(j, "e", observe_publishers_everything("m"_sym)), send_message("m"_sym));
  EXPECT_THAT(j, ElementsAre("p publisher m", "o publisher m", "e publisher m"));
}

TEST(Absence, IsToldOnBothSidesAlsoToTheDeleted_ABS1_ABS2) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), spawn(noting(j, "p", publisher("t"_sym)).named("p"),
                                                 delete_endpoint("p", list("gone"_sym, 1))));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "p +subscriber t", "s -publisher t (gone 1)",
                             "p -subscriber t (gone 1)"));
}

TEST(Absence, TheReasonIsFalseUnlessGiven_ABS2) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), spawn(publisher("t"_sym), quit()));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "s -publisher t #f"));
}

TEST(Absence, AQuittingProcessIsToldButItsAnswersAreDropped_ABS3) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), spawn([&j] {
        return transition(0, publisher("t"_sym).on_absence([&j](const reason& why, int& told) {
          j.push_back("told " + std::to_string(++told) + " " + why.text());
          return actions{note(j, "never")};
        }),
                          publisher("t"_sym).on_absence([&j](const int& told) {
                            j.push_back("then " + std::to_string(told));
                            return actions{send_message("never"_sym)};
                          }),
                          quit("why"_sym));
      }));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "s +publisher t", "s -publisher t why", "told 1 why",
                             "s -publisher t why", "then 1"));
}

TEST(Absence, DeletingAnUnknownIdDoesNothing_ABS4) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), publisher("t"_sym).named(1), delete_endpoint("1"),
      delete_endpoint(2), note(j, "goes on"));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "goes on"));
}

TEST(Absence, AnEndpointDeletedLaterHearsOfThoseBefore_ABS5) {
  notebook j;
  run(noting(j, "p", publisher("t"_sym)), noting(j, "s", subscriber("t"_sym)), quit());
  EXPECT_THAT(j, ElementsAre("p +subscriber t", "s +publisher t", "s -publisher t #f",
                             "p -subscriber t #f"));
}

TEST(Messages, NeedNoEndpointOfTheSender_MSG1) {
  notebook j;
  run(noting(j, "s", subscriber(list("a"_sym, _))), spawn(send_message(list("a"_sym, 1))),
      spawn(publisher(list("b"_sym, _)), send_message(list("a"_sym, 2))));
  EXPECT_THAT(j, ElementsAre("s publisher (a 1)", "s publisher (a 2)"));
}

TEST(Messages, CarryTheWholeBodyAsTopic_MSG2_TOP7) {
  notebook j;
  run(noting(j, "s", subscriber(list("a"_sym, _))), send_message(list("a"_sym, 1)),
      send_message(list(_, var("x")).tail()), send_message(cons(var("x"), list(2))));
  ASSERT_EQ(j.size(), 2U);
  EXPECT_EQ(j[0], "s publisher (a 1)");
  EXPECT_EQ(j[1], "s publisher (?x 2)");  // as sent
}

TEST(Messages, ArriveOncePerMatchingEndpoint_MSG3) {
  notebook j;
  run(noting(j, "s1", subscriber("m"_sym)), noting(j, "s2", subscriber(_)),
      noting(j, "s3", subscriber("n"_sym)), send_message("m"_sym));
  EXPECT_THAT(j, ElementsAre("s1 publisher m", "s2 publisher m"));
}

TEST(Messages, ReachTheSenderAtOnce_MSG4) {
  notebook j;
  run(noting(j, "own", subscriber("m"_sym)), send_message("m"_sym), note(j, "then"));
  EXPECT_THAT(j, ElementsAre("own publisher m", "then"));
}

TEST(Messages, FeedbackGoesToPublishers_MSG5) {
  notebook j;
  run(noting(j, "s", subscriber(list(_))), noting(j, "p", publisher(list(1))), note(j, "--"),
      send_feedback(list(1)), send_message(list(1)));
  EXPECT_THAT(j, ElementsAre("s +publisher (1)", "p +subscriber (1)", "--", "p subscriber (1)",
                             "s publisher (1)"));
}

TEST(Messages, FalseReachesNobody_TOP6) {
  notebook j;
  run(noting(j, "s", subscriber(_)), noting(j, "f", subscriber(false)), publisher(false),
      send_message(false), send_message(true));
  EXPECT_THAT(j, ElementsAre("s publisher #t"));
}

TEST(Update, OfTheSameRoleIsSilentAndInForceAtOnce_UPD1) {
  notebook j;
  run(publisher("m"_sym), noting(j, "old", subscriber("m"_sym)).named(1), send_message("m"_sym),
      noting(j, "new", subscriber("m"_sym)).named(1), send_message("m"_sym), delete_endpoint(1));
  EXPECT_THAT(j, ElementsAre("old +publisher m", "old publisher m", "new publisher m",
                             "new -publisher m #f"));
}

TEST(Update, KeepsThePlaceOfTheEndpoint_UPD1_ORD7) {
  notebook j;
  run(noting(j, "a", subscriber("m"_sym)).named(1), noting(j, "b", subscriber("m"_sym)).named(2),
      noting(j, "a2", subscriber("m"_sym)).named(1), send_message("m"_sym));
  EXPECT_THAT(j, ElementsAre("a2 publisher m", "b publisher m"));
}

TEST(Update, DoesNotCompareWhichVariablesAreRepeated_UPD3) {
  notebook j;
  run(publisher(list(1, 2)), noting(j, "old", subscriber(list(var("n"), var("n")))).named(1),
      noting(j, "new", subscriber(list(_, _))).named(1), send_message(list(1, 2)));
  EXPECT_THAT(j, ElementsAre("new publisher (1 2)"));  // no presence for the new match
}

TEST(Update, OfADifferentRoleCrashesThatProcessAlone_D1) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)),
      spawn(noting(j, "p", publisher("t"_sym)).named(1), send_message("queued"_sym)),
      spawn(publisher("t"_sym).named(1), noting(j, "other", subscriber("t"_sym)).named(1),
            note(j, "the rest is performed"), send_message("t"_sym)),
      noting(j, "w", subscriber("queued"_sym)));
  EXPECT_THAT(j, ElementsAre("s +publisher t", "p +subscriber t", "w publisher queued",
                             "s +publisher t", "the rest is performed", "s publisher t",
                             "s -publisher t #error\"role-mismatch\""));
}

TEST(Update, OfADifferentRoleHasNoEffectUntilTheQuit_D1_CRA2) {
  notebook j;
  vm v =
      run(noting(j, "s", subscriber("t"_sym)),
          spawn(publisher("t"_sym).named(1),
                when("go"_sym, actions{publisher("u"_sym).named(1), publisher("t"_sym).named(1)})));
  j.clear();
  v.inject(send_message("go"_sym));
  v.run_round();
  EXPECT_THAT(j, IsEmpty());
  v.run_until_inert();
  EXPECT_THAT(j, ElementsAre("s -publisher t #error\"role-mismatch\""));
}

}  // namespace
}  // namespace souk
