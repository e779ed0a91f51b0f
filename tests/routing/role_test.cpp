// Roles: when two endpoints have something to talk about (PRE-1, PRE-4), who sees whom (INT-1), and
// which roles may replace each other silently (UPD-1, UPD-3).
#include <souk/role.hpp>
#include <souk/text.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace souk {
namespace {

using enum orientation;
using enum interest_type;

role as(orientation o, interest_type i, std::string_view topic) { return {o, i, read(topic)}; }

TEST(Role, OnlyOppositeOrientationsMeet_PRE1) {
  const auto topic_of = [](orientation left, orientation right) {
    return common_topic(as(left, participant, "(? b)"), as(right, participant, "(a ?)"));
  };
  EXPECT_EQ(topic_of(publisher, subscriber), read("(a b)"));
  EXPECT_EQ(topic_of(subscriber, publisher), read("(a b)"));
  EXPECT_FALSE(topic_of(publisher, publisher));
  EXPECT_FALSE(topic_of(subscriber, subscriber));
}

TEST(Role, TheCommonTopicIsTheSameOnBothSides_PRE4) {
  const role left = as(publisher, participant, "(?x ?y a)");
  const role right = as(subscriber, everything, "(?z ?z ?)");
  EXPECT_EQ(common_topic(left, right), read("(?0 ?0 a)"));
  EXPECT_EQ(common_topic(right, left), read("(?0 ?0 a)"));
}

TEST(Role, ParticipantsAreSeenByAllAndEverythingSeesAll_INT1) {
  for (const interest_type local : {participant, observer, everything}) {
    EXPECT_TRUE(sees(local, participant));
    EXPECT_EQ(sees(local, observer), local == everything);
    EXPECT_EQ(sees(local, everything), local == everything);
  }
}

TEST(Role, ReplacesSilentlyWhenEachTopicIsAnInstanceOfTheOther_UPD3) {
  const role old = as(publisher, participant, "(?n ?n)");
  EXPECT_TRUE(interchangeable(old, as(publisher, participant, "(?n ?n)")));
  EXPECT_TRUE(interchangeable(old, as(publisher, participant, "(?p ?q)")));
  EXPECT_FALSE(interchangeable(old, as(publisher, participant, "(a ?q)")));
  EXPECT_FALSE(interchangeable(as(publisher, participant, "(a ?q)"), old));
  EXPECT_FALSE(interchangeable(old, as(publisher, participant, "?")));
}

TEST(Role, AnotherOrientationOrInterestIsAnotherRole_UPD2) {
  const role old = as(publisher, participant, "a");
  EXPECT_FALSE(interchangeable(old, as(subscriber, participant, "a")));
  EXPECT_FALSE(interchangeable(old, as(publisher, observer, "a")));
  EXPECT_FALSE(interchangeable(old, as(publisher, everything, "a")));
}

}  // namespace
}  // namespace souk
