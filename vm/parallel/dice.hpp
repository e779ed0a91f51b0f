// Random numbers for a shard: of one word, since each empty nested VM has a shard.
// Source: splitmix64 of Steele, Lea and Flood.
#pragma once

#include <cstdint>

namespace souk::parallel {

class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_{seed} {}

  /// From 0 to `below` - 1.
  [[nodiscard]] unsigned roll(unsigned below) noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return static_cast<unsigned>((z ^ (z >> 31)) % below);
  }

 private:
  std::uint64_t state_;
};

}  // namespace souk::parallel
