// Time by a thread's own use of its processor, so that others on the machine disturb it less.
#pragma once

#include <ctime>

namespace souk::bench {

[[nodiscard]] inline double thread_seconds() noexcept {
  timespec used{};
  (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace souk::bench
