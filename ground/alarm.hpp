// A point in time to wait for, by the wall clock.
//
// Once the clock shows the deadline the alarm is due and stays so: take() yields the current time,
// again and again, as Racket's alarm-evt does. If the clock is set, the alarm follows it.
//
// Threads    any.
// Ownership  Small and passive: only its waiting requests occupy the loop. Dropping the alarm does
//            not withdraw them; cancel() does.
#pragma once

#include <memory>
#include <optional>

#include "ground/io_error.hpp"
#include "ground/loop.hpp"
#include "ground/request.hpp"

namespace souk::ground {

/// Milliseconds since 1970 of the wall clock, with fractions.
[[nodiscard]] double now_ms() noexcept;

class alarm {
 public:
  /// `deadline_ms` as now_ms() counts; infinity and NaN mean never.
  [[nodiscard]] static std::shared_ptr<alarm> at(const loop& on, double deadline_ms);

  request_id request(ready_fn ready);
  void cancel(request_id id);
  /// The time, if that is the deadline or later.
  [[nodiscard]] std::optional<double> take() const noexcept;

  [[nodiscard]] double deadline_ms() const noexcept { return deadline_ms_; }
  /// loop_stopped if the loop has: no request waits any more, each is answered at once.
  [[nodiscard]] std::optional<io_error> error() const;

 private:
  alarm(std::shared_ptr<loop_core> core, double deadline_ms) noexcept
      : core_(std::move(core)), deadline_ms_(deadline_ms) {}

  std::shared_ptr<loop_core> core_;
  double deadline_ms_;
};

}  // namespace souk::ground
