// Busy times, flows, slow calls, and following a process.
#include "tests/reflection/support.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using namespace std::chrono_literals;

class Measure : public Mirrored {};
INSTANTIATE_TEST_SUITE_P(Vm, Measure, ::testing::ValuesIn(all_kinds()), name_of);

void spin(std::chrono::nanoseconds how_long) {
  const auto until = std::chrono::steady_clock::now() + how_long;
  while (std::chrono::steady_clock::now() < until) {
  }
}

TEST_P(Measure, OfSlowHandlersSaysWhoTheyAreAndHowLongTheyTake) {
  vm v = run(name_process("slow"_sym, spawn(subscriber("m"_sym).on_message([] { spin(5ms); }))),
             name_process("quick"_sym, spawn(subscriber("m"_sym))));
  mirror.measure(true);
  for (int i = 0; i < 40; ++i) send(v, "m"_sym);
  const snapshot seen = mirror.look();
  mirror.measure(false);
  const process_view& slow = *named(seen, "slow"_sym);
  EXPECT_GE(slow.busy, 5ms);  // of 200: it is an estimate, from samples
  EXPECT_GT(slow.busy, named(seen, "quick"_sym)->busy);
  ASSERT_FALSE(seen.slow_calls.empty());
  for (const slow_call& one : seen.slow_calls) EXPECT_GE(one.took, 1ms);
  EXPECT_TRUE(std::ranges::any_of(seen.slow_calls, [&](const slow_call& one) {
    return one.who == slow.self && one.took >= 5ms && one.what.starts_with("message m at ");
  }));
}

TEST_P(Measure, OfFlowsSaysWhoSendsToWhom) {
  std::atomic<bool> over{false};
  const auto player = [&over](const term& hears, const term& says) {
    return spawn(subscriber(hears).on_message([&over, says](const term&) -> actions {
      if (over) return {};
      return send_message(says);
    }));
  };
  vm v = run(name_process("a"_sym, player("ping"_sym, "pong"_sym)),
             name_process("b"_sym, player("pong"_sym, "ping"_sym)));
  mirror.measure(true);
  v.inject(send_message("ping"_sym));
  std::thread running{[&v] { v.run_until_inert(); }};
  snapshot seen = mirror.look();
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(20ms);  // there is a load to be measured
    seen = mirror.look();
  }
  over = true;
  running.join();
  mirror.measure(false);
  const auto messages = [&](const term& from, const term& to) {
    const auto found = std::ranges::find_if(seen.flows, [&](const flow_view& f) {
      return f.from == named(seen, from)->self.number && f.to == named(seen, to)->self.number;
    });
    return found == seen.flows.end() ? 0 : found->messages;
  };
  // An estimate from samples.
  for (const auto& [from, to] : {std::pair{"a"_sym, "b"_sym}, std::pair{"b"_sym, "a"_sym}}) {
    EXPECT_GT(messages(from, to), named(seen, to)->handled / 5);
    EXPECT_LT(messages(from, to), named(seen, to)->handled * 5);
  }
  EXPECT_EQ(messages("a"_sym, "a"_sym), 0U);
}

TEST_P(Measure, IsNotDoneUnlessAskedFor) {
  vm v = run(name_process("slow"_sym, spawn(subscriber("m"_sym).on_message([] { spin(2ms); }))));
  send(v, "m"_sym);
  const snapshot seen = mirror.look();
  EXPECT_EQ(named(seen, "slow"_sym)->busy, 0ns);
  EXPECT_TRUE(seen.slow_calls.empty());
  EXPECT_TRUE(seen.flows.empty());
}

class Follow : public Mirrored {};
INSTANTIATE_TEST_SUITE_P(Vm, Follow, ::testing::ValuesIn(all_kinds()), name_of);

TEST_P(Follow, KeepsEachEventOfThatProcessAndOfNoOther) {
  vm v = run(name_process("it"_sym, spawn(subscriber(list("m"_sym, _)).named("e"_sym))),
             name_process("other"_sym, spawn(subscriber(list("m"_sym, _)))));
  const pid it = named(mirror.look(), "it"_sym)->self;
  mirror.follow(it);
  for (int i = 0; i < 3; ++i) send(v, list("m"_sym, i));
  const auto seen = mirror.take_followed(it);
  ASSERT_EQ(seen.events.size(), 3U);
  EXPECT_EQ(seen.events[0].what, "message (m 0) at e");
  EXPECT_EQ(seen.events[2].what, "message (m 2) at e");
  EXPECT_EQ(seen.lost, 0U);
  EXPECT_TRUE(mirror.take_followed(it).events.empty()) << "they are taken";
  mirror.unfollow(it);
  send(v, list("m"_sym, 4));
  EXPECT_TRUE(mirror.take_followed(it).events.empty());
}

TEST_P(Follow, KeepsTheLastOnesAndSaysHowManyWereLost) {
  vm v = run(name_process("it"_sym, spawn(subscriber(list("m"_sym, _)))));
  const pid it = named(mirror.look(), "it"_sym)->self;
  mirror.follow(it);
  for (std::size_t i = 0; i < reflection::most_followed + 10; ++i)
    v.inject(send_message(list("m"_sym, static_cast<std::int64_t>(i))));
  v.run_until_inert();
  const auto seen = mirror.take_followed(it);
  EXPECT_EQ(seen.events.size(), reflection::most_followed);
  EXPECT_EQ(seen.lost, 10U);
}

}  // namespace
}  // namespace souk
