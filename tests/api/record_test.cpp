// Typed messages: records, topics of records, and the conversions of their fields.
#include "tests/vm/journal.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace shop {

struct empty {
  friend bool operator==(const empty&, const empty&) = default;
};
SOUK_RECORD(empty);

struct price {
  std::int64_t cents = 0;
  friend bool operator==(const price&, const price&) = default;
};
SOUK_RECORD(price, cents);

struct order {
  souk::symbol who;
  price most;
  std::vector<std::string> things;
  std::variant<std::int64_t, std::string, empty> note;
  souk::term extra;
  friend bool operator==(const order&, const order&) = default;
};
SOUK_RECORD_AS(order, "purchase-order", who, most, things, note, extra);

// Named in another order than declared, and of one type.
struct swapped {
  std::string first;
  std::string second;
  friend bool operator==(const swapped&, const swapped&) = default;
};
SOUK_RECORD(swapped, second, first);

// A member without a default value.
struct nonzero {
  explicit nonzero(std::int64_t n) : number{n} {}
  std::int64_t number;
};
struct keyed {
  nonzero key;
};
SOUK_RECORD(keyed, key);

struct of_everything {
  bool flag;
  std::int32_t small;
  std::uint8_t tiny;
  double real;
  souk::bytes data;
  souk::fault why;
  souk::pid who;
  std::tuple<std::int64_t, std::string> both;
  std::pair<souk::symbol, bool> two;
  std::vector<price> prices;
  friend bool operator==(const of_everything&, const of_everything&) = default;
};
SOUK_RECORD(of_everything, flag, small, tiny, real, data, why, who, both, two, prices);

}  // namespace shop

template <>
struct souk::conversion<shop::nonzero> {
  static term to_term(const shop::nonzero& n) { return n.number; }
  static std::optional<shop::nonzero> from_term(const term& t) {
    if (!t.is(kind::integer) || t.as_integer() == 0) return std::nullopt;
    return shop::nonzero{t.as_integer()};
  }
};

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using shop::order;
using shop::price;
using ::testing::ElementsAre;

order figs() {
  return {"anna"_sym, price{250}, {"figs", "dates"}, std::string{"ripe"}, list(1, 2)};
}

TEST(Record, OfAStructHasItsNameOrTheLabelGiven) {
  EXPECT_EQ(to_string(term{price{250}}), "#s(price 250)");
  EXPECT_EQ(to_string(term{figs()}),
            "#s(purchase-order anna #s(price 250) (\"figs\" \"dates\") \"ripe\" (1 2))");
  EXPECT_EQ(to_string(term{shop::empty{}}), "#s(empty)");
}

TEST(Record, ComesBackEqual) {
  EXPECT_EQ(term{figs()}.as<order>(), figs());
  EXPECT_EQ(term{shop::empty{}}.as<shop::empty>(), shop::empty{});
  const shop::of_everything all{
      true, -7, 255, 1.5, {"\xff"}, {"boom"}, {3, 4}, {9, "nine"}, {"b"_sym, false}, {{1}, {2}}};
  EXPECT_EQ(term{all}.as<shop::of_everything>(), all);
}

TEST(Record, WhoseMembersAreNamedInAnotherOrderComesBackEqual) {
  const shop::swapped s{"one", "two"};
  EXPECT_EQ(to_string(term{s}), "#s(swapped \"two\" \"one\")");
  EXPECT_EQ(term{s}.as<shop::swapped>(), s);
}

TEST(Record, IsNotMadeFromWhatDoesNotFit) {
  EXPECT_FALSE(term{price{1}}.as<shop::empty>());
  EXPECT_FALSE(read("#s(price \"250\")").as<price>());
  EXPECT_FALSE(read("#s(price 250 1)").as<price>());
  EXPECT_FALSE(read("#s(price ?)").as<price>());
  EXPECT_FALSE(read("#(price 250)").as<price>());
  EXPECT_FALSE(read("(price 250)").as<price>());
  EXPECT_FALSE(read("#s(purchase-order anna #s(price 1) (\"figs\" . \"dates\") 1 #f)").as<order>());
}

TEST(Record, NumbersOutOfRangeAreRefusedNotCut) {
  EXPECT_FALSE(term{256}.as<std::uint8_t>());
  EXPECT_EQ(term{255}.as<std::uint8_t>(), 255);
  EXPECT_FALSE(term{-1}.as<std::uint64_t>());
  EXPECT_FALSE(term{std::int64_t{1} << 40}.as<std::int32_t>());
  EXPECT_THROW((void)term{std::numeric_limits<std::uint64_t>::max()}, term_error);
}

TEST(Record, AVariantIsTheFirstAlternativeThatFits) {
  using note = std::variant<std::int64_t, std::string, shop::empty>;
  EXPECT_EQ(term{7}.as<note>(), note{std::int64_t{7}});
  EXPECT_EQ(term{"x"}.as<note>(), note{std::string{"x"}});
  EXPECT_EQ(term{shop::empty{}}.as<note>(), note{shop::empty{}});
  EXPECT_FALSE(term{"x"_sym}.as<note>());
  EXPECT_EQ((term{note{shop::empty{}}}), term{shop::empty{}});
}

TEST(Topic, HasFieldsThatMayBeWild) {
  EXPECT_EQ(to_string(canonical(topic<order>())), "#s(purchase-order ?0 ?1 ?2 ?3 ?4)");
  const topic<order> t{"anna"_sym, topic<price>(_), _, "ripe", list(1, _)};
  EXPECT_EQ(to_string(canonical(t)), "#s(purchase-order anna #s(price ?0) ?1 \"ripe\" (1 ?2))");
  EXPECT_EQ(*t.who, "anna"_sym);
  EXPECT_FALSE(t.most);
  EXPECT_FALSE(t.things);
  EXPECT_TRUE(t.note);
  EXPECT_FALSE(t.extra);
  EXPECT_THROW((void)*t.things, term_error);
  EXPECT_TRUE(matches(figs(), t));
}

TEST(Topic, TakesValuesOfItsFieldsType) {
  topic<order> t;
  t.who = "bert"_sym;
  t.most = price{5};
  t.things = std::vector<std::string>{"figs"};
  t.extra = 12;
  EXPECT_EQ(to_string(canonical(t)), "#s(purchase-order bert #s(price 5) (\"figs\") ?0 12)");
  t.who = _;
  EXPECT_FALSE(t.who.get());
}

TEST(Topic, RepeatedWildcardsMeanTheSame_TOP5) {
  const topic<shop::swapped> same{var("x"), var("x")};
  EXPECT_TRUE(matches(shop::swapped{"a", "a"}, same));
  EXPECT_FALSE(matches(shop::swapped{"a", "b"}, same));
}

TEST(Topic, ComesFromATermOrAWildcard) {
  EXPECT_EQ(*term{price{3}}.as<topic<price>>()->cents, 3);
  EXPECT_FALSE(read("#s(price ?)").as<topic<price>>()->cents);
  EXPECT_FALSE(term(_).as<topic<price>>()->cents);
  EXPECT_FALSE(read("#s(prize 1)").as<topic<price>>());
  EXPECT_TRUE(term{shop::empty{}}.as<topic<shop::empty>>());
}

// One field, so that a copy could be taken for a pattern of it.
TEST(Topic, OfOneFieldIsCopiedAsItself) {
  topic<price> t{7};
  topic<price> copy{t};
  EXPECT_EQ(to_string(term{copy}), "#s(price 7)");
  const std::vector<topic<price>> some(2, t);
  EXPECT_EQ(to_string(term{some[1]}), "#s(price 7)");
  std::optional<topic<price>> maybe{t};
  EXPECT_EQ(to_string(term{*maybe}), "#s(price 7)");
}

TEST(Topic, ARecordIsSeenByAnUntypedSubscriberAsATerm) {
  notebook j;
  run(noting(j, "untyped", subscriber(_)),
      subscriber(topic<price>(_)).on_message([&j](const price& p) {
        j.push_back("typed " + std::to_string(p.cents));
      }),
      subscriber(make_record("price", _)).on_message([&j](const topic<price>& p) {
        j.push_back(p.cents ? "known" : "wild");
      }),
      send_message(price{250}), send_message(topic<price>(_)));
  ASSERT_EQ(j.size(), 5U);
  EXPECT_EQ(j[0], "untyped publisher #s(price 250)");
  EXPECT_EQ(j[1], "typed 250");
  EXPECT_EQ(j[2], "known");
  EXPECT_EQ(j[4], "wild");
}

TEST(Topic, OfAnEmptyRecordWorks) {
  notebook j;
  run(subscriber(topic<shop::empty>())
          .on_message([&j](const shop::empty&) { j.emplace_back("empty"); })
          .on_presence([&j](const topic<shop::empty>&) { j.emplace_back("present"); }),
      publisher(topic<shop::empty>()), send_message(shop::empty{}));
  EXPECT_THAT(j, ElementsAre("present", "empty"));
}

TEST(Topic, IsPassedOverWhenTheConversationIsAboutSomethingElse) {
  notebook j;
  run(subscriber(_)
          .on_presence([&j](const topic<price>&) { j.emplace_back("price"); })
          .on_presence([&j](const topic<order>&) { j.emplace_back("order"); })
          .on_presence([&j](const term&) { j.emplace_back("else"); }),
      publisher(topic<price>(_)), publisher(topic<order>()), publisher(list(1)));
  EXPECT_THAT(j, ElementsAre("price", "order", "else"));
}

TEST(Record, MayHaveMembersOfOnesOwnConversion) {
  EXPECT_EQ(term{shop::keyed{shop::nonzero{5}}}.as<shop::keyed>()->key.number, 5);
  EXPECT_FALSE(read("#s(keyed 0)").as<shop::keyed>());
}

}  // namespace
}  // namespace souk
