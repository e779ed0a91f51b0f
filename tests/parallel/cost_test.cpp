// What a message costs in atomic read-modify-writes and in stores to atomics, counted: no
// read-modify-write inside a shard, and few for each shard that receives it. Two stores of each
// handler go to a line of its worker's own, which the watch reads every few milliseconds.
//
// Shards are run by hand, a quantum at a time, so that each count is exact. Counts of terms that
// processes share are not in it: see docs/performance.md.
#include "sched/executor.hpp"
#include "vm/parallel/machine.hpp"
#include "vm/parallel/shard.hpp"

#include "tests/parallel/counted_atomic.hpp"

#include <souk/souk.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

namespace souk {
namespace {

using namespace literals;
using testing::tally;

/// Runs a task when it is told to.
class by_hand final : public sched::executor {
 public:
  explicit by_hand(unsigned workers) : workers_{workers} {}
  [[nodiscard]] unsigned workers() const noexcept override { return workers_; }
  void submit(sched::task& ready) override { ready_.push_back(&ready); }

  /// One quantum of each that is ready.
  void run_round() {
    for (sched::task* const one : std::exchange(ready_, {})) {
      if (one->run(0, shown_)) ready_.push_back(one);
    }
  }
  void run_all() {
    while (!ready_.empty()) run_round();
  }

 private:
  unsigned workers_;
  sched::turn shown_;
  std::deque<sched::task*> ready_;
};

/// A publisher on shard 0 that says something when it is told to, and on each of the others one who
/// hears it; and, for shards that never park, one on each that keeps it busy.
class market {
 public:
  market(unsigned receivers, unsigned workers, bool busy)
      : hand_{new by_hand{workers}},
        common_{std::unique_ptr<sched::executor>{hand_}, vm_options{}, receivers + 1},
        root_{common_} {
    root_.size().keep(receivers + 1);
    start(0, boot(subscriber("tick"_sym).on_message([this](const term& /*tick*/) {
            return std::exchange(due_, false) ? actions{send_message("news"_sym)} : actions{};
          })));
    for (unsigned shard = 1; shard <= receivers; ++shard)
      start(shard, boot(subscriber("news"_sym).on_message([this] { ++heard; })));
    for (unsigned shard = 0; busy && shard <= receivers; ++shard)
      start(shard, boot(subscriber(tick(shard)).on_message([this, shard] {
              ++ticks;
              return busy_ ? actions{send_message(tick(shard))} : actions{};
            })));
    hand_->run_all();
    busy_ = busy;
    for (unsigned shard = 0; busy && shard <= receivers; ++shard) tell(shard);
    for (unsigned i = 0; busy && i < settling; ++i) hand_->run_round();
  }
  market(const market&) = delete;
  market& operator=(const market&) = delete;
  ~market() {
    busy_ = false;
    root_.stop();
    hand_->run_all();
    common_.stop_workers();
  }

  /// A quantum or two of all shards, in which the publisher says something or nothing.
  void play(bool says_something) {
    due_ = says_something;
    if (busy_) {
      for (unsigned i = 0; i < 2; ++i) hand_->run_round();
    } else {
      tell(0);
      hand_->run_all();
    }
  }

  std::uint64_t heard = 0;
  std::uint64_t ticks = 0;  ///< messages inside a shard

 private:
  static constexpr unsigned settling = 4;

  void start(unsigned shard, const boot_function& what) {
    auto made = std::make_unique<parallel::process>(
        pid{root_.id(), root_.processes().take_number()}, term{}, shard);
    action_list first = root_.begin(*made, spawn_action{what});
    root_.shards()[shard]->take_in(*made.release(), std::move(first));
  }
  void tell(unsigned shard) {
    const send_message once{tick(shard)};
    root_.inject({&once, 1});
  }
  static term tick(unsigned shard) { return shard == 0 ? term{"tick"_sym} : term{list(shard)}; }

  bool due_ = false;
  bool busy_ = false;
  by_hand* hand_;
  parallel::universe common_;
  parallel::machine root_;
};

constexpr std::uint64_t messages = 20;
/// Stores with which a worker shows that it is in a handler, and is not any more.
constexpr std::uint64_t of_a_handler = 2;

/// What one message costs more than none.
tally cost_of_a_message(market& in) {
  const auto play_all = [&in](bool says_something) {
    const tally before = testing::done_to_atomics;
    for (std::uint64_t i = 0; i < messages; ++i) in.play(says_something);
    return testing::done_to_atomics - before;
  };
  const tally without = play_all(false);
  const tally with = play_all(true) - without;
  return {with.changes / messages, with.stores / messages};
}

TEST(CostOfAMessage, NothingInsideAShard) {
  market alone{0, 1, true};
  const tally before = testing::done_to_atomics;
  for (std::uint64_t i = 0; i < messages; ++i) alone.play(false);
  const tally made = testing::done_to_atomics - before;
  EXPECT_GT(alone.ticks, 500 * messages);
  EXPECT_EQ(made.changes, 0U);
  // Those of both who hear a tick; and for each quantum to come in and to leave, and twice how much
  // waits, for who asks.
  EXPECT_LE(made.stores, 2 * of_a_handler * alone.ticks + 2 * 4 * messages);
}

TEST(CostOfAMessage, TwoLocksForEachShardThatIsAwakeWhateverTheNumberOfWorkers) {
  for (const unsigned workers : {1U, 8U}) {
    for (const unsigned receivers : {1U, 2U, 4U}) {
      market awake{receivers, workers, true};
      const tally each = cost_of_a_message(awake);
      EXPECT_EQ(awake.heard, messages * receivers);
      EXPECT_EQ(each.changes, 2 * receivers);  // to push, and to drain
      // The unlocks of these. (Its handlers take the place of others in their quanta.)
      EXPECT_EQ(each.stores, 2 * receivers);
    }
  }
}

// To wake it counts it as active, and to park it locks its inbox and is counted no more.
TEST(CostOfAMessage, ThreeChangesMoreForEachShardThatHasToBeWoken) {
  for (const unsigned receivers : {1U, 2U, 4U}) {
    market asleep{receivers, 1, false};
    const tally each = cost_of_a_message(asleep);
    EXPECT_EQ(asleep.heard, messages * receivers);
    EXPECT_EQ(each.changes, 5 * receivers);
  }
}

}  // namespace
}  // namespace souk
