// The trie against the linear scan, over random edits of random topics.
#include "routing/trie.hpp"

#include <souk/detail/account.hpp>

#include "tests/routing/random_topics.hpp"
#include "tests/routing/topic_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <vector>

namespace souk {
namespace {

using routing::route_cache;
using namespace literals;
using namespace testing;

// One random run: edits, and after each what `check` looks at.
template <class Check>
void run(std::uint64_t seed, std::size_t edits, const Check& check) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_topics random{seed};
  topic_table table;
  for (std::size_t i = 0; i < edits && !::testing::Test::HasFailure(); ++i) {
    if (!table.in.empty() && random.below(5) < 2) {
      table.remove(*table.in[random.below(table.in.size())]);
    } else if (!table.in.empty() && random.below(3) == 0) {
      table.add(random.varied(table.in[random.below(table.in.size())]->topic));
    } else {
      table.add(random.topic());
    }
    check(table, random);
  }
}

term some_body(const topic_table& table, random_topics& random) {
  if (table.in.empty() || random.below(2) == 0) return random.body();
  return random.varied(table.in[random.below(table.in.size())]->topic);
}

/// If the short way says something, it is the only target there is.
void expect_no_other(const route_cache& cache, const topic_table& table, const term& body) {
  const target* const only = cache.find_single(table.now, body).only;
  if (only == nullptr) return;
  EXPECT_EQ(found{only}, scanned(table.in, body)) << to_string(body);
}

TEST(TrieProperty, MatchFindsWhatAScanFinds_TOP6_TOP7) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    run(seed, 60, [](const topic_table& table, random_topics& random) {
      for (int i = 0; i < 4; ++i) {
        const term body = some_body(table, random);
        ASSERT_EQ(matched(table.now, body), scanned(table.in, body)) << to_string(body);
      }
    });
  }
}

// Topics that differ in few places, so that branches have models (branch.hpp), and bodies in which
// the same node stands in several places.
term family_member(random_topics& random, bool is_topic) {
  const std::size_t kind_of_rest = random.below(8);
  const auto number = [&] { return term{static_cast<std::int64_t>(random.below(12))}; };
  const auto wild_or = [&](const term& t) { return is_topic && random.below(3) != 0 ? _ : t; };
  const term who = make_vector(number(), "x"_sym);
  const term other =
      kind_of_rest == 0 ? who : make_vector(kind_of_rest == 1 ? number() : 0, "x"_sym);
  switch (random.below(3)) {
    case 0: return make_record("r", who, other, wild_or(1));
    case 1: return list(number(), "says"_sym, kind_of_rest == 1 ? number() : wild_or(other));
    default: return make_record("s", make_record("t", wild_or(1), who), other, wild_or(who));
  }
}

TEST(TrieProperty, MatchFindsWhatAScanFindsAmongTopicsThatAreAlike) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_topics random{seed};
    topic_table table;
    route_cache cache;
    for (std::size_t i = 0; i < 300; ++i) {
      // Up to some 40 topics, then down again.
      if (!table.in.empty() && random.below(10) < (i / 60 % 2 == 0 ? 2U : 8U)) {
        table.remove(*table.in[random.below(table.in.size())]);
      } else {
        table.add(family_member(random, true));
      }
      for (int j = 0; j < 10; ++j) {
        const term body = family_member(random, false);
        const found all = scanned(table.in, body);
        ASSERT_EQ(matched(table.now, body), all) << to_string(body);
        expect_no_other(cache, table, body);
        const auto route = cache.find(table.now, body);
        ASSERT_EQ(found(route.begin(), route.end()), all) << to_string(body);
        expect_no_other(cache, table, body);
      }
      const term topic = family_member(random, true);
      ASSERT_EQ(met(table.now, topic), scanned_meetings(table.in, topic)) << to_string(topic);
    }
  }
}

TEST(TrieProperty, IntersectFindsWhatAScanFinds_PRE4) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    run(seed, 60, [](const topic_table& table, random_topics& random) {
      const term topic = some_body(table, random);
      ASSERT_EQ(met(table.now, topic), scanned_meetings(table.in, topic)) << to_string(topic);
    });
  }
}

TEST(TrieProperty, TheCacheFindsWhatTheTrieFindsAfterEveryEdit) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    route_cache cache;
    std::vector<term> bodies{list(1), make_record("r", 1), make_record("r", symbol{"a"}, 1)};
    run(seed, 100, [&](const topic_table& table, random_topics& random) {
      bodies.push_back(some_body(table, random));
      if (bodies.size() > 20) bodies.erase(bodies.begin() + 3);
      for (const term& body : bodies) {
        expect_no_other(cache, table, body);
        for (int i = 0; i < 3; ++i) (void)cache.find(table.now, body);
        expect_no_other(cache, table, body);
        const auto route = cache.find(table.now, body);
        ASSERT_EQ(found(route.begin(), route.end()), scanned(table.in, body)) << to_string(body);
      }
    });
  }
}

TEST(TrieProperty, TheCacheKnowsTheVersionsOfTwoTriesApart) {
  route_cache cache;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<const target*> empty;
    topic_table other;
    run(seed, 60, [&](const topic_table& table, random_topics& random) {
      other.add(random.topic());
      const term body = some_body(table, random);
      for (const topic_table* t : {&table, static_cast<const topic_table*>(&other)}) {
        expect_no_other(cache, *t, body);
        const auto route = cache.find(t->now, body);
        ASSERT_EQ(found(route.begin(), route.end()), scanned(t->in, body)) << to_string(body);
      }
    });
  }
}

TEST(TrieProperty, AnOldVersionAnswersAsBeforeWhileItsGraveyardLives) {
  struct version {
    trie at;
    std::vector<const target*> in;
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<version> versions;
    run(seed, 60, [&](const topic_table& table, random_topics& random) {
      versions.push_back({table.now, table.in});
      const term body = some_body(table, random);
      for (const version& v : versions) {
        ASSERT_EQ(matched(v.at, body), scanned(v.in, body)) << to_string(body);
      }
    });
  }
}

TEST(TrieProperty, EveryNodeIsFreedAndTheAccountIsWhatItWas) {
  detail::account& payer = detail::account::open();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    random_topics random{seed};
    std::deque<target> topics;
    for (int i = 0; i < 80; ++i) topics.push_back({random.topic()});
    {
      const detail::account_scope pays{payer};
      topic_table table;
      for (const target& t : topics) table.add(t);
      EXPECT_GT(payer.live_bytes(), 0U);
      while (table.in.size() > seed) {
        table.remove(*table.in[random.below(table.in.size())]);
        if (random.below(10) == 0) table.graves = graveyard{};
      }
    }
    ASSERT_EQ(payer.live_bytes(), 0U) << "seed " << seed;
  }
  payer.close();
}

TEST(TrieProperty, WhatItTakesDependsOnWhatIsInNotOnTheWayThere) {
  detail::account& payer = detail::account::open();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    random_topics random{seed};
    std::deque<target> stay;
    std::deque<target> go;
    for (int i = 0; i < 30; ++i) {
      stay.push_back({random.topic()});
      go.push_back({random.varied(stay.back().topic)});
    }
    const detail::account_scope pays{payer};
    topic_table table;
    for (const target& t : stay) table.add(t);
    table.graves = graveyard{};
    const std::uint64_t before = payer.live_bytes();
    for (const target& t : go) table.add(t);
    for (const target& t : go) table.remove(t);
    table.graves = graveyard{};
    ASSERT_EQ(payer.live_bytes(), before) << "seed " << seed;
  }
  payer.close();
}

}  // namespace
}  // namespace souk
