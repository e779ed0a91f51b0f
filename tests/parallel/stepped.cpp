#include "tests/parallel/stepped.hpp"

#include "sched/executor.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace souk {
namespace {

using sched::hooks::mutant;

// Written by the program while no VM lives.
std::uint64_t chosen_seed = 0;
mutant chosen_mutant = mutant::none;
std::uint64_t steps = 0;  // of who has the turn
std::uint64_t takeovers = 0;

constexpr std::size_t program = 0;
constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();
thread_local std::size_t self = nobody;

/// Whose turn it is. All but `turn_` and `over_` belong to who has it.
class stage {
 public:
  stage(unsigned workers, std::uint64_t seed)
      : actors_(1 + workers),
        dice_{seed},
        by_priority_{seed % 2 == 1},
        often_{1U << (seed / 2 % 5)} {
    for (actor& one : actors_) one.priority = static_cast<std::int64_t>(dice_() % 1000);
  }

  void submit(sched::task& ready) { queue_.push_back(&ready); }

  void step() {
    ++steps;
    look_at_somebody();
    if (dice_() % (by_priority_ ? 8 * often_ : often_) != 0) return;
    if (by_priority_) fall_behind(self);
    pass(choose(nobody));
  }
  void wait() {
    ++steps;
    fall_behind(self);
    const std::size_t next = choose(self);
    if (next != nobody) pass(next);
  }

  void work(std::size_t who) {
    self = who;
    for (;;) {
      if (!await(who)) return;
      while (!queue_.empty()) {
        const auto place = queue_.begin() + static_cast<std::ptrdiff_t>(dice_() % queue_.size());
        sched::task* const next = *place;
        queue_.erase(place);
        actor& own = actors_[who];
        own.busy = true;
        own.running = next;
        if (next->run(static_cast<unsigned>(who - 1), own.shown)) queue_.push_back(next);
        own.busy = false;
      }
      give(choose(who));
    }
  }

  /// Lets all finish what they have, and then go home.
  void finish() {
    const auto is_busy = [](const actor& one) { return one.busy; };
    while (!queue_.empty() || std::ranges::any_of(actors_, is_busy)) wait();
    const std::scoped_lock held{lock_};
    over_ = true;
    for (actor& one : actors_) one.go.notify_one();
  }

 private:
  struct actor {
    std::condition_variable go;
    std::int64_t priority = 0;
    bool busy = false;
    sched::task* running = nullptr;
    sched::turn shown{};
  };

  /// What the watch of an executor does, at any time, by whoever has the turn.
  void look_at_somebody() {
    if (looks_ || dice_() % 2 == 0) return;
    looks_ = true;
    actor& one = actors_[dice_() % actors_.size()];
    if (one.busy && one.shown.has_lasted(dice_() % 8 == 0)) {
      const bool taken = one.shown.take([&](const void* whose) {
        if (!one.running->take_over(whose)) return false;
        queue_.push_back(one.running);
        return true;
      });
      if (taken) ++takeovers;
    }
    looks_ = false;
  }

  void fall_behind(std::size_t who) { actors_[who].priority = --lowest_; }

  /// Somebody who can go on; `nobody` if that is only `but`.
  [[nodiscard]] std::size_t choose(std::size_t but) {
    candidates_.clear();
    for (std::size_t i = 0; i < actors_.size(); ++i) {
      if (i != but && (i == program || actors_[i].busy || !queue_.empty()))
        candidates_.push_back(i);
    }
    if (candidates_.empty()) return nobody;
    if (!by_priority_) return candidates_[dice_() % candidates_.size()];
    return *std::ranges::max_element(candidates_, {},
                                     [this](std::size_t i) { return actors_[i].priority; });
  }

  void pass(std::size_t next) {
    if (next == self) return;
    give(next);
    (void)await(self);
  }
  void give(std::size_t next) {
    const std::scoped_lock held{lock_};
    turn_ = next;
    actors_[next].go.notify_one();
  }
  [[nodiscard]] bool await(std::size_t who) {
    std::unique_lock held{lock_};
    actors_[who].go.wait(held, [&] { return turn_ == who || over_; });
    return !over_;
  }

  std::mutex lock_;  // guards turn_ and over_
  std::size_t turn_ = program;
  bool over_ = false;
  std::vector<actor> actors_;
  std::deque<sched::task*> queue_;
  std::mt19937_64 dice_;
  bool by_priority_;
  std::uint64_t often_;
  std::int64_t lowest_ = 0;
  bool looks_ = false;
  std::vector<std::size_t> candidates_;
};

stage* current = nullptr;  // changed while there are no workers

class stepped_executor final : public sched::executor {
 public:
  explicit stepped_executor(unsigned workers) : stage_{workers, chosen_seed} {
    current = &stage_;
    self = program;
    for (unsigned i = 1; i <= workers; ++i) threads_.emplace_back([this, i] { stage_.work(i); });
  }
  stepped_executor(const stepped_executor&) = delete;
  stepped_executor& operator=(const stepped_executor&) = delete;
  ~stepped_executor() override {
    stage_.finish();
    for (std::thread& one : threads_) one.join();
    current = nullptr;
    self = nobody;
  }

  [[nodiscard]] unsigned workers() const noexcept override {
    return static_cast<unsigned>(threads_.size());
  }
  void submit(sched::task& ready) override { stage_.submit(ready); }

 private:
  stage stage_;
  std::vector<std::thread> threads_;
};

}  // namespace

namespace sched {

std::unique_ptr<executor> make_thread_executor(unsigned workers) {
  return std::make_unique<stepped_executor>(workers);
}
std::unique_ptr<executor> make_arena_executor(unsigned workers, vm_priority /*priority*/) {
  return std::make_unique<stepped_executor>(workers);
}

void hooks::step() noexcept {
  if (self != nobody) current->step();
}
void hooks::wait() noexcept {
  if (self != nobody) current->wait();
}
bool hooks::broken(mutant how) noexcept { return how == chosen_mutant; }

}  // namespace sched

void testing::play(std::uint64_t seed, mutant how_broken) noexcept {
  chosen_seed = seed;
  chosen_mutant = how_broken;
}
std::uint64_t testing::steps_made() noexcept { return steps; }
std::uint64_t testing::takeovers_made() noexcept { return takeovers; }

}  // namespace souk
