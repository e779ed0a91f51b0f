#include "stress/shrink.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace souk::stress {
namespace {

class shrinker {
 public:
  shrinker(sequence failed, const std::function<bool(const sequence&)>& fails,
           const std::function<bool()>& may_go_on)
      : best_{std::move(failed)}, fails_{fails}, may_go_on_{may_go_on} {}

  [[nodiscard]] sequence run() {
    drop_zeros();
    while (may_go_on_()) {
      const bool shorter = leave_out();
      const bool smaller = lower();
      if (!shorter && !smaller) break;
    }
    return best_;
  }

 private:
  /// At the end they change nothing.
  void drop_zeros() {
    while (!best_.empty() && best_.back() == 0) best_.pop_back();
  }

  bool try_it(sequence candidate) {
    if (!may_go_on_() || !fails_(candidate)) return false;
    best_ = std::move(candidate);
    drop_zeros();
    return true;
  }

  /// Parts of it, the longest first, from the back.
  bool leave_out() {
    bool helped = false;
    for (std::size_t length = std::bit_floor(best_.size()); length > 0; length /= 2) {
      for (std::size_t end = best_.size(); end >= length && may_go_on_();) {
        sequence shorter = best_;
        const auto from = shorter.begin() + static_cast<std::ptrdiff_t>(end - length);
        shorter.erase(from, from + static_cast<std::ptrdiff_t>(length));
        const bool taken = try_it(std::move(shorter));
        helped = helped || taken;
        end = std::min(end - (taken || length == 1 ? 1 : length / 2), best_.size());
      }
    }
    return helped;
  }

  /// One after the other: to nothing, to a half, by one.
  bool lower() {
    bool helped = false;
    for (std::size_t i = 0; i < best_.size() && may_go_on_(); ++i) {
      while (i < best_.size() && best_[i] > 0) {
        const std::uint32_t now = best_[i];
        const bool taken =
            put(i, 0) || (now > 2 && put(i, now / 2)) || (now > 1 && put(i, now - 1));
        if (!taken) break;
        helped = true;
      }
    }
    return helped;
  }
  bool put(std::size_t place, std::uint32_t value) {
    sequence smaller = best_;
    smaller[place] = value;
    return try_it(std::move(smaller));
  }

  sequence best_;
  const std::function<bool(const sequence&)>& fails_;
  const std::function<bool()>& may_go_on_;
};

}  // namespace

sequence shrink(sequence failed, const std::function<bool(const sequence&)>& fails,
                const std::function<bool()>& may_go_on) {
  return shrinker{std::move(failed), fails, may_go_on}.run();
}

}  // namespace souk::stress
