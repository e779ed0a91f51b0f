// A handler that takes its time holds up nobody but its own process: another worker goes on with
// the shard.
//
// Here a long handler waits until it has seen others make progress. Where it holds them up it waits
// for ever, so these tests assert no time.
#include "tests/parallel/checked_run.hpp"

#include <souk/detail/account.hpp>
#include <souk/souk.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using std::chrono::steady_clock;

class LongHandler : public ::testing::TestWithParam<executor_kind> {
 protected:
  [[nodiscard]] static vm_options with(unsigned workers) {
    return {.kind = vm_kind::parallel, .workers = workers, .executor = GetParam()};
  }
};

// ThreadSanitizer cannot see into TBB.
#if defined(__SANITIZE_THREAD__)
constexpr std::array takeover_kinds{executor_kind::threads};
#else
constexpr std::array takeover_kinds{executor_kind::threads, executor_kind::tbb};
#endif

INSTANTIATE_TEST_SUITE_P(Each, LongHandler, ::testing::ValuesIn(takeover_kinds),
                         [](const auto& each) {
                           return std::string{each.param == executor_kind::tbb ? "Tbb" : "Threads"};
                         });

/// Waits for what others do.
template <class Condition>
void await(Condition is_so) {
  while (!is_so()) std::this_thread::yield();
}

/// Takes some time, which others may use.
void toil(std::int64_t milliseconds) {
  const auto until = steady_clock::now() + std::chrono::milliseconds{milliseconds};
  while (steady_clock::now() < until) {
  }
}

/// Two who send each other messages until nobody wants more.
class rally {
 public:
  [[nodiscard]] actions players() {
    return {spawn(subscriber("ping"_sym).on_message([this] { return hit("pong"_sym); })),
            spawn(subscriber("pong"_sym).on_message([this] { return hit("ping"_sym); }))};
  }
  /// In a handler, while they play.
  void await_progress() const {
    const std::uint64_t before = hits_.load();
    await([&] { return hits_.load() >= before + 1'000; });
  }
  void end() { over_ = true; }

 private:
  [[nodiscard]] actions hit(term next) {
    ++hits_;
    return over_ ? actions{} : actions{send_message(std::move(next))};
  }

  std::atomic<std::uint64_t> hits_{0};
  std::atomic<bool> over_{false};
};

/// Says these in one transition, when those who are spawned beside it have settled in.
template <class... Messages>
auto say(Messages... messages) {
  return yield([=] { return yield([=] { return actions{send_message(messages)...}; }); });
}

TEST_P(LongHandler, HoldsUpNobodyElse) {
  rally others;
  bool returned = false;
  vm market{with(2), others.players(), spawn(subscriber("long"_sym).on_message([&] {
              others.await_progress();
              others.end();
              returned = true;
            })),
            say("long"_sym, "ping"_sym)};
  market.run_until_inert();
  EXPECT_TRUE(returned);
}

TEST_P(LongHandler, HoldsUpNobodyElseAgainAndAgain) {
  rally others;
  std::int64_t returned = 0;
  vm market{with(2), others.players(), spawn(subscriber("long"_sym).on_message([&]() -> actions {
              others.await_progress();
              if (++returned == 10) {
                others.end();
                return {};
              }
              return send_message("long"_sym);
            })),
            say("long"_sym, "ping"_sym)};
  market.run_until_inert();
  EXPECT_EQ(returned, 10);
}

// What comes for it meanwhile, more than its turn, waits in its order.
TEST_P(LongHandler, HearsWhatItMissedInOrder_ORD2) {
  constexpr std::int64_t most = 1'000;
  std::atomic<std::int64_t> sent{0};
  std::vector<std::int64_t> heard;
  vm market{with(2), spawn(subscriber(list("say"_sym, _)).on_message([&](const term& m) {
              heard.push_back(m.tail().head().as_integer());
              if (heard.size() == 1) await([&] { return sent == most; });
            })),
            spawn(subscriber("next"_sym).on_message([&]() -> actions {
              const std::int64_t next = ++sent;
              actions out{send_message(list("say"_sym, next))};
              if (next < most) out.append(send_message("next"_sym));
              return out;
            })),
            say(list("say"_sym, 0), "next"_sym)};
  market.run_until_inert();
  ASSERT_EQ(heard.size(), static_cast<std::size_t>(most) + 1);
  for (std::int64_t i = 0; i <= most; ++i) ASSERT_EQ(heard[static_cast<std::size_t>(i)], i);
}

TEST_P(LongHandler, OfOneInACrowdHoldsUpNoOtherOfIt_MSG1) {
  rally others;
  std::array<std::atomic<int>, 8> heard{};
  actions all = others.players();
  for (std::size_t i = 0; i < heard.size(); ++i) {
    all.append(spawn(subscriber("all"_sym).on_message([&, i] {
      ++heard.at(i);
      if (i != 3) return;
      others.await_progress();
      await([&] { return heard.back() == 1; });
      others.end();
    })));
  }
  all.append(say("all"_sym, "ping"_sym));
  vm market{with(2), std::move(all)};
  market.run_until_inert();
  for (const std::atomic<int>& each : heard) EXPECT_EQ(each, 1);
}

TEST_P(LongHandler, MayBeAContinuation_YLD1_SPN1) {
  rally others;
  int done = 0;
  vm market{with(2), others.players(), spawn(spawn([] { return actions{}; }).then([&](pid) {
              others.await_progress();
              ++done;
              return yield([&] {
                others.await_progress();
                others.end();
                ++done;
              });
            })),
            say("ping"_sym)};
  market.run_until_inert();
  EXPECT_EQ(done, 2);
}

TEST_P(LongHandler, CrashesItsProcessAloneThoughItThrowsLate_CRA1) {
  rally others;
  std::string seen;
  int handled = 0;
  vm market{with(2), others.players(),
            spawn(subscriber("it"_sym).on_absence([&](const reason& why) { seen = why.text(); })),
            spawn(publisher("it"_sym), subscriber("long"_sym).on_message([&] {
              if (++handled > 1) return;
              others.await_progress();
              others.end();
              throw std::runtime_error{"too long"};
            })),
            say("long"_sym, "long"_sym, "ping"_sym)};
  market.run_until_inert();
  EXPECT_EQ(seen, "too long");
  EXPECT_EQ(handled, 2);  // CRA-2
}

// Its endpoints are gone at once; what it was told before is handled, and does nothing any more.
TEST_P(LongHandler, EndsWithItsProcessKilled_QUI2) {
  std::atomic<bool> gone{false};
  std::atomic<int> handled{0};
  int too_late = 0;
  vm market{
      with(2), subscriber("answer"_sym).on_message([&] { ++too_late; }),
      spawn(subscriber("it"_sym).on_absence([&] { gone = true; })),
      spawn(publisher("it"_sym), subscriber("long"_sym).on_message([&] {
        ++handled;
        await([&] { return gone.load(); });
        return send_message("answer"_sym);
      })).then([](pid victim) {
        return subscriber("kill"_sym).on_message([victim] { return quit(victim, "killed"_sym); });
      }),
      say("long"_sym, "long"_sym, "kill"_sym)};
  market.run_until_inert();
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(too_late, 0);
}

TEST_P(LongHandler, MayEndAfterItsVm_VM6) {
  const auto play = [] {
    rally others;
    std::atomic<bool> began{false};
    std::atomic<bool> ends{false};
    int returned = 0;
    constexpr std::int64_t some = 2;
    {
      vm market{with(2), others.players(), spawn(subscriber("long"_sym).on_message([&] {
                  began = true;
                  await([&] { return ends.load(); });
                  if (++returned == 1) toil(some);
                  return actions{send_message("ping"_sym), publisher("late"_sym)};
                })),
                say("long"_sym, "long"_sym, "ping"_sym)};
      market.inject(send_message("nobody"_sym));
      await([&] { return began.load(); });
      others.await_progress();
      ends = true;
    }
    EXPECT_EQ(returned, 2);
  };
  play();  // what is made once, symbols and the like
  const std::uint64_t before = detail::account::current().live_bytes();
  for (int i = 0; i < 5; ++i) play();
  EXPECT_EQ(detail::account::current().live_bytes(), before);
}

// Each of them is taken from under another one; the last worker has the shard.
TEST_P(LongHandler, MayBeOneOfMany) {
  constexpr int most = 4;
  rally others;
  std::atomic<int> inside{0};
  std::atomic<int> returned{0};
  actions all = others.players();
  for (int i = 0; i < most; ++i) {
    all.append(spawn(subscriber("long"_sym).on_message([&] {
      ++inside;
      await([&] { return inside == most; });
      others.await_progress();
      if (++returned == most) others.end();
    })));
  }
  all.append(say("long"_sym, "ping"_sym));
  vm market{with(most + 1), std::move(all)};
  market.run_until_inert();
  EXPECT_EQ(returned, most);
}

TEST_P(LongHandler, InANestedVmHoldsUpNobodyThereNorAround_VM3) {
  rally inner;
  rally outer;
  int heard = 0;
  actions inside = inner.players();
  inside.append(spawn(subscriber("long"_sym).on_message([&] {
    inner.await_progress();
    outer.await_progress();
    inner.end();
    outer.end();
    return at_meta_level(send_message("done"_sym));
  })));
  inside.append(say("long"_sym, "ping"_sym));
  vm market{with(3), outer.players(), subscriber("done"_sym).on_message([&] { ++heard; }),
            spawn_vm(std::move(inside)), say("ping"_sym)};
  market.run_until_inert();
  EXPECT_EQ(heard, 1);
}

// Long ones and short ones who all tell the same four, which answer: what they see is repeated.
TEST_P(LongHandler, CommitsAsOneOfASequentialRun) {
  constexpr std::int64_t tasks = 12;
  const auto toiler = [](std::int64_t self) {
    return spawn(subscriber(list("task"_sym, _)).on_message([self](const term& m) {
      const std::int64_t n = m.tail().head().as_integer();
      toil(n % 4 == self ? 12 : 0);
      return send_message(list("done"_sym, self, n));
    }));
  };
  const auto witness = [] {
    return spawn([] {
      return transition(
          std::int64_t{0},
          subscriber(list("done"_sym, _, _)).on_message([](const term&, std::int64_t& count) {
            return send_message(list("seen"_sym, ++count));
          }));
    });
  };
  const boot_function first = boot([&] {
    actions all;
    for (std::int64_t i = 0; i < 4; ++i) all.append(toiler(i));
    for (std::int64_t i = 0; i < 4; ++i) all.append(witness());
    all.append(subscriber(list("seen"_sym, _)));
    all.append(yield([] {
      return yield([] {
        actions out;
        for (std::int64_t n = 0; n < tasks; ++n) out.append(send_message(list("task"_sym, n)));
        return out;
      });
    }));
    return all;
  });
  for (const unsigned workers : {2U, 3U}) {
    const finding found = run_and_replay(0, workers, first);
    EXPECT_EQ(found.divergence, "");
    EXPECT_GT(found.commits, static_cast<std::uint64_t>(tasks * 4));
  }
}

}  // namespace
}  // namespace souk
