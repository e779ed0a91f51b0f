#include "ground/alarm.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "ground/loop_core.hpp"

namespace souk::ground {

double now_ms() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

std::shared_ptr<alarm> alarm::at(const loop& on, double deadline_ms) {
  // No clock ever shows NaN, and the queue needs an order.
  if (std::isnan(deadline_ms)) deadline_ms = std::numeric_limits<double>::infinity();
  return std::shared_ptr<alarm>(new alarm(on.core(), deadline_ms));
}

request_id alarm::request(ready_fn ready) {
  return static_cast<request_id>(core_->alarms().add(deadline_ms_, std::move(ready)).second);
}

void alarm::cancel(request_id id) {
  core_->alarms().remove({deadline_ms_, static_cast<std::uint64_t>(id)});
}

std::optional<double> alarm::take() const noexcept {
  const double now = now_ms();
  if (now >= deadline_ms_) return now;
  return std::nullopt;
}

std::optional<io_error> alarm::error() const {
  if (!core_->alarms().stopped()) return std::nullopt;
  return io_error{io_reason::loop_stopped, 0, "alarm"};
}

}  // namespace souk::ground
