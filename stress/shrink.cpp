#include "stress/shrink.hpp"

#include <algorithm>
#include <utility>

namespace souk::stress {
namespace {

class shrinker {
 public:
  shrinker(sequence failed, const shrinking& how) : best_{std::move(failed)}, how_{how} {}

  [[nodiscard]] sequence run() {
    drop_zeros();
    for (bool helped = true; helped && how_.may_go_on();) {
      helped = leave_out_the_end();
      helped = leave_out_spans() || helped;
      helped = leave_out_few() || helped;
      helped = lower() || helped;
    }
    return best_;
  }

 private:
  /// At the end they change nothing.
  void drop_zeros() {
    while (!best_.empty() && best_.back() == 0) best_.pop_back();
  }

  bool try_it(sequence candidate) {
    if (!how_.may_go_on() || !how_.fails(candidate)) return false;
    best_ = std::move(candidate);
    drop_zeros();
    return true;
  }
  bool try_without(std::size_t begin, std::size_t end) {
    sequence shorter = best_;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(begin),
                  shorter.begin() + static_cast<std::ptrdiff_t>(std::min(end, shorter.size())));
    return try_it(std::move(shorter));
  }

  /// As much as possible, a half of what is left at a time.
  bool leave_out_the_end() {
    bool helped = false;
    for (std::size_t part = best_.size() / 2; part > 1 && how_.may_go_on(); part /= 2) {
      while (part < best_.size() && try_without(best_.size() - part, best_.size())) helped = true;
    }
    return helped;
  }

  /// Whole processes and steps: the largest first.
  bool leave_out_spans() {
    bool helped = false;
    std::vector<choices::span> all = list_spans();
    for (std::size_t i = 0; i < all.size() && how_.may_go_on();) {
      if (try_without(all[i].begin, all[i].end)) {
        helped = true;
        all = list_spans();  // what follows is there still, at the same place
      } else {
        ++i;
      }
    }
    return helped;
  }
  [[nodiscard]] std::vector<choices::span> list_spans() const {
    std::vector<choices::span> all = how_.spans_of(best_);
    std::erase_if(all, [this](const choices::span& s) { return s.begin >= best_.size(); });
    std::ranges::stable_sort(all, std::greater{},
                             [](const choices::span& s) { return s.end - s.begin; });
    return all;
  }

  /// Choices that belong to nothing else, from the back.
  bool leave_out_few() {
    constexpr std::size_t most = 4;
    bool helped = false;
    for (std::size_t length = most; length > 0; --length) {
      for (std::size_t end = best_.size(); end >= length && how_.may_go_on();) {
        const bool taken = try_without(end - length, end);
        helped = helped || taken;
        end = std::min(end - 1, best_.size());
      }
    }
    return helped;
  }

  /// One after the other: to nothing, to a half, by one.
  bool lower() {
    bool helped = false;
    for (std::size_t i = 0; i < best_.size() && how_.may_go_on(); ++i) {
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
  const shrinking& how_;
};

}  // namespace

sequence shrink(sequence failed, const shrinking& how) {
  return shrinker{std::move(failed), how}.run();
}

}  // namespace souk::stress
