// What a term is: its kinds, when two are equal (TOP-2, T1), and what is inside.
#include <souk/term.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;

// One of each kind, no two equal, though several look alike.
std::vector<term> different_terms() {
  const wildcard w = wild();
  return {term{},
          true,
          0,
          1,
          -1,
          0.0,
          -0.0,
          1.0,
          "1",
          "",
          bytes{"1"},
          bytes{""},
          fault{"1"},
          fault{""},
          "1"_sym,
          ""_sym,
          symbol{"1"_sym.base(), 1},
          pid{0, 1},
          pid{1, 0},
          nil,
          w,
          var("1"),
          wildcard{0},
          wildcard{1},
          vector({}),
          make_vector(1),
          make_vector(1.0),
          list(1),
          list(1, 2),
          cons(1, 2),
          cons(1, 0),
          cons(1, false),
          cons(1, "x"),
          cons(1, bytes{"x"}),
          make_record("1"),
          make_record("1", 1),
          make_record("2", 1),
          make_vector("1"_sym, 1),
          host_object(std::make_shared<int>(1)),
          host_object(std::make_shared<int>(1)),
          std::string(14, 'x'),
          std::string(15, 'x'),
          bytes{std::string(15, 'x')},
          fault{std::string(15, 'x')}};
}

TEST(Term, DifferentTermsAreDifferent_TOP2) {
  const std::vector<term> all = different_terms();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      EXPECT_EQ(all[i] == all[j], i == j) << to_string(all[i]) << " and " << to_string(all[j]);
    }
  }
}

TEST(Term, EqualTermsHaveEqualHashes_TOP2) {
  for (const term& t : different_terms()) {
    const term copy = t;  // NOLINT(performance-unnecessary-copy-initialization): that is the test
    EXPECT_EQ(copy, t);
    EXPECT_EQ(copy.hash(), t.hash());
  }
  const std::string text(40, 'x');
  EXPECT_EQ(term{text}.hash(), term{std::string{text}}.hash());
  EXPECT_EQ(make_record("r", text, list(1, 2)).hash(), make_record("r", text, list(1, 2)).hash());
  EXPECT_EQ(make_record("r", text, list(1, 2)), make_record("r", text, list(1, 2)));
}

TEST(Term, HashesOfDifferentTermsDiffer) {
  std::unordered_set<std::size_t> hashes;
  for (const term& t : different_terms()) {
    EXPECT_TRUE(hashes.insert(t.hash()).second) << to_string(t) << ": few terms should not collide";
  }
  for (int i = 0; i < 10'000; ++i) hashes.insert(list(i, "x").hash());
  EXPECT_GT(hashes.size(), 10'000U);
}

TEST(Term, KindsAreTold) {
  EXPECT_EQ(term{}.which(), kind::boolean);
  EXPECT_EQ(term{1.5F}.which(), kind::real);
  EXPECT_EQ(term{"x"}.which(), kind::string);
  EXPECT_EQ(term{_}.which(), kind::wildcard);
  EXPECT_EQ(list().which(), kind::nil);
  EXPECT_EQ(list(1).which(), kind::pair);
  EXPECT_EQ(make_vector().which(), kind::vector);
  EXPECT_EQ(make_record("r").which(), kind::record);
  EXPECT_EQ(to_string(kind::boolean), "boolean");
  EXPECT_EQ(to_string(kind::nil), "empty list");
  EXPECT_EQ(to_string(kind::host), "host object");
}

TEST(Term, OnlyTheBooleanFalseIsFalse_TOP6) {
  EXPECT_TRUE(term{}.is_false());
  EXPECT_TRUE(term{false}.is_false());
  EXPECT_FALSE(term{true}.is_false());
  EXPECT_FALSE(term{0}.is_false());
  EXPECT_FALSE(term{nil}.is_false());
  EXPECT_FALSE(term{""}.is_false());
}

TEST(Term, AtomsComeBackAsTheyWere) {
  EXPECT_TRUE(term{true}.as_boolean());
  EXPECT_EQ(term{std::numeric_limits<std::int64_t>::min()}.as_integer(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(term{0.1}.as_real(), 0.1);
  EXPECT_EQ(term{"says"_sym}.as_symbol(), "says"_sym);
  EXPECT_EQ((term{pid{~std::uint64_t{0}, ~std::uint32_t{0}}}.as_pid()),
            (pid{~std::uint64_t{0}, ~std::uint32_t{0}}));
  const wildcard w = wild();
  EXPECT_EQ(term{w}.as_wildcard(), w);
}

TEST(Term, TextsComeBackAsTheyWereWhetherInlineOrShared) {
  for (std::size_t size = 0; size <= 40; ++size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 37);
    const term string{text};
    const term byte_string{bytes{text}};
    const term error{fault{text}};
    EXPECT_EQ(string.as_string(), text) << size;
    EXPECT_EQ(byte_string.as_bytes(), text) << size;
    EXPECT_EQ(error.as_error(), text) << size;
    EXPECT_EQ(string, term{text}) << size;
    EXPECT_NE(string, byte_string) << size;
    EXPECT_NE(string, term{text + '\0'}) << size;
  }
}

TEST(Term, EveryNaNIsTheSame) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(term{nan}, term{-nan});
  EXPECT_EQ(term{nan}.hash(), term{std::numeric_limits<double>::signaling_NaN()}.hash());
}

TEST(Term, RefusesIntegersBeyond64Bits) {
  EXPECT_EQ(term{std::uint64_t{1} << 62}.as_integer(), std::int64_t{1} << 62);
  EXPECT_THROW(term{std::uint64_t{1} << 63}, term_error);
}

TEST(Term, CharactersAreNoIntegers) {
  static_assert(!std::is_constructible_v<term, char>);
  static_assert(!std::is_constructible_v<term, char32_t>);
  static_assert(std::is_constructible_v<term, unsigned char>);
}

TEST(Term, WrongKindSaysWhatWasExpectedAndFound) {
  try {
    (void)term{"five"}.as_integer();
    FAIL() << "a string is no integer";
  } catch (const term_error& e) {
    EXPECT_STREQ(e.what(), "expected a term of kind integer, found string: \"five\"");
  }
  const term t{5};
  EXPECT_THROW((void)t.as_boolean(), term_error);
  EXPECT_THROW((void)t.as_real(), term_error);
  EXPECT_THROW((void)t.as_symbol(), term_error);
  EXPECT_THROW((void)t.as_pid(), term_error);
  EXPECT_THROW((void)t.as_wildcard(), term_error);
  EXPECT_THROW((void)t.as_string(), term_error);
  EXPECT_THROW((void)t.as_bytes(), term_error);
  EXPECT_THROW((void)t.as_error(), term_error);
  EXPECT_THROW((void)t.head(), term_error);
  EXPECT_THROW((void)t.tail(), term_error);
  EXPECT_THROW((void)t.label(), term_error);
  EXPECT_THROW((void)t.host_type(), term_error);
}

TEST(Term, PartsAreThoseOfTheCompound) {
  const term pair = cons(1, 2);
  EXPECT_EQ(pair.head(), term{1});
  EXPECT_EQ(pair.tail(), term{2});
  EXPECT_EQ(pair.parts().size(), 2U);
  const term v = make_vector(1, "two", 3.0);
  ASSERT_EQ(v.parts().size(), 3U);
  EXPECT_EQ(v.parts()[1], term{"two"});
  const term r = make_record("says", "tonyg", 2);
  EXPECT_EQ(r.label(), "says"_sym);
  ASSERT_EQ(r.parts().size(), 2U);
  EXPECT_EQ(r.parts()[0], term{"tonyg"});
  const term atom{1};
  EXPECT_TRUE(atom.parts().empty());
  const term empty = make_vector();
  EXPECT_TRUE(empty.parts().empty());
  EXPECT_EQ(list(1, 2), cons(1, cons(2, nil)));
  EXPECT_EQ(list_of(std::vector<term>{1, 2}, 3), cons(1, cons(2, 3)));
}

TEST(Term, PartsOfATemporaryAreTermsOfTheirOwn) {
  const term& head = list(std::string(20, 'x'), 2).head();
  const term& tail = list(1, std::string(20, 'x')).tail();
  EXPECT_EQ(head, term{std::string(20, 'x')});
  EXPECT_EQ(tail, list(std::string(20, 'x')));
}

TEST(Term, GroundMeansNoWildcardInside) {
  EXPECT_TRUE(term{1}.is_ground());
  EXPECT_FALSE(term{_}.is_ground());
  EXPECT_FALSE(term{var("x")}.is_ground());
  EXPECT_TRUE(list(1, make_vector(2, make_record("r", "x"))).is_ground());
  EXPECT_FALSE(list(1, make_vector(2, make_record("r", _))).is_ground());
  EXPECT_FALSE(cons(1, _).is_ground());
  EXPECT_TRUE(host_object(std::make_shared<int>()).is_ground());
}

TEST(Term, EachAnythingIsAWildcardOfItsOwn) {
  const term t = list(_, _);
  EXPECT_NE(t.head(), t.tail().head());
  EXPECT_EQ(var("x"), var("x"));
  EXPECT_NE(var("x"), var("y"));
  EXPECT_FALSE(wild().is_canonical());
  EXPECT_FALSE(var("x").is_canonical());
  EXPECT_TRUE(wildcard{7}.is_canonical());
  EXPECT_EQ(var("x").name(), "x"_sym);
  EXPECT_EQ(wild().name(), std::nullopt);
  EXPECT_EQ(wildcard{7}.name(), std::nullopt);
}

TEST(Term, HostObjectsAreEqualOnlyToThemselves) {
  const auto object = std::make_shared<std::string>("x");
  const term t = host_object(object);
  EXPECT_EQ(t, host_object(object));
  EXPECT_EQ(t.hash(), host_object(object).hash());
  EXPECT_NE(t, host_object(std::make_shared<std::string>("x")));
  EXPECT_EQ(t.as_host<std::string>(), object);
  EXPECT_EQ(t.as_host<int>(), nullptr) << "of another type";
  EXPECT_EQ(term{1}.as_host<std::string>(), nullptr);
  EXPECT_EQ(t.host_address(), object.get());
  EXPECT_EQ(t.host_type(), typeid(std::string));
  EXPECT_THROW((void)host_object(std::shared_ptr<int>{}), usage_error);
}

TEST(Term, SharesTheHostObjectUntilItGoes) {
  const auto object = std::make_shared<int>(1);
  {
    const term t = list(host_object(object), 2);
    const term copy = t;  // NOLINT(performance-unnecessary-copy-initialization): that is the test
    EXPECT_EQ(object.use_count(), 2) << "one node, however many terms";
  }
  EXPECT_EQ(object.use_count(), 1);
}

TEST(Term, MovedFromIsFalse) {
  term t = list(1, 2);
  const term taken = std::move(t);
  EXPECT_EQ(taken, list(1, 2));
  EXPECT_TRUE(t.is_false());  // NOLINT(bugprone-use-after-move): that is the test
}

TEST(Term, AssignsToItselfAndFromItsParts) {
  term t = list(list(1), 2);
  const term& same = t;
  t = same;
  EXPECT_EQ(t, list(list(1), 2));
  t = t.head();
  EXPECT_EQ(t, list(1));
  t = term{t.head()};
  EXPECT_EQ(t, term{1});
}

TEST(Pid, NestedVmsHaveTheirOwnNumber) {
  // As docs say of as_vm(): never the root's, and another one for each process.
  std::set<std::uint64_t> vms{root_vm};
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const pid inner{pid{root_vm, number}.as_vm(), 0};
    EXPECT_TRUE(vms.insert(inner.vm).second) << number;
    EXPECT_TRUE(vms.insert(inner.as_vm()).second) << number;
  }
  EXPECT_EQ((pid{root_vm, 3}.as_vm()), (pid{root_vm, 3}.as_vm()));
}

}  // namespace
}  // namespace souk
