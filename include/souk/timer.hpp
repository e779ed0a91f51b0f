// Timers: a message now, another later.
//
//     send_message(timer::set_timer{"tea"_sym, 180'000, "relative"_sym})
//     subscriber(topic<timer::timer_expired>("tea"_sym, _)).on_message(...)
//
// One driver() serves a ground VM. In a nested VM a relay() hands requests down and expiries up.
// Source: drivers/timer.rkt of the original.
#pragma once

#include <souk/export.hpp>
#include <souk/ground.hpp>
#include <souk/process.hpp>
#include <souk/record.hpp>

namespace souk::timer {

/// Asks for a timer_expired with that label: `relative`, in so many milliseconds, or `absolute`, at
/// that time in milliseconds since 1970. Others than these two kinds are ignored.
struct set_timer {
  term label;
  double msecs = 0;
  symbol kind;
};
SOUK_RECORD_AS(set_timer, "set-timer", label, msecs, kind);

/// The timer of that label is due; the time, in milliseconds since 1970.
struct timer_expired {
  term label;
  double msecs = 0;
};
SOUK_RECORD_AS(timer_expired, "timer-expired", label, msecs);

[[nodiscard]] SOUK_EXPORT set_timer after(term label, std::chrono::milliseconds delay);

/// The process that serves set_timer; for the ground VM.
[[nodiscard]] SOUK_EXPORT spawn_action driver();
/// The process that serves set_timer in a nested VM, by asking the VM around it. `self` tells
/// relays of sibling VMs apart.
[[nodiscard]] SOUK_EXPORT spawn_action relay(term self);

/// The event of the clock reaching that time, in milliseconds since 1970; its value is the time
/// then. For processes of the ground VM.
[[nodiscard]] SOUK_EXPORT term at(double msecs);
/// The time by the same clock.
[[nodiscard]] SOUK_EXPORT double now_msecs() noexcept;

}  // namespace souk::timer
