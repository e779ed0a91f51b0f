// Suspends one thread of this process after the other, wherever it is: between any two instructions
// of the commit protocol, too. By a signal, whose handler sleeps.
//
// Threads    One of its own, while it lives; that and the one that made it are spared.
#pragma once

#include <chrono>
#include <thread>

namespace souk::stress {

class suspender {
 public:
  /// About that often; none if that is 0.
  explicit suspender(std::chrono::microseconds every);

 private:
  std::jthread thread_{};
};

}  // namespace souk::stress
