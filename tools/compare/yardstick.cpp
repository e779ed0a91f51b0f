#include "tools/compare/yardstick.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace souk::tool {
namespace {

// A chain of reads all over 1 MiB: bound by instructions and caches, as message passing is.
constexpr std::size_t places = std::size_t{1} << 17U;
constexpr std::size_t steps = 4'000'000;

double processor_seconds() {
  timespec used{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0)
    throw std::runtime_error{"cannot read the time that was used"};
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace

machine_speed measure_machine() {
  std::vector<std::uint64_t> numbers(places);
  std::iota(numbers.begin(), numbers.end(), 1);
  const auto start = std::chrono::steady_clock::now();
  const double used = processor_seconds();
  std::uint64_t at = 1;
  for (std::size_t i = 0; i < steps; ++i) {
    at = (at ^ numbers[at % places]) * 0x9e3779b97f4a7c15U;
    at ^= at >> 29U;
    numbers[at % places] = at;
  }
  // Its result is used, so that a compiler cannot leave the loop out.
  const volatile std::uint64_t kept = at;
  (void)kept;
  const double took =
      std::chrono::duration<double>{std::chrono::steady_clock::now() - start}.count();
  return {steps / took, (processor_seconds() - used) / took};
}

}  // namespace souk::tool
