// The timer driver and relay: drivers/timer.rkt of the original.
#include <souk/endpoint.hpp>
#include <souk/timer.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>

#include "ground/alarm.hpp"
#include "ground/event_sources.hpp"
#include "vm/replay/answers.hpp"

namespace souk::timer {
namespace {

using namespace souk::literals;

/// The driver's timers, by deadline; of equal deadlines, the one set first goes first.
using timers = std::multimap<double, term>;

/// Takes out those that are due.
actions fire(timers& pending, double now) {
  actions due;
  while (!pending.empty() && pending.begin()->first <= now) {
    due.append(send_message{timer_expired{pending.begin()->second, now}});
    pending.erase(pending.begin());
  }
  return due;
}

/// One endpoint waits for the earliest deadline.
actions listen_for_next(const timers& pending);

actions on_clock(const term& message, timers& pending) {
  const auto now = message.tail().as<double>();
  if (!now) return {};
  actions due = fire(pending, *now);
  actions next = listen_for_next(pending);
  next.append(std::move(due));
  return next;
}

actions listen_for_next(const timers& pending) {
  actions next = delete_endpoint{"time-listener"_sym};
  if (!pending.empty()) {
    next.append(subscriber(cons(at(pending.begin()->first), _))
                    .named("time-listener"_sym)
                    .on_message(on_clock));
  }
  return next;
}

actions install(double deadline, term label, timers& pending) {
  // Never, and who waits for that would keep the ground VM from returning.
  if (std::isnan(deadline) || deadline == std::numeric_limits<double>::infinity()) return {};
  pending.emplace(deadline, std::move(label));
  return listen_for_next(pending);
}

struct relay_state {
  std::int64_t next = 0;
  std::unordered_map<std::int64_t, term> labels;
};

}  // namespace

double now_msecs() noexcept {
  const term told = ask_world([] { return term{ground::now_ms()}; });
  return told.is(kind::real) ? told.as_real() : ground::now_ms();
}

set_timer after(term label, std::chrono::milliseconds delay) {
  return {std::move(label), static_cast<double>(delay.count()), "relative"_sym};
}

term at(double msecs) {
  const auto alarm = ground::alarm::at(ground::current_loop("timer::driver()"), msecs);
  return ground::loop_event(
      [alarm](ground::ready_fn ready) { return alarm->request(std::move(ready)); },
      // It was due when it was ready, also if the clock has been set back since.
      [alarm]() -> std::optional<term> {
        if (alarm->error()) return std::nullopt;
        return std::max(ground::now_ms(), alarm->deadline_ms());
      },
      [alarm](ground::request_id id) { alarm->cancel(id); });
}

spawn_action driver() {
  return name_process(
      "timer-driver"_sym, spawn([](pid self) {
        ground::check_place("timer::driver()", self, "give the nested VM a timer::relay()");
        return transition(
            timers{},
            subscriber(topic<set_timer>(_, _, _))
                .on_message(
                    topic<set_timer>(_, _, "relative"_sym),
                    [](const set_timer& s, timers& t) {
                      return install(now_msecs() + s.msecs, s.label, t);
                    },
                    topic<set_timer>(_, _, "absolute"_sym),
                    [](const set_timer& s, timers& t) { return install(s.msecs, s.label, t); }),
            publisher(topic<timer_expired>(_, _)));
      }));
}

spawn_action relay(term self) {
  term name = list("timer-relay"_sym, self);
  return name_process(
      std::move(name), spawn([self = std::move(self)] {
        return transition(
            relay_state{},
            at_meta_level(
                subscriber(topic<timer_expired>(_, _))
                    .on_message(topic<timer_expired>(list(self, _), _),
                                [](const timer_expired& e, relay_state& state) -> actions {
                                  const auto number = e.label.tail().head().as<std::int64_t>();
                                  if (!number) return {};
                                  const auto place = state.labels.find(*number);
                                  if (place == state.labels.end()) return {};
                                  const term label = place->second;
                                  state.labels.erase(place);
                                  return send_message{timer_expired{label, e.msecs}};
                                })),
            subscriber(topic<set_timer>(_, _, _))
                .on_message([self](const set_timer& s, relay_state& state) {
                  const std::int64_t number = state.next++;
                  state.labels.emplace(number, s.label);
                  return at_meta_level(
                      send_message{set_timer{list(self, number), s.msecs, s.kind}});
                }),
            publisher(topic<timer_expired>(_, _)));
      }));
}

}  // namespace souk::timer
