// Random numbers for processes: small, and the same in every run.
#pragma once

#include <cstdint>

namespace souk::bench {

/// xorshift
class draw {
 public:
  explicit draw(std::uint64_t seed) noexcept : last_{(seed + 1) * 0x9e3779b97f4a7c15U} {}

  /// Pre: not 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) noexcept {
    last_ ^= last_ << 13U;
    last_ ^= last_ >> 7U;
    last_ ^= last_ << 17U;
    return last_ % limit;
  }

 private:
  std::uint64_t last_;
};

}  // namespace souk::bench
