// Which calls are timed while a VM is measured: samples, so that measuring costs little.
//
// Of opportunities (quanta of a shard, calls of a functional VM) one in `stride` is taken, and
// stands for those that were passed over since the last. Where calls are long, so that reading a
// clock is nothing beside them, each is taken.
//
// Threads    One at a time.
#pragma once

#include <chrono>
#include <utility>

namespace souk {

class sampler {
 public:
  using clock = std::chrono::steady_clock;

  explicit sampler(unsigned stride) noexcept : stride_{stride} {}

  /// How many opportunities this one stands for; 0: it is passed over.
  [[nodiscard]] unsigned next() noexcept {
    if (++passed_ < stride_ && !is_next_) return 0;
    is_next_ = are_long_;
    return std::exchange(passed_, 0);
  }
  /// The next is taken in any case.
  void hurry() noexcept { is_next_ = true; }
  /// What was taken had so many calls, and lasted so long.
  void took(unsigned calls, clock::duration all) noexcept {
    if (calls > 0) is_next_ = are_long_ = all >= long_call * calls;
  }

  /// Reading a clock twice is less than a tenth of it.
  static constexpr std::chrono::nanoseconds long_call{1000};

 private:
  unsigned stride_;
  unsigned passed_ = 0;  // since the last that was taken
  bool is_next_ = true;  // so is the first
  bool are_long_ = false;
};

/// Calls that took so long are kept, so many of each part of a VM.
inline constexpr std::chrono::milliseconds slow{1};
inline constexpr unsigned most_slow_calls = 32;
/// Pairs of processes between which messages are counted, in each part of a VM.
inline constexpr unsigned most_flows = 2048;

}  // namespace souk
