// How much of a processor this process uses.
#pragma once

#include <chrono>
#include <ctime>
#include <thread>

namespace souk::testing {

/// The part of one core, over a tenth of a second.
inline double measure_load() {
  const auto cpu = [] {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
  };
  const auto start = std::chrono::steady_clock::now();
  const auto used = cpu();
  std::this_thread::sleep_for(std::chrono::milliseconds{100});  // what is measured
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return std::chrono::duration<double>{cpu() - used} / taken;
}

/// The same, once it has come to rest: over the first three tenths of a second in a row in which it
/// used next to nothing. (One alone may be quiet because others had the processors.) If there are
/// none, more than that.
inline double measure_load_at_rest() {
  constexpr double next_to_nothing = 0.01;
  double sum = 0;
  for (unsigned quiet = 0, tries = 0; quiet < 3 && tries < 100; ++tries) {
    const double load = measure_load();
    quiet = load < next_to_nothing ? quiet + 1 : 0;
    sum = quiet == 1 ? load : sum + load;
  }
  return sum / 3;
}

}  // namespace souk::testing
