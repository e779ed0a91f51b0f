#include "vm/parallel/growth.hpp"

#include <algorithm>

namespace souk::parallel {

namespace {

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;

/// A rate is measured for so long: some ten thousand messages.
constexpr std::int64_t window = 2 * millisecond;
/// Processes move for so long before the new rate counts.
constexpr std::int64_t moving_time = millisecond;
/// Nobody looked for so long: what was measured says nothing of now.
constexpr std::int64_t stale = 8 * window;
/// A trial in vain costs less than four milliseconds: after the first few less than one part in a
/// hundred.
constexpr std::int64_t shortest_pause = 32 * millisecond;
constexpr std::int64_t longest_pause = 1024 * millisecond;
/// More shards take more cores: they must do so much more.
constexpr double gain = 1.1;
/// If so few in a hundred transitions cross, fewer shards would not do better.
constexpr std::uint64_t few_cross = 2;
/// Where an entry takes so long, what crosses from shard to shard costs nothing beside it.
constexpr double long_handler = 10 * microsecond;

}  // namespace

growth& growth::none() noexcept {
  static growth one{1};
  return one;
}

void growth::keep(unsigned shards) noexcept {
  set(shards);
  due_.store(std::numeric_limits<std::int64_t>::max(), std::memory_order_relaxed);  // a hint
}

void growth::begin(phase next, const reading& now, std::int64_t for_how_long) noexcept {
  phase_.store(next, std::memory_order_relaxed);  // relaxed: a hint, for all but the lock's holder
  since_ = now;
  due_.store(now.at + for_how_long, std::memory_order_relaxed);  // relaxed: a hint
}

void growth::rest(const reading& now) noexcept { begin(phase::resting, now, pause_); }

void growth::take(const reading& now) noexcept {
  // relaxed: written under the lock, which is held.
  const phase at = phase_.load(std::memory_order_relaxed);
  const auto passed = static_cast<double>(now.at - since_.at);
  const auto handled = static_cast<double>(now.handled - since_.handled);
  if (!is_due(now.at)) return;
  if (at == phase::resting) return begin(phase::measuring, now, window);
  const auto busy = static_cast<double>(now.busy - since_.busy);
  if (at == phase::measuring && busy > long_handler * handled) {
    const bool is_all = shards() == most_;
    set(std::min(2 * shards(), most_));
    pause_ = is_all ? shortest_pause : 0;
    return rest(now);
  }
  if (now.at - since_.at > stale) {
    if (at != phase::measuring) set(from_);
    return begin(phase::measuring, now, window);
  }
  switch (at) {
    case phase::measuring:
      from_ = shards();
      if (from_ == most_ &&
          100 * (now.crossed - since_.crossed) < few_cross * (now.handled - since_.handled)) {
        pause_ = longest_pause;
        return rest(now);
      }
      rate_ = handled / passed;
      set(next_to_try());
      return begin(phase::moving, now, moving_time);
    case phase::moving: return begin(phase::trying, now, window);
    default: return judge(handled / passed, now);
  }
}

unsigned growth::next_to_try() noexcept {
  const bool can_shrink = from_ > 1;
  const bool can_grow = from_ < most_;
  const bool did_well = pause_ == 0;
  grew_last_ = can_grow && !(can_shrink && grew_last_ != did_well);
  return grew_last_ ? std::min(2 * from_, most_) : std::max(from_ / 2, 1U);
}

void growth::judge(double rate, const reading& now) noexcept {
  const bool more_pay = grew_last_ ? rate >= gain * rate_ : rate_ >= gain * rate;
  if (more_pay != grew_last_) {
    set(from_);
    pause_ = std::clamp(2 * pause_, shortest_pause, longest_pause);
  } else {
    pause_ = 0;  // further in that direction
  }
  rest(now);
}

}  // namespace souk::parallel
