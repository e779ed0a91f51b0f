// Intersections of random terms, against a naive unifier and against the laws they must keep.
#include <souk/pattern.hpp>

#include "tests/routing/naive_unifier.hpp"
#include "tests/term/arbitrary_term.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using testing::numbered;
using testing::tree_of;

// Few atoms and few variables, so that terms often meet and variables often repeat.
rc::Gen<term> small_atom() {
  return rc::gen::element<term>("a"_sym, "b"_sym, 1, "a", false, nil,
                                "a text of more than 14 bytes");
}
rc::Gen<term> small_variable() {
  return rc::gen::element<term>(var("x"), var("y"), var("z"), wildcard{0}, wildcard{1});
}
rc::Gen<term> small_pattern(int levels) {
  auto leaf = rc::gen::weightedOneOf<term>({{2, small_variable()}, {1, small_atom()}});
  if (levels == 0) return leaf;
  const auto part = small_pattern(levels - 1);
  const auto two = rc::gen::pair(part, part);
  using both = std::pair<term, term>;
  return rc::gen::weightedOneOf<term>(
      {{2, leaf},
       {2, rc::gen::map(two, [](const both& p) { return cons(p.first, p.second); })},
       {2, rc::gen::map(two, [](const both& p) { return list(p.first, p.second); })},
       {1, rc::gen::map(two, [](const both& p) { return make_vector(p.first, p.second); })},
       {1, rc::gen::map(part, [](const term& p) { return make_record("r", p); })}});
}
rc::Gen<term> pattern() { return small_pattern(3); }

// A wide one: crosswise repeated variables are likely.
rc::Gen<term> wide_pattern() {
  return rc::gen::map(rc::gen::container<std::vector<term>>(6, small_pattern(1)),
                      [](const std::vector<term>& all) { return vector(all); });
}

// Patterns that meet: the second is the first with parts of it made wild.
term loosened(const term& t, std::uint64_t& dice) {
  dice = dice * 6364136223846793005U + 1442695040888963407U;
  if ((dice >> 33) % 4 == 0) return wildcard{(dice >> 40) % 3};
  if (!t.is_compound()) return t;
  std::vector<term> parts;
  for (const term& part : t.parts()) parts.push_back(loosened(part, dice));
  if (t.is(kind::pair)) return cons(parts[0], parts[1]);
  return t.is(kind::record) ? record(t.label(), parts) : vector(parts);
}
std::pair<term, term> two_that_may_meet() {
  const term left = *wide_pattern();
  std::uint64_t dice = *rc::gen::arbitrary<std::uint64_t>();
  return {left, loosened(left, dice)};
}

using variables = std::map<std::uint64_t, term>;

term instantiate(const term& t, variables& values, const std::vector<term>& from) {
  if (t.is(kind::wildcard)) {
    const term& next = from[values.size() % from.size()];
    return values.emplace(t.as_wildcard().id, next).first->second;
  }
  if (!t.is_compound()) return t;
  std::vector<term> parts;
  for (const term& part : t.parts()) parts.push_back(instantiate(part, values, from));
  if (t.is(kind::pair)) return cons(parts[0], parts[1]);
  return t.is(kind::record) ? record(t.label(), parts) : vector(parts);
}
term instantiate(const term& t, const std::vector<term>& from) {
  variables values;
  return instantiate(t, values, from);
}

void agree_with_the_naive_unifier(const term& left, const term& right) {
  const auto found = intersection(left, right);
  auto expected = testing::unified(tree_of(left, "l"), tree_of(right, "r"));
  if (expected && expected->label == "boolean #f") expected.reset();  // TOP-6
  RC_ASSERT(found.has_value() == expected.has_value());
  if (!found) return;
  RC_ASSERT(tree_of(*found, "") == numbered(*expected));  // TOP-4
}

RC_GTEST_PROP(PatternProperty, AgreesWithTheNaiveUnifier_TOP1_TOP5_D2, ()) {
  agree_with_the_naive_unifier(*pattern(), *pattern());
}

RC_GTEST_PROP(PatternProperty, AgreesWithTheNaiveUnifierOnCrosswiseVariables_D2, ()) {
  const auto [left, right] = two_that_may_meet();
  agree_with_the_naive_unifier(left, right);
}

RC_GTEST_PROP(PatternProperty, MatchesExactlyWhenThereIsAnIntersection, ()) {
  const term left = *pattern();
  const term right = *pattern();
  RC_ASSERT(matches(left, right) == intersection(left, right).has_value());
}

RC_GTEST_PROP(PatternProperty, IsTheSameFromBothSides_PRE4, ()) {
  const term left = *wide_pattern();
  const term right = *wide_pattern();
  RC_ASSERT(intersection(left, right) == intersection(right, left));
  RC_ASSERT(matches(left, right) == matches(right, left));
}

RC_GTEST_PROP(PatternProperty, OfATermWithItselfIsItsCanonicalForm_TOP4, ()) {
  const term t = *testing::any_term();
  RC_PRE(!t.is_false());
  RC_ASSERT(intersection(t, t) == canonical(t));
  RC_ASSERT(canonical(canonical(t)) == canonical(t));
  RC_ASSERT(is_instance(t, canonical(t)));
  RC_ASSERT(is_instance(canonical(t), t));
}

RC_GTEST_PROP(PatternProperty, IsAnInstanceOfBoth, ()) {
  const auto [left, right] = two_that_may_meet();
  const auto both = intersection(left, right);
  RC_PRE(both.has_value());
  RC_ASSERT(is_instance(*both, left));
  RC_ASSERT(is_instance(*both, right));
  RC_ASSERT(intersection(*both, left) == both);
  RC_ASSERT(intersection(right, *both) == both);
}

RC_GTEST_PROP(PatternProperty, ItsInstancesReachBothTopics_TOP7, ()) {
  const auto [left, right] = two_that_may_meet();
  const auto both = intersection(left, right);
  RC_PRE(both.has_value());
  const term ground = instantiate(*both, {"a"_sym, 1, list("b"_sym), false});
  RC_ASSERT(ground.is_ground());
  RC_ASSERT(matches(ground, left));
  RC_ASSERT(matches(ground, right));
  RC_ASSERT(intersection(ground, left) == ground);
}

// Nothing that both could be is left out: a common instance is one of the intersection.
RC_GTEST_PROP(PatternProperty, IsTheMostGeneral_PRE4, ()) {
  const term left = *wide_pattern();
  const std::vector<term> values = *rc::gen::container<std::vector<term>>(4, small_atom());
  const term ground = instantiate(left, values);
  const term right = *rc::gen::oneOf(rc::gen::just(left), rc::gen::just(term(_)));
  RC_PRE(matches(ground, right));
  const auto both = intersection(left, right);
  RC_ASSERT(both.has_value());
  RC_ASSERT(matches(ground, *both));
}

RC_GTEST_PROP(PatternProperty, EqualTermsAreInstancesOfEachOther_UPD3, ()) {
  const term t = *testing::any_term();
  RC_ASSERT(is_instance(t, t));
  RC_ASSERT(is_instance(t, term(_)));
  RC_ASSERT(is_instance(term(_), t) == t.is(kind::wildcard));
}

}  // namespace
}  // namespace souk
