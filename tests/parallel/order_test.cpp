// What programs may rely on, asked of the parallel VM directly: one order for all, transitions that
// are one, no message lost or doubled. Each with several seeds: a seed scatters the processes.
#include <souk/souk.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;

constexpr std::uint64_t seeds = 10;

template <class Check>
void for_seeds(Check check) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check(vm_options{.kind = vm_kind::parallel, .seed = seed, .workers = 4});
    if (::testing::Test::HasFatalFailure()) return;
  }
}

/// (WORD FROM N) as (FROM, N).
std::pair<std::int64_t, std::int64_t> numbers(const term& message) {
  return {message.tail().head().as_integer(), message.tail().tail().head().as_integer()};
}

using log = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// Writes down what it hears. The log is read when the VM is inert.
spawn_action writer_of(log& into) {
  return spawn(subscriber(list("say"_sym, _, _)).on_message([&into](const term& m) {
    into.push_back(numbers(m));
  }));
}

/// Says 0, 1, ... most - 1, each in a transition of its own, once it is told to.
spawn_action speaker(std::int64_t number, std::int64_t most) {
  return spawn([number, most] {
    return transition(std::int64_t{0},
                      subscriber(list("again"_sym, number))
                          .on_message([number, most](const term&, std::int64_t& n) {
                            actions out{send_message(list("say"_sym, number, n))};
                            if (++n < most) out.append(send_message(list("again"_sym, number)));
                            return out;
                          }));
  });
}
void start(vm& market, std::int64_t speakers) {
  market.run_until_inert();
  for (std::int64_t i = 0; i < speakers; ++i) market.inject(send_message(list("again"_sym, i)));
  market.run_until_inert();
}

TEST(Order, NothingIsPerformedBetweenMessagesInjectedTogether_INJ1) {
  for_seeds([](const vm_options& how) {
    std::int64_t heard = 0;
    // Whoever hears one wants no more, in an order of which a shard knows nothing: all at once.
    vm market{how, spawn(subscriber(list("m"_sym, _)).named("m").on_message([&heard](const term&) {
                ++heard;
                return delete_endpoint("m");
              }))};
    market.run_until_inert();
    std::vector<send_message> together;
    for (int i = 0; i < 100; ++i) together.push_back(send_message(list("m"_sym, i)));
    market.inject(together);
    market.run_until_inert();
    ASSERT_EQ(heard, 100);
  });
}

TEST(Order, OfMessagesIsTheSameForAllWhoHearThem_ORD2) {
  for_seeds([](const vm_options& how) {
    constexpr std::size_t listeners = 5;
    constexpr std::int64_t speakers = 4;
    constexpr std::int64_t most = 100;
    std::vector<log> heard(listeners);
    actions all;
    for (log& each : heard) all.append(writer_of(each));
    for (std::int64_t i = 0; i < speakers; ++i) all.append(speaker(i, most));
    vm market{how, all};
    start(market, speakers);
    ASSERT_EQ(heard[0].size(), static_cast<std::size_t>(speakers * most));
    for (const log& each : heard) ASSERT_EQ(each, heard[0]);
    std::map<std::int64_t, std::int64_t> next;
    for (const auto& [from, n] : heard[0]) ASSERT_EQ(n, next[from]++) << "of speaker " << from;
  });
}

TEST(Order, NobodyComesBetweenTwoActionsOfATransition_ORD3) {
  for_seeds([](const vm_options& how) {
    constexpr std::int64_t speakers = 4;
    constexpr std::int64_t most = 60;
    std::vector<log> heard(3);
    actions all;
    for (log& each : heard) all.append(writer_of(each));
    for (std::int64_t i = 0; i < speakers; ++i) {
      all.append(spawn([i] {
        return transition(
            std::int64_t{0},
            subscriber(list("again"_sym, i)).on_message([i](const term&, std::int64_t& n) {
              actions out;
              // Every other transition has a change of endpoints in the middle.
              out.append(send_message(list("say"_sym, i, 2 * n)));
              if (n % 2 == 0) out.append(publisher(list("here"_sym, i)).named(7));
              if (n % 4 == 2) out.append(delete_endpoint{7});
              out.append(send_message(list("say"_sym, i, 2 * n + 1)));
              if (++n < most) out.append(send_message(list("again"_sym, i)));
              return out;
            }));
      }));
    }
    vm market{how, all};
    start(market, speakers);
    for (const log& each : heard) {
      ASSERT_EQ(each.size(), static_cast<std::size_t>(2 * speakers * most));
      for (std::size_t i = 0; i < each.size(); i += 2) {
        ASSERT_EQ(each[i].first, each[i + 1].first) << "at " << i;
        ASSERT_EQ(each[i].second + 1, each[i + 1].second) << "at " << i;
      }
    }
  });
}

actions hear_and_change(const term& message, std::int64_t& next, std::atomic<int>& lost,
                        std::atomic<int>& complete, std::int64_t most) {
  const std::int64_t n = numbers(message).second;
  if (n != next++) ++lost;
  if (next == most) ++complete;
  const auto again = [&lost, &complete, most](const term& m, std::int64_t& state) {
    return hear_and_change(m, state, lost, complete, most);
  };
  switch (n % 4) {
    case 0: return publisher(list("other"_sym, _)).named(2);
    case 1: return subscriber(list("say"_sym, _, _)).named(1).on_message(again);  // UPD-1
    case 2: return delete_endpoint{2};
    default: return {};
  }
}

spawn_action listener_that_changes(std::atomic<int>& lost, std::atomic<int>& complete,
                                   std::int64_t most) {
  return spawn([&lost, &complete, most] {
    return transition(std::int64_t{0},
                      subscriber(list("say"_sym, _, _))
                          .named(1)
                          .on_message([&lost, &complete, most](const term& m, std::int64_t& n) {
                            return hear_and_change(m, n, lost, complete, most);
                          }));
  });
}

// Its own endpoints come and go, and new ones take the place of old ones; none of it may lose a
// message or bring one twice.
TEST(Order, NoMessageIsLostWhileOthersComeAndGo_UPD1) {
  for_seeds([](const vm_options& how) {
    constexpr std::int64_t most = 300;
    constexpr int listeners = 4;
    std::atomic<int> lost{0};
    std::atomic<int> complete{0};
    actions all{speaker(0, most)};
    for (int i = 0; i < listeners; ++i) all.append(listener_that_changes(lost, complete, most));
    vm market{how, all};
    start(market, 1);
    ASSERT_EQ(lost, 0);
    ASSERT_EQ(complete, listeners);
  });
}

// Whoever asks for a role that exists is told at once, and the other side too: exactly once each.
TEST(Order, PresenceIsSeenOnceByEachSideWhoeverComesFirst_PRE1) {
  for_seeds([](const vm_options& how) {
    constexpr std::int64_t pairs = 60;
    std::vector<int> seen(2 * pairs);
    actions all;
    for (std::int64_t i = 0; i < pairs; ++i) {
      int& left = seen[static_cast<std::size_t>(2 * i)];
      int& right = seen[static_cast<std::size_t>(2 * i + 1)];
      all.append(spawn(yield([i, &left] {
        return actions{publisher(list("meet"_sym, i)).on_presence([&left] { ++left; })};
      })));
      all.append(spawn(yield([i, &right] {
        return actions{subscriber(list("meet"_sym, i)).on_presence([&right] { ++right; })};
      })));
    }
    vm market{how, all};
    market.run_until_inert();
    for (const int each : seen) ASSERT_EQ(each, 1);
  });
}

// Two kill each other; a third looks on. Its endpoint is gone once, by whoever was first.
TEST(Order, OfTwoWhoKillEachOtherAtMostOneLivesAndEachGoesOnce_QUI2) {
  for_seeds([](const vm_options& how) {
    constexpr std::int64_t duels = 40;
    std::vector<std::pair<int, int>> counts(duels);  // came, went
    actions all;
    for (std::int64_t i = 0; i < duels; ++i) {
      auto& count = counts[static_cast<std::size_t>(i)];
      all.append(spawn(subscriber(list("duel"_sym, i, _))
                           .on_presence([&count] { ++count.first; })
                           .on_absence([&count] { ++count.second; })));
      const auto fighter = [i](std::int64_t number) {
        return spawn([i, number](pid self) {
          return actions{
              publisher(list("duel"_sym, i, number)),
              subscriber(list("pid"_sym, i, 1 - number, _)).on_message([](const term& m) {
                return quit(m.tail().tail().tail().head().as_pid(), "duel"_sym);
              }),
              publisher(list("pid"_sym, i, number, _)).on_presence([i, number, self] {
                return send_message(list("pid"_sym, i, number, self));
              })};
        });
      };
      all.append(fighter(0));
      all.append(fighter(1));
    }
    vm market{how, all};
    market.run_until_inert();
    for (const auto& [came, went] : counts) {
      // Who looks on may settle in after the first is dead.
      ASSERT_LE(went, came);
      ASSERT_LE(came - went, 1);
    }
  });
}

}  // namespace
}  // namespace souk
