// A parallel VM whose shards run when they are told to, each by itself: so that a bench puts every
// process where it wants it, and times the shard that it is about and no other.
//
// It stands on the insides of vm/parallel, since the product places processes as it thinks best.
// Threads: one. So no cache line moves between cores, and no lock is ever waited for.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <souk/souk.hpp>
#include <span>
#include <utility>
#include <vector>

#include "bench/micro/thread_time.hpp"
#include "sched/executor.hpp"
#include "vm/parallel/machine.hpp"
#include "vm/parallel/shard.hpp"

namespace souk::bench {

/// Runs a task when it is told to.
class by_hand final : public sched::executor {
 public:
  [[nodiscard]] unsigned workers() const noexcept override { return 1; }
  void submit(sched::task& ready) override { ready_.push_back(&ready); }

  /// That one, until it has nothing to do.
  void run(sched::task& chosen) {
    while (std::erase(ready_, &chosen) > 0) {
      if (chosen.run(0, shown_)) ready_.push_back(&chosen);
    }
  }
  void run_all() {
    while (!ready_.empty()) {
      sched::task* const next = ready_.front();
      ready_.pop_front();
      if (next->run(0, shown_)) ready_.push_back(next);
    }
  }

 private:
  std::deque<sched::task*> ready_;
  sched::turn shown_;
};

/// What a bench tells a process, to have it do its work once.
struct tick {
  std::uint64_t number;
};
SOUK_RECORD(tick, number);

class hall {
 public:
  /// So many ticks at once are less than a turn.
  static constexpr std::uint64_t most_ticks = 250;

  /// `ticks` are told at once. Pre: what follows from them in a shard is less than a quantum; else
  /// shards share their load, and processes move.
  explicit hall(unsigned shards, std::uint64_t ticks = most_ticks)
      : hand_{new by_hand},
        common_{std::unique_ptr<sched::executor>{hand_}, vm_options{}, shards},
        root_{common_} {
    root_.size().keep(shards);
    for (std::uint64_t i = 0; i < ticks; ++i) ticks_.emplace_back(tick{i});
  }
  hall(const hall&) = delete;
  hall& operator=(const hall&) = delete;
  ~hall() {
    root_.stop();
    hand_->run_all();
    common_.stop_workers();
  }

  /// A process in that shard.
  void start(unsigned shard, const boot_function& what) {
    auto made = std::make_unique<parallel::process>(
        pid{root_.id(), root_.processes().take_number()}, term{}, shard);
    action_list first = root_.begin(*made, spawn_action{what});
    root_.shards()[shard]->take_in(*made.release(), std::move(first));
    hand_->run_all();
  }

  /// Seconds that a tick takes in shard 0: those who hear it, and what follows from it there.
  double time_a_tick() {
    root_.inject(ticks_);
    return time_each([this] { hand_->run(*root_.shards().front()); });
  }
  /// Seconds that all other shards take for what a tick has brought them, together.
  double time_the_rest() {
    return time_each([this] { hand_->run_all(); });
  }

 private:
  template <class F>
  double time_each(F f) const {
    const double start = thread_seconds();
    f();
    return (thread_seconds() - start) / static_cast<double>(ticks_.size());
  }

  by_hand* hand_;
  parallel::universe common_;
  parallel::machine root_;
  std::vector<send_message> ticks_;
};

}  // namespace souk::bench
