// What two topics have in common: TOP-1 to TOP-7, UPD-3 and D-2, rule by rule. Terms are written as
// texts: ? is a wildcard of its own, ?n a named one, ?0 a canonical one.
#include <souk/pattern.hpp>
#include <souk/text.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace souk {
namespace {

using namespace literals;

// The text of the intersection, or "none"; both ways round, since it does not depend on the order.
std::string meeting_of(const term& left, const term& right) {
  const auto one = intersection(left, right);
  const auto other = intersection(right, left);
  EXPECT_EQ(one, other) << to_string(left) << " and " << to_string(right);
  EXPECT_EQ(one.has_value(), matches(left, right)) << to_string(left) << " to " << to_string(right);
  EXPECT_EQ(one.has_value(), matches(right, left)) << to_string(right) << " to " << to_string(left);
  return one ? to_string(*one) : "none";
}
std::string meet(std::string_view left, std::string_view right) {
  return meeting_of(read(left), read(right));
}

TEST(Pattern, PairsMeetPairs_TOP1) {
  EXPECT_EQ(meet("(a b)", "(a b)"), "(a b)");
  EXPECT_EQ(meet("(a b)", "(a c)"), "none");
  EXPECT_EQ(meet("(a b)", "(a b c)"), "none");
  EXPECT_EQ(meet("(? b)", "(a ?)"), "(a b)");
  EXPECT_EQ(meet("(a . b)", "(a . ?)"), "(a . b)");
}

TEST(Pattern, AListIsAChainOfPairsThatEndsInTheEmptyList_TOP1) {
  EXPECT_EQ(meet("(a . ?)", "(a b c)"), "(a b c)");
  EXPECT_EQ(meet("(a . ?)", "(a)"), "(a)");
  EXPECT_EQ(meet("(a . ?)", "()"), "none");
  EXPECT_EQ(meet("(a b . ?x)", "(? . ?)"), "(a b . ?0)");
  EXPECT_EQ(meet("()", "()"), "()");
  EXPECT_EQ(meet("(a . b)", "(a b)"), "none");
}

TEST(Pattern, VectorsMeetVectorsOfTheSameLength_TOP1) {
  EXPECT_EQ(meet("#(? b)", "#(a ?)"), "#(a b)");
  EXPECT_EQ(meet("#(a b)", "#(a b c)"), "none");
  EXPECT_EQ(meet("#()", "#()"), "#()");
  EXPECT_EQ(meet("#(?)", "#()"), "none");
}

TEST(Pattern, ListVectorAndRecordAreThreeKinds_TOP1) {
  EXPECT_EQ(meet("(a b)", "#(a b)"), "none");
  EXPECT_EQ(meet("(a b)", "#s(a b)"), "none");
  EXPECT_EQ(meet("#(a b)", "#s(a b)"), "none");
  EXPECT_EQ(meet("()", "#()"), "none");
  EXPECT_EQ(meet("(? ?)", "#(? ?)"), "none");
}

TEST(Pattern, AWildcardMeetsAnything_TOP1) {
  for (const char* what : {"a", "1", "-1.5", "\"a\"", "#\"a\"", "#t", "()", "(a . b)", "#(a)",
                           "#s(r a)", "#error\"why\"", "#pid[0:3]", "#s(r)"}) {
    EXPECT_EQ(meet("?", what), what);
  }
  EXPECT_EQ(meet("?", "?"), "?0");
}

TEST(Pattern, AtomsOfDifferentTypesAreDifferent_TOP2) {
  const char* const atoms[] = {"1",  "1.0", "\"1\"",       "#\"1\"",    "one",       "#t",  "()",
                               "#f", "2",   "#error\"1\"", "#pid[0:1]", "#pid[1:1]", "a#1", "a"};
  for (const char* a : atoms) {
    for (const char* b : atoms) {
      const std::string both = "(" + std::string{a} + ")";
      EXPECT_EQ(meet(both, "(" + std::string{b} + ")"), a == b ? both : "none")
          << a << " and " << b;
    }
  }
}

TEST(Pattern, LongTextsMeetByValue_TOP2) {
  const std::string text = "\"a text that does not fit into sixteen bytes\"";
  EXPECT_EQ(meet(text, text), text);
  EXPECT_EQ(meet(text, "#" + text), "none");
  EXPECT_EQ(meet("(? " + text + ")", "(a " + text + ")"), "(a " + text + ")");
}

TEST(Pattern, HostObjectsMeetOnlyThemselves_TOP2) {
  const term one = host_object(std::make_shared<int>(1));
  const term other = host_object(std::make_shared<int>(1));
  EXPECT_TRUE(matches(list(one, _), list(_, "a")));
  EXPECT_TRUE(matches(one, one));
  EXPECT_FALSE(matches(one, other));
  EXPECT_FALSE(matches(list(one, _), list(other, _)));
}

TEST(Pattern, RecordsMeetWhenLabelAndNumberOfFieldsAgree_TOP3) {
  EXPECT_EQ(meet("#s(says ? hello)", "#s(says anna ?)"), "#s(says anna hello)");
  EXPECT_EQ(meet("#s(says ? ?)", "#s(said ? ?)"), "none");
  EXPECT_EQ(meet("#s(says ?)", "#s(says ? ?)"), "none");
  EXPECT_EQ(meet("#s(says ? b)", "#s(says ? c)"), "none");
  EXPECT_EQ(meet("#s(empty)", "#s(empty)"), "#s(empty)");
}

TEST(Pattern, WildcardsLeftAreNumberedByFirstOccurrence_TOP4) {
  EXPECT_EQ(meet("(? ?b ? ?b)", "(? ? ? ?)"), "(?0 ?1 ?2 ?1)");
  EXPECT_EQ(meet("((?x . ?y) ?y ?x)", "?"), "((?0 . ?1) ?1 ?0)");
  EXPECT_EQ(meet("#(#s(r ?z ?y) ?y ?z)", "?"), "#(#s(r ?0 ?1) ?1 ?0)");
  EXPECT_EQ(meet("(?7 ?3)", "(?3 ?3)"), "(?0 ?0)");
}

TEST(Pattern, CanonicalRenamesOnly_TOP4) {
  EXPECT_EQ(to_string(canonical(read("(?b ?a (?b . ?c))"))), "(?0 ?1 (?0 . ?2))");
  EXPECT_EQ(to_string(canonical(read("?7"))), "?0");
  EXPECT_EQ(to_string(canonical(read("(a #f)"))), "(a #f)");
  EXPECT_TRUE(canonical(term{false}).is_false());
}

TEST(Pattern, TheSameVariableStandsForTheSameValue_TOP5) {
  EXPECT_EQ(meet("(?n ?n)", "(a a)"), "(a a)");
  EXPECT_EQ(meet("(?n ?n)", "(a b)"), "none");
  EXPECT_EQ(meet("(?n ?n)", "(? b)"), "(b b)");
  EXPECT_EQ(meet("(?n ?n ?)", "(? ?m ?m)"), "(?0 ?0 ?0)");
  EXPECT_EQ(meet("(?n ?n)", "((? b) (a ?))"), "((a b) (a b))");
}

TEST(Pattern, VariablesOfTwoTermsAreDistinctWhateverTheirNames_TOP5) {
  EXPECT_EQ(meet("(?n a)", "(b ?n)"), "(b a)");
  EXPECT_EQ(meet("(?0 a)", "(b ?0)"), "(b a)");
  EXPECT_EQ(meet("?n", "(?n)"), "(?0)");
  const term shared = list(var("n"), var("m"));
  EXPECT_EQ(meeting_of(list(shared, "a"_sym), list(_, var("n"))), "((?0 ?1) a)");
  EXPECT_EQ(meeting_of(shared, list(list(var("m")), "a"_sym)), "((?0) a)");
}

TEST(Pattern, AVariableDoesNotMeetATermThatContainsIt_TOP5) {
  EXPECT_EQ(meet("(?n ?n)", "(?m (?m))"), "none");
  EXPECT_EQ(meet("(?n ?n)", "(?m #(a ?m))"), "none");
  EXPECT_EQ(meet("(?n ?n)", "(?m (a . ?m))"), "none");
  EXPECT_EQ(meet("(?n ?n)", "(?m #s(r ?m))"), "none");
}

TEST(Pattern, FalseMeetsNothing_TOP6) {
  EXPECT_EQ(meet("#f", "#f"), "none");
  EXPECT_EQ(meet("#f", "?"), "none");
  EXPECT_EQ(meet("#f", "a"), "none");
  EXPECT_EQ(meet("#t", "?"), "#t");
}

TEST(Pattern, FalseInsideATermIsAnOrdinaryAtom_TOP6) {
  EXPECT_EQ(meet("(#f)", "(?)"), "(#f)");
  EXPECT_EQ(meet("#(#f ?)", "#(#f #f)"), "#(#f #f)");
  EXPECT_EQ(meet("(?n . ?n)", "(#f . ?)"), "(#f . #f)");
}

TEST(Pattern, ABodyMayContainWildcards_TOP7) {
  EXPECT_TRUE(matches(read("(a ?)"), read("(? b)")));
  EXPECT_TRUE(matches(read("?"), read("(a b)")));
  EXPECT_FALSE(matches(read("(?n ?n)"), read("(a b)")));
}

TEST(Pattern, InfiniteTermsAreNoIntersection_D2) {
  EXPECT_EQ(meet("(?n (?n))", "((?p) ?p)"), "none");
  EXPECT_EQ(meet("(?n (?n))", "((?p) (?q))"), "((?0) ((?0)))");
  EXPECT_EQ(meet("#(?n ?m)", "#((?q) (?p))"), "#((?0) (?1))");
  EXPECT_EQ(meet("#(?n ?m (?n) (?m))", "#((?q) (?p) ?p ?q)"), "none");
  EXPECT_EQ(meet("(?a ?b ?c ?a)", "((?x) (?y) (?z) ?)"), "((?0) (?1) (?2) (?0))");
  EXPECT_EQ(meet("(?a (?a) (?b) (?c))", "(?x ?y ?x ?y)"), "((?0) ((?0)) (?0) ((?0)))");
  EXPECT_EQ(meet("(?a (?a) (?b) ?b)", "(?x ?y ?x ?y)"), "none");
  EXPECT_EQ(meet("(?n ?n ?m ?m)", "((?p) ?q (?q) ?p)"), "none");
}

TEST(Pattern, TheOccursCheckLooksAtTheWholeListTail_D2) {
  EXPECT_EQ(meet("(?x . ?x)", "((a . ?y) . ?y)"), "none");
  EXPECT_EQ(meet("(?x . ?x)", "(?y a . ?y)"), "none");
  EXPECT_EQ(meet("(?x . ?x)", "((a . ?y) b . ?z)"), "none");
  EXPECT_EQ(meet("(?x . ?x)", "((a . ?y) a . ?z)"), "((a . ?0) a . ?0)");
}

TEST(Pattern, AnInstanceHasMoreSaidThanThePattern_UPD3) {
  EXPECT_TRUE(is_instance(read("(a b)"), read("(? b)")));
  EXPECT_FALSE(is_instance(read("(? b)"), read("(a b)")));
  EXPECT_TRUE(is_instance(read("(a b)"), read("?")));
  EXPECT_TRUE(is_instance(read("#s(r a)"), read("#s(r ?)")));
  EXPECT_FALSE(is_instance(read("#s(r a)"), read("#s(q ?)")));
  EXPECT_FALSE(is_instance(read("#(a)"), read("#(? ?)")));
  EXPECT_FALSE(is_instance(read("(a)"), read("(a b)")));
  EXPECT_TRUE(is_instance(term{false}, term{false}));
}

TEST(Pattern, WhichVariablesAreRepeatedIsNotCompared_UPD3) {
  EXPECT_TRUE(is_instance(read("(?p ?q)"), read("(?n ?n)")));
  EXPECT_TRUE(is_instance(read("(?n ?n)"), read("(?p ?q)")));
  EXPECT_TRUE(is_instance(read("(a b)"), read("(?n ?n)")));
}

TEST(Pattern, AResultDoesNotNeedTheTermsItCameFrom) {
  std::optional<term> kept;
  {
    const term left = read("(?x #(?x \"a text of more than fourteen bytes\"))");
    const term right = read("((?y b) . ?z)");
    kept = intersection(left, right);
  }
  EXPECT_EQ(to_string(kept.value()), "((?0 b) #((?0 b) \"a text of more than fourteen bytes\"))");
}

}  // namespace
}  // namespace souk
