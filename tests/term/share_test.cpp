// Threads that share terms, symbols and accounts. ThreadSanitizer looks on in the tsan build.
#include <souk/detail/account.hpp>
#include <souk/symbol.hpp>
#include <souk/term.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace souk {
namespace {

using detail::account;
using detail::account_scope;

constexpr int thread_count = 4;

// Runs `body(number)` on each of the threads, all at the same time.
void on_threads(const std::function<void(int)>& body) {
  std::latch start{thread_count};
  std::vector<std::jthread> threads;
  for (int number = 0; number < thread_count; ++number) {
    threads.emplace_back([&, number] {
      start.arrive_and_wait();
      body(number);
    });
  }
}

term sample() {
  return list(std::string(30, 'x'), make_vector(1, list(2, 3)), make_record("r", "x", _),
              host_object(std::make_shared<std::string>("shared")));
}

TEST(Share, CopiesAreDroppedInAnyOrder) {
  account& payer = account::open();
  for (unsigned round = 0; round < 200; ++round) {
    std::vector<std::vector<term>> copies(thread_count);
    {
      const account_scope scope{payer};
      const term t = sample();
      for (auto& own : copies) own.assign(20, t);
    }
    on_threads([&](int number) {
      std::vector<term>& own = copies[static_cast<std::size_t>(number)];
      std::minstd_rand random{round * thread_count + static_cast<unsigned>(number)};
      while (!own.empty()) {
        const std::size_t i = random() % own.size();
        // Copies of parts outlive the whole; reading goes on while others drop.
        const term part = random() % 2 == 0 ? own[i].head() : own[i].tail();
        ASSERT_EQ(own[i].hash(), term{own[i]}.hash());
        std::swap(own[i], own.back());
        own.pop_back();
        ASSERT_FALSE(part.is_false());
      }
    });
    ASSERT_EQ(payer.live_bytes(), 0U) << "A1, round " << round;
  }
  payer.close();
}

TEST(Share, OneListIsWalkedByAll) {
  term all = nil;
  for (int i = 0; i < 10'000; ++i) all = cons(i, std::move(all));
  const std::size_t hash = all.hash();
  on_threads([&, copy = all](int) {
    term mine = copy;
    EXPECT_EQ(mine.hash(), hash);
    while (mine.is(kind::pair)) mine = term{mine.tail()};
    EXPECT_TRUE(mine.is(kind::nil));
  });
}

TEST(Share, LastShareGoesOnAnyThread) {
  const auto object = std::make_shared<int>(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<term> shares(thread_count, list(host_object(object)));
    on_threads([&](int number) { shares[static_cast<std::size_t>(number)] = nil; });
    ASSERT_EQ(object.use_count(), 1) << "round " << round;
  }
}

TEST(Share, AccountsCloseWhileTheirTermsGo) {
  for (int round = 0; round < 500; ++round) {
    account& payer = account::open();
    std::vector<term> shares(thread_count);
    {
      const account_scope scope{payer};
      for (term& t : shares) t = list(1, 2, 3);
    }
    on_threads([&](int number) {
      if (number == 0) payer.close();
      shares[static_cast<std::size_t>(number)] = nil;
    });
  }
}

TEST(Share, OneNameIsOneSymbolOnEveryThread) {
  constexpr std::size_t names = 2000;
  std::vector<std::vector<symbol>> seen(thread_count);
  on_threads([&](int number) {
    for (std::size_t i = 0; i < names; ++i) {
      const std::string name = "shared-name-" + std::to_string(i);
      const symbol s{name};
      ASSERT_EQ(s.base_name(), name);
      seen[static_cast<std::size_t>(number)].push_back(s);
    }
  });
  for (const auto& mine : seen) EXPECT_EQ(mine, seen[0]);
}

TEST(Share, FreshSymbolsAndWildcardsAreFreshOnEveryThread) {
  constexpr std::size_t each = 2000;
  std::vector<std::uint64_t> serials(thread_count * each);
  std::vector<std::uint64_t> wildcards(thread_count * each);
  on_threads([&](int number) {
    for (std::size_t i = 0; i < each; ++i) {
      const std::size_t place = static_cast<std::size_t>(number) * each + i;
      serials[place] = fresh_symbol("x").serial();
      wildcards[place] = wild().id;
    }
  });
  for (auto* all : {&serials, &wildcards}) {
    std::ranges::sort(*all);
    EXPECT_EQ(std::ranges::adjacent_find(*all), all->end());
  }
}

}  // namespace
}  // namespace souk
