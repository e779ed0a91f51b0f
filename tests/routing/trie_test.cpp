// The trie where it is large, deep, wide or odd.
#include "routing/trie.hpp"

#include <souk/detail/account.hpp>

#include "routing/branch.hpp"
#include "routing/token.hpp"
#include "tests/routing/topic_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using routing::route_cache;

term numbered(std::int64_t i) { return make_record("chat", i, _); }

/// What is found; and the short way says the same, if it says anything.
found routed(route_cache& cache, const trie& now, const term& body) {
  const auto route = cache.find(now, body);
  const target* const only = cache.find_single(now, body).only;
  EXPECT_TRUE(only == nullptr || (route.size() == 1 && route.front() == only));
  return {route.begin(), route.end()};
}

TEST(Trie, FindsNothingWhereNothingIs) {
  const trie empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_TRUE(matched(empty, "hello"_sym).empty());
  EXPECT_TRUE(matched(empty, _).empty());
  EXPECT_TRUE(met(empty, _).empty());
}

TEST(Trie, IsEmptyAgainWhenAllIsRemoved) {
  topic_table table;
  std::vector<const target*> all;
  for (const term& topic : {term(_), list(1, _), list(1, 2), numbered(1), numbered(1)}) {
    all.push_back(&table.add(topic));
  }
  for (const target* t : all) table.remove(*t);
  EXPECT_TRUE(table.now.empty());
  EXPECT_EQ(table.now, trie{});
}

TEST(Trie, FalseMeetsNothing_TOP6) {
  topic_table table;
  const target& refused = table.add(false);
  const target& any = table.add(_);
  EXPECT_TRUE(matched(table.now, false).empty());
  EXPECT_TRUE(met(table.now, false).empty());
  EXPECT_EQ(matched(table.now, _), found{&any});
  table.remove(refused);
  EXPECT_EQ(matched(table.now, true), found{&any});
}

TEST(Trie, HoldsEqualTopicsApart) {
  topic_table table;
  for (int i = 0; i < 1000; ++i) table.add(list("x"_sym, _));
  const std::vector<const target*> all = table.in;
  route_cache cache;
  for (std::size_t i = 0; i < all.size(); i += 2) {
    table.remove(*all[i]);
    if (i % 100 == 0) {
      EXPECT_EQ(routed(cache, table.now, list("x"_sym, 1)),
                found(table.in.begin(), table.in.end()));
    }
  }
  EXPECT_EQ(matched(table.now, list("x"_sym, 1)), found(table.in.begin(), table.in.end()));
}

TEST(Trie, TellsTokensOfEqualHashApart) {
  constexpr std::uint64_t vm = 0x9e3779b97f4a7c15U;  // makes the product 0
  ASSERT_EQ(routing::token_key{term(pid{vm, 1})}.hash(),
            routing::token_key{term(pid{vm, 2})}.hash());
  topic_table table;
  std::vector<const target*> all;
  for (std::uint32_t i = 0; i < 100; ++i) {
    all.push_back(&table.add(make_record("to", pid{vm, i}, _)));
    table.add(make_record("to", static_cast<std::int64_t>(i), _));
  }
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(matched(table.now, make_record("to", pid{vm, i}, 1)), found{all[i]});
  }
  EXPECT_TRUE(matched(table.now, make_record("to", pid{vm, 100}, 1)).empty());
  for (std::uint32_t i = 0; i < 99; ++i) {
    table.remove(*all[i]);
    EXPECT_TRUE(matched(table.now, make_record("to", pid{vm, i}, 1)).empty());
    EXPECT_EQ(matched(table.now, make_record("to", pid{vm, 99}, 1)), found{all[99]});
  }
}

TEST(Trie, AKeyIsTheTokenOfWhatItWasMadeFrom) {
  for (const term& t :
       {list(1), make_vector(1, 2, 3), make_record("r", 1, 2), make_record("r"), make_vector()}) {
    EXPECT_TRUE(routing::compound{t}.key().is(routing::token_of(t)));
    EXPECT_EQ(routing::parts_after(routing::token_of(t)), t.parts().size());
    EXPECT_EQ(routing::compound{t}.size(), t.parts().size());
  }
  EXPECT_FALSE(
      routing::compound{make_record("r", 1)}.key().is(routing::token_of(make_record("s", 1))));
}

TEST(Trie, ComparesEachPlaceWhereAPartOfTheBodyStands) {
  topic_table table;
  for (int i = 0; i < 20; ++i)
    table.add(make_record("r", make_vector(i, "x"), make_vector(0, "x")));
  for (int i = 0; i < 20; ++i) {
    const term shared = make_vector(i, "x");
    const term body = make_record("r", shared, shared);
    EXPECT_EQ(matched(table.now, body), scanned(table.in, body)) << i;
  }
}

TEST(Trie, FindsWhatIsAlikeWhenOthersHaveGone) {
  topic_table table;
  std::vector<const target*> all;
  for (int i = 0; i < 20; ++i) all.push_back(&table.add(list(i, "says"_sym, _)));
  const target& twin = table.add(list(7, "says"_sym, _));    // a bunch
  const target& deeper = table.add(list(8, "asks"_sym, _));  // a branch
  const auto check = [&] {
    for (int i = 0; i < 20; ++i) {
      for (const symbol verb : {"says"_sym, "asks"_sym}) {
        const term body = list(i, verb, "what");
        EXPECT_EQ(matched(table.now, body), scanned(table.in, body)) << i;
      }
    }
  };
  check();
  table.remove(twin);
  table.remove(deeper);
  check();
  for (const target* t : all) {
    table.remove(*t);
    check();
  }
  EXPECT_TRUE(table.now.empty());
}

TEST(Trie, TellsLongListsApart) {
  constexpr std::size_t length = 100'000;
  std::vector<term> elements(length, term{1});
  const auto ending_in = [&](const term& last) {
    elements.back() = last;
    return list_of(elements);
  };
  topic_table table;
  const target& one = table.add(ending_in(1));
  const target& any = table.add(ending_in(_));
  const target& two = table.add(ending_in(2));
  elements.front() = _;
  const target& first = table.add(ending_in(1));
  elements.front() = 1;
  EXPECT_EQ(matched(table.now, ending_in(1)), (found{&one, &any, &first}));
  EXPECT_EQ(matched(table.now, ending_in(2)), (found{&two, &any}));
  EXPECT_EQ(matched(table.now, ending_in(_)), (found{&one, &any, &two, &first}));
  EXPECT_EQ(met(table.now, ending_in(_)).size(), 4U);
  table.remove(any);
  table.remove(one);
  EXPECT_EQ(matched(table.now, ending_in(1)), found{&first});
}

TEST(Trie, TellsDeepTermsApart) {
  const auto deep = [](term t) {
    for (std::size_t i = 1; i < max_term_depth; ++i) t = make_vector(t);
    return t;
  };
  topic_table table;
  const target& one = table.add(deep(make_vector(1)));
  const target& any = table.add(deep(make_vector(_)));
  table.add(deep(make_vector(2)));
  EXPECT_EQ(matched(table.now, deep(make_vector(1))), (found{&one, &any}));
  EXPECT_EQ(matched(table.now, deep(make_vector(_))).size(), 3U);
  EXPECT_EQ(met(table.now, deep(make_vector(1))).size(), 2U);
}

TEST(Trie, TermsThatShareTheirPartsAreNotUnfolded) {
  const auto doubled = [](term t) {
    for (int i = 0; i < 200; ++i) t = cons(t, t);
    return t;
  };
  topic_table table;
  const target& shared = table.add(doubled(var("x")));
  const target& other = table.add(doubled(list(var("x"))));
  const target& any = table.add(_);
  EXPECT_EQ(matched(table.now, doubled(1)), (found{&shared, &any}));
  EXPECT_EQ(matched(table.now, doubled(list(1))), (found{&shared, &other, &any}));
  EXPECT_EQ(met(table.now, doubled(list(_))).size(), 3U);
}

// Every record of ten fields, each 1 or a wildcard.
void add_all_of_ten(topic_table& table) {
  for (unsigned bits = 0; bits < 1024; ++bits) {
    std::vector<term> fields;
    for (unsigned i = 0; i < 10; ++i) fields.push_back((bits >> i) & 1U ? term{1} : term{_});
    table.add(record("m"_sym, fields));
  }
}

TEST(Trie, WildcardsOnBothSidesFindEachTopicOnce) {
  topic_table table;
  add_all_of_ten(table);
  const found all(table.in.begin(), table.in.end());
  EXPECT_EQ(matched(table.now, record("m"_sym, std::vector<term>(10, term{1}))), all);
  std::vector<term> wild;
  for (int i = 0; i < 10; ++i) wild.emplace_back(_);
  EXPECT_EQ(matched(table.now, record("m"_sym, wild)), all);
  EXPECT_EQ(met(table.now, _).size(), all.size());
  EXPECT_EQ(matched(table.now, record("m"_sym, std::vector<term>(10, term{2}))).size(), 1U);
}

TEST(Trie, AnEditOfAWideNodeCopiesLittle) {
  detail::account& payer = detail::account::open();
  {
    std::vector<target> all;
    for (std::int64_t i = 0; i < 100'000; ++i) all.push_back({numbered(i)});
    const target added{numbered(-1)};
    const detail::account_scope pays{payer};
    topic_table table;
    for (const target& t : all) {
      table.now = table.now.with(t, table.graves);
      table.graves = graveyard{};
    }
    const std::uint64_t before = payer.live_bytes();
    EXPECT_LT(before, 100'000 * 60U);
    table.now = table.now.with(added, table.graves);
    EXPECT_LT(payer.live_bytes() - before, 8192U);
    table.now = table.now.without(added, table.graves);
  }
  payer.close();
}

TEST(Trie, ACrowdOfOneTopicIsNotCopiedWhole) {
  detail::account& payer = detail::account::open();
  {
    const term topic = numbered(1);
    std::vector<target> crowd(20'000, target{topic});
    const detail::account_scope pays{payer};
    topic_table table;
    for (const target& t : crowd) {
      table.now = table.now.with(t, table.graves);
      table.graves = graveyard{};
    }
    const std::uint64_t before = payer.live_bytes();
    EXPECT_LT(before, 20'000 * 40U);
    const target one_more{topic};
    table.now = table.now.with(one_more, table.graves);
    EXPECT_LT(payer.live_bytes() - before, 4096U);
    table.now = table.now.without(one_more, table.graves);
  }
  payer.close();
}

TEST(Trie, AVersionIsEqualOnlyToItself) {
  topic_table table;
  table.add(list(1, _));
  const trie one = table.now;
  table.add(list(2, _));
  EXPECT_EQ(one, trie{one});
  EXPECT_FALSE(one == table.now);
}

TEST(Graveyard, MovesWhatIsInIt) {
  topic_table table;
  table.add(list(1, _));
  table.add(list(2, _));
  table.add(list(3, _));
  graveyard first = std::move(table.graves);
  EXPECT_FALSE(first.empty());
  EXPECT_TRUE(table.graves.empty());
  table.graves.append(std::move(first));
  EXPECT_FALSE(table.graves.empty());
}

TEST(RouteCache, GathersMoreWideBunchesThanItRemembers) {
  topic_table table;
  std::vector<term> fields(6);
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (unsigned i = 0; i < 6; ++i) fields[i] = (bits >> i) & 1U ? term{1} : term{_};
    const term topic = record("m"_sym, fields);
    for (int i = 0; i < 70; ++i) table.add(topic);
  }
  route_cache cache;
  const term body = record("m"_sym, std::vector<term>(6, term{1}));
  const found all(table.in.begin(), table.in.end());
  EXPECT_EQ(routed(cache, table.now, body), all);
  EXPECT_EQ(routed(cache, table.now, body), all);
}

TEST(RouteCache, KeepsRoutesApartByTheFieldsThatDecide) {
  topic_table table;
  table.add(make_record("to", 1, _, _));
  table.add(make_record("to", 2, _, _));
  table.add(make_record("ping", _));
  route_cache cache;
  const auto agree = [&] {
    for (int round = 0; round < 200; ++round) {
      for (std::int64_t i = 0; i < 4; ++i) {
        for (const term& field : {term{1}, term{"a text of more than 14 bytes"}, list(1, round)}) {
          for (const term& body :
               {make_record("to", i, field, round), make_record("to", field, i, round),
                make_record("to", 1, i, field), make_record("ping", field)}) {
            ASSERT_EQ(routed(cache, table.now, body), scanned(table.in, body)) << to_string(body);
          }
        }
      }
    }
  };
  agree();
  table.add(make_record("to", 1, 2, _));  // now the second field decides, too
  agree();
  table.add(make_record("to", _, list(1, _), _));  // and what is inside it
  agree();
  table.add(make_record("to", 1, _, 7));  // and all of it
  agree();
  table.remove(*table.in.back());
  agree();
}

TEST(RouteCache, KeepsRoutesOfListsApart) {
  topic_table table;
  table.add(list("anna"_sym, "says"_sym, _));
  table.add(list("ben"_sym, "says"_sym, _));
  table.add(list("anna"_sym, _, 1));
  table.add(make_record("r", 1, _));
  route_cache cache;
  const auto agree = [&] {
    for (int round = 0; round < 200; ++round) {
      for (const symbol& who : {"anna"_sym, "ben"_sym, "carl"_sym}) {
        for (const term& body :
             {list(who, "says"_sym, round), list(who, "says"_sym, round, round), list(who),
              list(who, "asks"_sym, round % 3), list(who, list("says"_sym), 1),
              cons(who, "says"_sym), list(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
              make_record("r", round % 3, who), make_vector(who, round)}) {
          ASSERT_EQ(routed(cache, table.now, body), scanned(table.in, body)) << to_string(body);
        }
      }
    }
  };
  agree();
  table.add(cons("anna"_sym, _));
  agree();
  table.add(list("anna"_sym, list(_), _));
  table.add(list("anna"_sym, list("says"_sym), 1));
  agree();
  table.add(list(var("x"), _, var("x")));
  agree();
}

TEST(RouteCache, IsSmallUntilItIsUsed) {
  detail::account& payer = detail::account::open();
  {
    const detail::account_scope pays{payer};
    const route_cache fresh;
    EXPECT_EQ(payer.live_bytes(), 0U);
    EXPECT_LE(sizeof(route_cache), 256U);
  }
  payer.close();
}

// Labels share the places where their shapes are remembered, and displace each other only if more
// of them meet in one than there is room for.
TEST(RouteCache, RemembersTheOnlyTargetOfEachLabel) {
  topic_table table;
  std::vector<term> bodies;
  std::vector<const target*> targets;
  for (int label = 0; label < 8; ++label) {
    const std::string name = "remembered-" + std::to_string(label);
    for (int field = 0; field < 2; ++field) {
      targets.push_back(&table.add(make_record(name, field, _)));
      bodies.push_back(make_record(name, field, label));
    }
  }
  route_cache cache;
  for (int round = 0; round < 100; ++round) {
    for (const term& body : bodies) EXPECT_EQ(cache.find(table.now, body).size(), 1U);
  }
  for (std::size_t i = 0; i < bodies.size(); ++i)
    EXPECT_EQ(cache.find_single(table.now, bodies[i]).only, targets[i]);
  // Nothing of that is said of another version.
  table.remove(*targets.front());
  EXPECT_EQ(cache.find_single(table.now, bodies.front()).only, nullptr);
  EXPECT_TRUE(cache.find(table.now, bodies.front()).empty());
}

// Shapes have numbers of 24 bits, and each version of a table takes some.
TEST(RouteCache, MistakesNoShapeForAnotherWhenTheirNumbersBeginAnew) {
  topic_table one;
  topic_table other;
  for (int field = 0; field < 3; ++field) {
    one.add(make_record("x", field, _));
    other.add(make_record("x", field, _));
  }
  other.add(make_record("x", 1, _));
  const std::vector<term> bodies{make_record("x", 0, 7), make_record("x", 1, 7)};
  route_cache cache;
  for (std::uint32_t round = 0; round < (1U << 23) + 1000; ++round) {
    const term& body = bodies[round % 2];
    ASSERT_EQ(cache.find(one.now, body).size(), 1U);
    ASSERT_EQ(cache.find(other.now, body).size(), 1U + round % 2);
  }
}

TEST(RouteCache, SeesACrowdChange) {
  topic_table table;
  for (int i = 0; i < 200; ++i) table.add(numbered(1));
  route_cache cache;
  const term body = make_record("chat", 1, "hi");
  EXPECT_EQ(cache.find(table.now, body).size(), 200U);
  table.remove(*table.in.front());
  table.add(numbered(1));
  EXPECT_EQ(routed(cache, table.now, body), found(table.in.begin(), table.in.end()));
}

}  // namespace
}  // namespace souk
