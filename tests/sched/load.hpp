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

/// The same, once it has come to rest; or the first of many in which it has not.
inline double measure_load_at_rest() {
  double load = measure_load();
  for (unsigned tries = 0; load > 0.01 && tries < 50; ++tries) load = measure_load();
  return load > 0.01 ? load : (measure_load() + measure_load() + measure_load()) / 3;
}

}  // namespace souk::testing
