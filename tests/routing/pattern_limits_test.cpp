// Large and hostile patterns: matching always ends, soon, and says the same as on small ones.
#include <souk/pattern.hpp>
#include <souk/text.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace literals;

// In seconds of our own processor time: far above what the work takes, also with sanitizers, and
// far below what a blow-up would.
constexpr double soon = 30;

template <class F>
auto within_reason(F work) {
  const std::clock_t start = std::clock();
  auto result = work();
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, soon);
  return result;
}

term numbered(std::string_view name, std::size_t i) {
  return var(std::string{name} + std::to_string(i));
}

std::vector<term> times(std::size_t count, const std::function<term(std::size_t)>& element) {
  std::vector<term> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(element(i));
  return all;
}

term nested(std::size_t levels, term inside) {
  for (std::size_t i = 0; i < levels; ++i) inside = make_vector(inside);
  return inside;
}

// x1 = (x0 . x0), x2 = (x1 . x1), ...: the last stands for 2^count leaves.
struct doubling {
  term left;
  term right;
};
doubling doubled(std::size_t count) {
  return {
      vector(times(count, [](std::size_t i) { return numbered("x", i + 1); })),
      vector(times(count, [](std::size_t i) { return cons(numbered("y", i), numbered("y", i)); }))};
}
// The same, with the y bound to the x in turn.
doubling doubled_and_linked(std::size_t count) {
  const doubling d = doubled(count);
  return {
      make_vector(d.left, vector(times(count, [](std::size_t i) { return numbered("x", i + 1); }))),
      make_vector(d.right,
                  vector(times(count, [](std::size_t i) { return numbered("y", i + 1); })))};
}

TEST(PatternLimits, DoublingVariablesTakeNoExponentialTime_D2) {
  const doubling d = doubled_and_linked(300);
  const auto both = within_reason([&] { return intersection(d.left, d.right); });
  ASSERT_TRUE(both);
  const term* x = &both->parts()[0].parts().back();  // x300
  for (std::size_t i = 0; i < 300; ++i) x = &x->head();
  EXPECT_EQ(*x, term{wildcard{0}});
  EXPECT_TRUE(within_reason([&] { return matches(d.left, d.right); }));
}

TEST(PatternLimits, TwoDoublingsMeetInPolynomialTime_D2) {
  const doubling a = doubled_and_linked(100);
  const doubling b = doubled_and_linked(100);
  const term left = make_vector(a.left, b.left, numbered("x", 100));
  const term right = make_vector(a.right, b.right, numbered("y", 100));
  EXPECT_TRUE(within_reason([&] { return intersection(left, right).has_value(); }));
  EXPECT_TRUE(within_reason([&] { return matches(left, right); }));
}

// What an intersection shares stays shared when it is a topic or a body again.
TEST(PatternLimits, AnIntersectionIsAsCheapAsItsParts_D2) {
  const doubling d = doubled_and_linked(200);
  const auto both = intersection(d.left, d.right);
  ASSERT_TRUE(both);
  EXPECT_TRUE(within_reason([&] { return matches(*both, term(_)); }));
  EXPECT_TRUE(within_reason([&] { return matches(*both, d.left); }));
  EXPECT_EQ(within_reason([&] { return intersection(*both, term(_)).has_value(); }), true);
  EXPECT_EQ(within_reason([&] { return intersection(*both, d.right).has_value(); }), true);
  EXPECT_EQ(within_reason([&] { return intersection(*both, *both).has_value(); }), true);
  EXPECT_TRUE(within_reason([&] { return is_instance(canonical(*both), *both); }));
}

TEST(PatternLimits, ACycleThroughManyVariablesIsFound_D2) {
  constexpr std::size_t count = 400;
  // x(i) = (y(i)) and y(i) = x(i+1), which closes at the end.
  const auto ring = [](bool closed) {
    const term left =
        make_vector(vector(times(count, [](std::size_t i) { return numbered("x", i); })),
                    vector(times(count, [closed](std::size_t i) {
                      return closed ? numbered("x", (i + 1) % count) : numbered("x", i + 1);
                    })));
    const term right = make_vector(
        vector(times(count, [](std::size_t i) { return make_vector(numbered("y", i)); })),
        vector(times(count, [](std::size_t i) { return numbered("y", i); })));
    return within_reason([&] { return matches(left, right); });
  };
  EXPECT_TRUE(ring(false));
  EXPECT_FALSE(ring(true));
}

// (n n n ...) and (y0 y1 y2 ...): each variable stands for the next.
TEST(PatternLimits, ALongChainOfVariablesIsNoNesting_TOP5) {
  for (const std::size_t count : {std::size_t{100}, max_term_depth + 100, std::size_t{20'000}}) {
    const term left = vector(times(count, [](std::size_t) { return var("n"); }));
    const term right = vector(times(count, [](std::size_t i) { return numbered("y", i); }));
    const auto both = within_reason([&] { return intersection(left, right); });
    ASSERT_TRUE(both) << count;
    EXPECT_EQ(both->parts().back(), term{wildcard{0}});
    EXPECT_EQ(within_reason([&] { return intersection(right, left); }), both);
    EXPECT_TRUE(within_reason([&] { return matches(left, right); }));
  }
}

// A list may have any length, also when variables stand for its tails.
TEST(PatternLimits, AListMadeOfTailsIsNoNesting_TOP1) {
  constexpr std::size_t count = max_term_depth + 100;
  const term left =
      make_vector(vector(times(count, [](std::size_t i) { return numbered("x", i); })),
                  vector(times(count, [](std::size_t i) { return numbered("x", i + 1); })));
  const term right =
      make_vector(vector(times(count, [](std::size_t i) { return cons(1, numbered("y", i)); })),
                  vector(times(count, [](std::size_t i) { return numbered("y", i); })));
  const auto both = within_reason([&] { return intersection(left, right); });
  ASSERT_TRUE(both);
  std::size_t length = 0;
  for (const term* rest = &both->parts()[0].parts()[0]; rest->is(kind::pair); rest = &rest->tail())
    ++length;
  EXPECT_EQ(length, count);
}

TEST(PatternLimits, ManyDifferentWildcardsTakeNoQuadraticTime) {
  constexpr std::size_t count = 50'000;
  const term wilds = list_of(times(count, [](std::size_t) { return term(_); }));
  const term others = list_of(times(count, [](std::size_t) { return term(_); }));
  const auto both = within_reason([&] { return intersection(wilds, others); });
  ASSERT_TRUE(both);
  EXPECT_EQ(both->head(), term{wildcard{0}});
  EXPECT_EQ(within_reason([&] { return canonical(wilds); }), *both);
}

TEST(PatternLimits, AListOfAMillionIsMatchedInALoop) {
  const std::vector<term> numbers = times(1'000'000, [](std::size_t i) { return term{i}; });
  const auto million = [&](const term& first, const term& last) {
    return cons(first, list_of(numbers, list(last)));
  };
  const term body = million("a"_sym, "z"_sym);
  const term topic = million(_, _);
  EXPECT_TRUE(within_reason([&] { return matches(body, topic); }));
  EXPECT_TRUE(within_reason([&] { return is_instance(body, topic); }));
  EXPECT_FALSE(
      within_reason([&] { return matches(million("a"_sym, "y"_sym), million(_, "z"_sym)); }));
  EXPECT_EQ(within_reason([&] { return intersection(body, topic); }), body);
}

TEST(PatternLimits, ResultsAtTheDepthLimitAreFound) {
  const term full = nested(max_term_depth, "a"_sym);
  EXPECT_EQ(intersection(full, nested(max_term_depth, _)), full);
  EXPECT_EQ(intersection(nested(max_term_depth - 1, _), full), full);
  EXPECT_TRUE(matches(full, nested(max_term_depth, _)));
  EXPECT_TRUE(is_instance(full, nested(max_term_depth, _)));
}

// x stands for 700 levels inside 700 levels: no term can be that.
TEST(PatternLimits, ResultsBeyondTheDepthLimitAreNoMatchEither) {
  const auto meet = [](std::size_t levels) {
    const term left = make_vector(var("x"), nested(levels, var("x")));
    const term right = make_vector(nested(levels, var("y")), _);
    EXPECT_EQ(matches(left, right), intersection(left, right).has_value()) << levels;
    return matches(left, right);
  };
  EXPECT_TRUE(meet(max_term_depth / 2 - 1));
  EXPECT_FALSE(meet(700));
  EXPECT_FALSE(meet(max_term_depth - 1));
}

}  // namespace
}  // namespace souk
