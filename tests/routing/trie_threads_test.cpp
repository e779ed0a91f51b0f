// Readers of published versions, while another thread makes the next.
#include "routing/trie.hpp"

#include <souk/pattern.hpp>

#include "tests/routing/random_topics.hpp"
#include "tests/routing/topic_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace souk {
namespace {

using namespace testing;
using routing::route_cache;

TEST(TrieThreads, ReadersFindWhatStaysWhileOthersComeAndGo) {
  random_topics random{17};
  topic_table table;
  std::deque<target> stay;
  std::deque<target> come;
  for (int i = 0; i < 50; ++i) {
    stay.push_back({random.topic()});
    come.push_back({random.varied(stay.back().topic)});
    table.add(stay.back());
  }
  // release -> the readers: the nodes of the version.
  std::atomic<trie> published{table.now};
  std::atomic<bool> over{false};
  std::atomic<int> reads{0};

  const auto read = [&](std::uint64_t seed) {
    random_topics mine{seed};
    route_cache cache;
    while (!over.load(std::memory_order_relaxed)) {  // relaxed: nothing is read through it
      const term body = mine.body();
      const trie now = published.load(std::memory_order_acquire);  // <- the writer
      const auto route = cache.find(now, body);
      for (const target* t : route) EXPECT_TRUE(matches(body, t->topic));
      const auto stayed = static_cast<std::size_t>(
          std::ranges::count_if(stay, [&](const target& t) { return matches(body, t.topic); }));
      EXPECT_GE(route.size(), stayed);
      EXPECT_EQ(matched(now, body), found(route.begin(), route.end()));
      (void)met(now, body);
      reads.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count
    }
  };
  std::vector<std::jthread> readers;
  readers.emplace_back(read, 1);
  readers.emplace_back(read, 2);

  while (reads.load(std::memory_order_relaxed) < 2000) {  // relaxed: nothing is read through it
    for (const target& t : come) {
      table.add(t);
      published.store(table.now, std::memory_order_release);  // -> readers
    }
    for (const target& t : come) {
      table.remove(t);
      published.store(table.now, std::memory_order_release);  // -> readers
    }
  }
  over.store(true, std::memory_order_relaxed);
}

}  // namespace
}  // namespace souk
