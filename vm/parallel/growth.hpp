// How many shards of a VM hold its processes.
//
// More shards use more cores, but what crosses from one to another costs locks. Which weighs more
// depends on who talks to whom, and that changes while a program runs. So it is tried: the VM's
// rate is measured with the shards that it has, and then with twice or half as many. More are kept
// only while they pay; and after each trial that changed nothing, the next comes later.
//
// Threads    shards(): any. look(), keep(): any, one at a time; who finds another there does
//            nothing.
// Times are those of a monotonic clock, in nanoseconds.
#pragma once

#include "sched/atomic.hpp"
#include "sched/spin_lock.hpp"

#include <cstdint>
#include <limits>

namespace souk::parallel {

class growth {
 public:
  /// What a VM has done until a moment.
  struct reading {
    std::int64_t at;
    std::uint64_t handled;  ///< entries, in all shards
    std::uint64_t busy;     ///< time in quanta that began while a rate was measured
    std::uint64_t crossed;  ///< transitions with receivers in other shards or a change of the table
  };

  /// Starts with one. Pre: most > 0.
  explicit growth(unsigned most) noexcept : most_{most} {}

  /// Of all VMs that have one shard and will have no more.
  [[nodiscard]] static growth& none() noexcept;

  [[nodiscard]] unsigned most() const noexcept { return most_; }
  /// The first so many hold processes; the others give theirs away.
  [[nodiscard]] unsigned shards() const noexcept {
    return shards_.load(std::memory_order_relaxed);  // relaxed: a hint, nothing is read through it
  }
  /// A rate is being measured: look() wants to be called, whether there is much to do or not.
  [[nodiscard]] bool is_under_way() const noexcept {
    return phase_.load(std::memory_order_relaxed) != phase::resting;  // relaxed: a hint
  }
  /// Whether look() has anything to do at that time.
  [[nodiscard]] bool is_due(std::int64_t now) const noexcept {
    return now >= due_.load(std::memory_order_relaxed);  // relaxed: a hint
  }
  /// Now and then, while there is more to do than one quantum handles. `read` gives the reading of
  /// now, and is called unless somebody else looks. True: there are more or fewer shards than
  /// before.
  template <class Read>
  [[nodiscard]] bool look(Read read) {
    if (!lock_.try_lock()) return false;
    const unsigned before = shards();
    take(read());
    const bool changed = shards() != before;
    lock_.unlock();
    return changed;
  }
  /// For who knows better: that many, and no trials. Pre: 0 < shards <= most.
  void keep(unsigned shards) noexcept;

 private:
  enum class phase : std::uint8_t { resting, measuring, moving, trying };

  void take(const reading& now) noexcept;
  void begin(phase next, const reading& now, std::int64_t for_how_long) noexcept;
  void rest(const reading& now) noexcept;
  void judge(double rate, const reading& now) noexcept;
  [[nodiscard]] unsigned next_to_try() noexcept;
  void set(unsigned shards) noexcept {
    shards_.store(shards, std::memory_order_relaxed);  // relaxed: see shards()
  }

  const unsigned most_;
  sched::atomic<unsigned> shards_{1};
  sched::atomic<std::int64_t> due_{0};
  sched::atomic<phase> phase_{phase::resting};
  sched::spin_lock lock_;   // guards what follows, and whoever writes
  bool grew_last_ = false;  // so the next trial is with fewer, if both are possible
  unsigned from_ = 1;       // shards before the trial
  double rate_ = 0;         // with those
  reading since_{};         // when the phase began
  std::int64_t pause_ = 0;  // before the next trial
};

}  // namespace souk::parallel
