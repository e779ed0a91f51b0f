// How often something took how long: counts in buckets that are 3 % wide at most, so that a million
// times fit into 9 KiB and the rare long ones are kept as they were.
//
// A bucket holds the times with the same highest six bits. Threads: as a plain value.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string_view>

namespace souk::bench {

class histogram {
 public:
  /// Longer than about 18 minutes counts as that.
  void add(std::uint64_t nanoseconds, std::uint64_t times = 1) noexcept {
    counts_[bucket_of(nanoseconds)] += times;
  }
  void add(const histogram& other) noexcept {
    for (std::size_t i = 0; i < size; ++i) counts_[i] += other.counts_[i];
  }
  /// One that bytes() wrote; anything else adds nothing.
  void add(std::string_view written) noexcept {
    histogram other;
    if (written.size() != sizeof other.counts_) return;
    std::memcpy(other.counts_.data(), written.data(), written.size());
    add(other);
  }
  /// For this program, on this machine.
  [[nodiscard]] std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(counts_.data()), sizeof counts_};
  }

  [[nodiscard]] std::uint64_t total() const noexcept {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
  }
  /// In nanoseconds. Pre: not empty.
  [[nodiscard]] double mean() const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += static_cast<double>(counts_[i]) * middle_of(i);
    return sum / static_cast<double>(total());
  }
  /// So many took no longer, of each of them: 0.99 is p99. In nanoseconds, the middle of the bucket
  /// in which that one is. Pre: not empty, 0 <= share <= 1.
  [[nodiscard]] double quantile(double share) const noexcept {
    const auto all = static_cast<double>(total());
    double below = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (counts_[i] == 0) continue;
      last = i;
      below += static_cast<double>(counts_[i]);
      if (below >= share * all) break;
    }
    return middle_of(last);
  }

 private:
  static constexpr unsigned bits = 5;  ///< of a time that its bucket keeps, behind the highest
  static constexpr std::uint64_t parts = std::uint64_t{1} << bits;
  static constexpr unsigned highest = 40;
  static constexpr std::size_t size = (highest - bits + 1) * parts;

  // Below `parts` a bucket is one nanosecond; then each power of two has `parts` buckets.
  static std::size_t bucket_of(std::uint64_t time) noexcept {
    const std::uint64_t kept = std::min(time, (std::uint64_t{1} << highest) - 1);
    if (kept < parts) return kept;
    const auto shift = static_cast<unsigned>(std::bit_width(kept)) - bits - 1;
    return (shift + 1) * parts + ((kept >> shift) - parts);
  }
  static double middle_of(std::size_t bucket) noexcept {
    if (bucket < parts) return static_cast<double>(bucket);
    const std::uint64_t shift = bucket / parts - 1;
    const std::uint64_t least = (bucket % parts + parts) << shift;
    const std::uint64_t width = std::uint64_t{1} << shift;
    return static_cast<double>(least) + static_cast<double>(width - 1) / 2;
  }

  std::array<std::uint64_t, size> counts_{};
};

}  // namespace souk::bench
