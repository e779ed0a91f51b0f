// How many bytes a block of memory is charged with: what was asked for, rounded up to the size
// class that jemalloc would take it from, whatever heap is behind.
//
// Up to 128 bytes the classes are 16 apart; above, four to each doubling. So an account is charged
// at most a quarter more than what was asked for, and what it says does not depend on the heap.
#pragma once

#include <bit>
#include <cstddef>

namespace souk::detail {

inline constexpr std::size_t smallest_class = 16;
inline constexpr std::size_t even_classes = 128;

[[nodiscard]] constexpr std::size_t size_class(std::size_t size) noexcept {
  std::size_t step = smallest_class;
  if (size > even_classes) step = std::size_t{1} << (std::bit_width(size - 1) - 3);
  return (size + step - 1) & ~(step - 1);
}

static_assert(size_class(1) == 16 && size_class(16) == 16 && size_class(17) == 32);
static_assert(size_class(128) == 128 && size_class(129) == 160 && size_class(256) == 256);
static_assert(size_class(257) == 320 && size_class(4097) == 5120);

}  // namespace souk::detail
