#include "bench/scaling/simulation.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace souk::bench::scaling {
namespace {

// Cache lines that are waited for because the other side wrote them last (README.md).
constexpr double lines_to_look_up = 1;  // the receiver's process: where it lives
constexpr double lines_to_lock = 1;     // the inbox
constexpr double lines_to_push = 1;     // where the entry goes: the unlock waits for it
constexpr double lines_to_take = 1;     // an entry; what it names is fetched ahead

struct message {
  unsigned process;
  unsigned shard;     ///< where that lives
  double deliveries;  ///< it is for so many there
};

/// What processes say when they are told something.
class behaviour {
 public:
  behaviour() = default;
  behaviour(const behaviour&) = delete;
  behaviour& operator=(const behaviour&) = delete;
  virtual ~behaviour() = default;
  virtual void begin(std::vector<message>& said) = 0;
  virtual void answer(const message& heard, std::vector<message>& said) = 0;
};

class pairs_behaviour final : public behaviour {
 public:
  explicit pairs_behaviour(unsigned shards) : shards_{shards} {}
  void begin(std::vector<message>& said) override {
    for (unsigned pair = 0; pair < pairs; ++pair) said.push_back(to(2 * pair));
  }
  void answer(const message& heard, std::vector<message>& said) override {
    said.push_back(to(heard.process ^ 1U));
  }

 private:
  static constexpr unsigned pairs = 1000;
  [[nodiscard]] message to(unsigned process) const { return {process, process / 2 % shards_, 1}; }
  unsigned shards_;
};

class big_behaviour final : public behaviour {
 public:
  explicit big_behaviour(unsigned shards) : shards_{shards} {}
  void begin(std::vector<message>& said) override {
    for (unsigned i = 0; i < all; ++i) said.push_back(to(i));
  }
  void answer(const message& heard, std::vector<message>& said) override {
    const auto other = static_cast<unsigned>(dice_() % (all - 1));
    said.push_back(to(other < heard.process ? other : other + 1));
  }

 private:
  static constexpr unsigned all = 120;
  [[nodiscard]] message to(unsigned process) const { return {process, process % shards_, 1}; }
  unsigned shards_;
  std::mt19937_64 dice_{17};
};

/// Process 0 is the publisher; those that hear it are, in each shard, one message (a crowd).
class fan_out_behaviour final : public behaviour {
 public:
  explicit fan_out_behaviour(unsigned shards) : shards_{shards} {}
  void begin(std::vector<message>& said) override { said.push_back(again); }
  void answer(const message& heard, std::vector<message>& said) override {
    if (heard.process != 0) return;
    for (unsigned shard = 0; shard < std::min(shards_, readers); ++shard) {
      const unsigned here = (readers + shards_ - 1 - shard) / shards_;
      said.push_back({1 + shard, shard, static_cast<double>(here)});
    }
    said.push_back(again);
  }

 private:
  static constexpr unsigned readers = 100;
  static constexpr message again{0, 0, 0};
  unsigned shards_;
};

/// A lock: who comes first has it first. Waiting costs the time until it is free.
class lock {
 public:
  /// From when on who comes at `now` has it.
  [[nodiscard]] double take(double now) const noexcept { return std::max(now, free_at_); }
  void give_back(double at) noexcept { free_at_ = at; }

 private:
  double free_at_ = 0;
};

class simulation {
 public:
  simulation(const costs& with, double alone, unsigned shards)
      : with_{with},
        slower_{shards > 1 ? with.busy_factor : 1},
        handle_ns_{alone * slower_},
        shards_(shards) {}

  /// Until so many messages were handled. Nanoseconds each.
  double run(behaviour& processes, double messages) {
    processes.begin(said_);
    for (const message& one : said_) shards_[one.shard].queue.push_back(one);
    for (unsigned i = 0; i < shards_.size(); ++i) next_.emplace(0.0, i);
    double handled = 0;
    double now = 0;
    while (handled < messages) {
      unsigned here = 0;
      std::tie(now, here) = next_.top();
      next_.pop();
      handled += step(processes, here, now);
    }
    return now / handled;
  }

 private:
  struct pushed {
    double at;
    message what;
  };
  struct shard {
    lock inbox_lock;
    std::deque<pushed> inbox;
    std::deque<message> queue;
    bool is_parked = false;
  };

  /// The shard drains its inbox and handles the first in its queue. How many deliveries that was.
  double step(behaviour& processes, unsigned number, double now) {
    shard& here = shards_[number];
    now = drain(here, now);
    if (here.queue.empty()) {
      if (here.inbox.empty()) {
        here.is_parked = true;
      } else {
        next_.emplace(here.inbox.front().at, number);  // it is being pushed
      }
      return 0;
    }
    const message heard = here.queue.front();
    here.queue.pop_front();
    now += heard.deliveries * handle_ns_;
    said_.clear();
    processes.answer(heard, said_);
    now = commit(number, now);
    next_.emplace(now, number);
    return heard.deliveries;
  }

  double drain(shard& here, double now) {
    if (here.inbox.empty() || here.inbox.front().at > now) return now;
    now = here.inbox_lock.take(now) + lines_to_lock * with_.transfer_ns + with_.hold_ns * slower_;
    here.inbox_lock.give_back(now);
    while (!here.inbox.empty() && here.inbox.front().at <= now) {
      now += with_.crossing_ns / 2 * slower_ + lines_to_take * with_.transfer_ns;
      here.queue.push_back(here.inbox.front().what);
      here.inbox.pop_front();
    }
    return now;
  }

  /// What was said reaches this shard's queue, or the inboxes of others under all their locks.
  double commit(unsigned number, double now) {
    others_.clear();
    for (const message& one : said_) {
      (one.shard == number ? shards_[number].queue : others_).push_back(one);
    }
    if (others_.empty()) return now;
    now += with_.crossing_ns / 2 * slower_ + lines_to_look_up * with_.transfer_ns +
           static_cast<double>(others_.size() - 1) * with_.each_shard_ns * slower_;
    for (const message& one : others_) {  // ascending
      now = shards_[one.shard].inbox_lock.take(now) + lines_to_lock * with_.transfer_ns;
    }
    for (const message& one : others_) {
      now += with_.hold_ns * slower_ + lines_to_push * with_.transfer_ns;
      shards_[one.shard].inbox.push_back({now, one});
    }
    for (const message& one : others_) shards_[one.shard].inbox_lock.give_back(now);
    for (const message& one : others_) now = wake(one.shard, now);
    return now;
  }

  double wake(unsigned number, double now) {
    shard& there = shards_[number];
    if (!std::exchange(there.is_parked, false)) return now;
    now = hand_over(now);
    next_.emplace(hand_over(now), number);  // its worker takes it, under the same lock
    return now;
  }
  double hand_over(double now) {
    now = executor_lock_.take(now) + lines_to_lock * with_.transfer_ns + with_.wake_ns * slower_;
    executor_lock_.give_back(now);
    return now;
  }

  const costs& with_;
  double slower_;
  double handle_ns_;
  std::vector<shard> shards_;
  lock executor_lock_;
  // Who goes on when; at the same time the first shard.
  using moment = std::pair<double, unsigned>;
  std::priority_queue<moment, std::vector<moment>, std::greater<>> next_;
  std::vector<message> said_;
  std::deque<message> others_;
};

template <class Behaviour>
double run(const costs& with, double alone, unsigned shards) {
  constexpr double messages = 200'000;
  Behaviour processes{shards};
  return simulation{with, alone, shards}.run(processes, messages);
}

}  // namespace

std::string_view name_of(program what) noexcept {
  switch (what) {
    case program::pairs: return "pairs";
    case program::big: return "big";
    default: return "fan-out";
  }
}

double alone_ns(program what, const costs& with) noexcept {
  switch (what) {
    case program::pairs: return with.pairs_ns;
    case program::big: return with.big_ns;
    default: return with.fan_out_ns;
  }
}

double simulate(program what, const costs& with, unsigned shards) {
  const double alone = alone_ns(what, with);
  switch (what) {
    case program::pairs: return 1e9 / run<pairs_behaviour>(with, alone, shards);
    case program::big: return 1e9 / run<big_behaviour>(with, alone, shards);
    default: return 1e9 / run<fan_out_behaviour>(with, alone, shards);
  }
}

}  // namespace souk::bench::scaling
