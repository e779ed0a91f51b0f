// Signals of the process, such as SIGINT and SIGTERM, as values to take.
//
// While the object lives they reach it instead of their previous disposition, whichever thread
// blocks them (the loop's does not); afterwards that disposition is back. No other signal is
// touched.
//
// Threads    any; each call is atomic. ready() functions: see request.hpp.
// Ownership  Dropping the last reference is close(), but does not wait for it.
// G1  One object per signal at a time, in the whole process: a second one is refused.
// G2  If the previous disposition was a handler, there is a moment in close() when the default is
//     in force (libuv's doing).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ground/io_error.hpp"
#include "ground/loop.hpp"
#include "ground/request.hpp"

namespace souk::ground {

class signals_core;

class signals {
 public:
  /// From its return on the signals are caught. Pre: `numbers` has no doubles.
  [[nodiscard]] static outcome<std::shared_ptr<signals>> open(const loop& on,
                                                              const std::vector<int>& numbers);

  explicit signals(std::shared_ptr<signals_core> core) noexcept;
  signals(const signals&) = delete;
  signals& operator=(const signals&) = delete;
  ~signals();

  /// Also answered at the end: then take() has none, and error() says why.
  request_id request(ready_fn ready);
  /// The number of the oldest signal not taken; at most 16 of them wait, later ones are dropped.
  [[nodiscard]] std::optional<int> take();
  void cancel(request_id id);

  /// The previous dispositions are back when it returns.
  void close();
  [[nodiscard]] std::optional<io_error> error() const;

 private:
  const std::shared_ptr<signals_core> core_;
};

}  // namespace souk::ground
