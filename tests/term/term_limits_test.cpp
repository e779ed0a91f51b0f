// How large a term may be, and that large ones take no stack (N1).
#include <souk/term.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace souk {
namespace {

constexpr int million = 1'000'000;

term long_list(int size, const term& end = nil) {
  term all = end;
  for (int i = 0; i < size; ++i) all = cons(i, std::move(all));
  return all;
}

// `levels` vectors, one in the other.
term nested_vectors(std::size_t levels) {
  term t = 1;
  for (std::size_t i = 0; i < levels; ++i) t = make_vector(t);
  return t;
}

TEST(TermLimits, ListsMayHaveAMillionElements) {
  const term a = long_list(million);
  const term b = long_list(million);
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_NE(a, long_list(million, "end"));
  EXPECT_TRUE(a.is_ground());
  EXPECT_FALSE(long_list(million, _).is_ground());
}

TEST(TermLimits, AMillionElementsMayBeSharedWhenTheListGoes) {
  term rest = long_list(million);
  const term kept = rest.tail().tail();
  rest = nil;
  EXPECT_EQ(kept.head(), term{million - 3});
}

TEST(TermLimits, VectorsMayHaveAMillionElements) {
  const std::vector<term> ones(million, term{1});
  EXPECT_EQ(vector(ones), vector(ones));
  const term all = vector(ones);
  EXPECT_EQ(all.parts().size(), ones.size());
}

TEST(TermLimits, NestingIsAllowedUpToTheLimit) {
  const term deepest = nested_vectors(max_term_depth);
  EXPECT_EQ(deepest, nested_vectors(max_term_depth));
  EXPECT_THROW((void)make_vector(deepest), term_error);
  EXPECT_THROW((void)make_record("r", deepest), term_error);
  EXPECT_THROW((void)cons(deepest, nil), term_error);
  EXPECT_THROW((void)cons(1, deepest), term_error) << "the tail of a pair that is no pair";
}

TEST(TermLimits, HeadsNestAsVectorsDo) {
  term t = 1;
  for (std::size_t i = 0; i < max_term_depth; ++i) t = cons(t, 1);
  EXPECT_EQ(t.hash(), term{t}.hash());
  EXPECT_THROW((void)cons(t, 1), term_error);
  EXPECT_NO_THROW((void)cons(1, t)) << "a list of any length";
}

TEST(TermLimits, PairsInTheTailOfPairsAddNoDepth) {
  term t = nested_vectors(max_term_depth - 1);
  for (int i = 0; i < million; ++i) t = cons(i, std::move(t));
  EXPECT_THROW((void)make_vector(t), term_error);
}

TEST(TermLimits, TooDeepSaysTheLimit) {
  try {
    (void)nested_vectors(max_term_depth + 1);
    FAIL() << "deeper than the limit";
  } catch (const term_error& e) {
    EXPECT_STREQ(e.what(),
                 "a term may nest at most 1024 levels deep (lists may be of any length); this one "
                 "would be deeper");
  }
}

TEST(TermLimits, RecordsHaveUpTo65535Fields) {
  const std::vector<term> fields(65'536, term{1});
  const symbol label{"r"};
  const term largest = record(label, std::span{fields}.first(65'535));
  EXPECT_EQ(largest.parts().size(), 65'535U);
  try {
    (void)record(label, fields);
    FAIL() << "more than the limit";
  } catch (const term_error& e) {
    EXPECT_STREQ(e.what(), "a record may have at most 65535 fields, r would have 65536");
  }
}

TEST(TermLimits, LabelsAreInterned) {
  EXPECT_THROW((void)record(fresh_symbol("r"), {}), usage_error);
}

}  // namespace
}  // namespace souk
