// Edits for which there is no memory.
#include "routing/trie.hpp"

#include <souk/detail/account.hpp>

#include "tests/routing/random_topics.hpp"
#include "tests/routing/topic_table.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <deque>
#include <new>

namespace {

// How many allocations this thread may still make.
constexpr std::size_t unlimited = ~std::size_t{0};
thread_local std::size_t allocations_left = unlimited;

}  // namespace

void* operator new(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc{};
  if (allocations_left != unlimited) --allocations_left;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace souk {
namespace {

using namespace testing;

// Calls `edit` with room for more and more allocations, until it is done. Whatever it did before
// must not be seen.
template <class Edit>
void until_done(topic_table& table, const term& body, const Edit& edit) {
  const found before = matched(table.now, body);
  const std::uint64_t bytes = detail::account::current().live_bytes();
  for (std::size_t room = 0;; ++room) {
    ASSERT_LT(room, 1000U);
    try {
      allocations_left = room;
      const trie next = edit();
      allocations_left = unlimited;
      table.now = next;
      return;
    } catch (const std::bad_alloc&) {
      allocations_left = unlimited;
      ASSERT_EQ(matched(table.now, body), before);
      ASSERT_EQ(detail::account::current().live_bytes(), bytes);
    }
  }
}

TEST(TrieMemory, AnEditWithoutMemoryChangesNothing) {
  detail::account& payer = detail::account::open();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    random_topics random{seed};
    std::deque<target> topics;
    for (int i = 0; i < 40; ++i) topics.push_back({random.topic()});
    const term body = random.body();
    const detail::account_scope pays{payer};
    topic_table table;
    for (const target& t : topics) {
      until_done(table, body, [&] { return table.now.with(t, table.graves); });
    }
    for (const target& t : topics) {
      until_done(table, body, [&] { return table.now.without(t, table.graves); });
    }
    EXPECT_TRUE(table.now.empty());
  }
  EXPECT_EQ(payer.live_bytes(), 0U);
  payer.close();
}

}  // namespace
}  // namespace souk
