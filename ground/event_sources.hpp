// The objects of the loop (stream, listener, connector, alarm, signals) as event sources of the VM.
//
// Threads    as event_source: the ground VM's thread; readiness comes from the loop's.
#pragma once

#include <souk/ground.hpp>
#include <souk/term.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "ground/loop.hpp"
#include "ground/request.hpp"

namespace souk::ground {

/// One kind of request on one object: how to ask, what to take, how to take the request back.
template <class Request, class Take, class Cancel>
class loop_source final : public event_source {
 public:
  loop_source(Request request, Take take, Cancel cancel)
      : request_{std::move(request)}, take_{std::move(take)}, cancel_{std::move(cancel)} {}

  void request(std::function<void()> ready) override { waiting_ = request_(std::move(ready)); }
  std::optional<term> take() override { return take_(); }
  void cancel() noexcept override { cancel_(std::exchange(waiting_, request_id::none)); }

 private:
  Request request_;
  Take take_;
  Cancel cancel_;
  request_id waiting_ = request_id::none;
};

/// The event of that source: request(ready) -> request_id, take() -> optional<term>,
/// cancel(request_id).
template <class Request, class Take, class Cancel>
[[nodiscard]] term loop_event(Request request, Take take, Cancel cancel) {
  return host_event(std::make_shared<loop_source<Request, Take, Cancel>>(
      std::move(request), std::move(take), std::move(cancel)));
}

/// The loop of the ground VM whose code this thread runs. Throws usage_error outside one: `who` is
/// whose place is in a ground VM.
[[nodiscard]] const loop& current_loop(std::string_view who);

/// Throws usage_error unless `self`, a process of the driver `who`, is in the ground VM itself: a
/// nested VM gets no events. `instead` says what to do there.
void check_place(std::string_view who, pid self, std::string_view instead);

}  // namespace souk::ground
