// The ground VM on the parallel VM: workers run the handlers, and the thread that called
// ground_vm() waits for sources, takes their values and commits them.
//
// A source is asked again when the receipt for its last value is back: all who got the value have
// handled it. Sources do not wait for each other, nor for the rest of the VM; so that the VM cannot
// be flooded, no more than `most_since_round` values are brought in until all that waited in any
// mailbox when the round began has been handled.
//
// Threads    The one that called ground_vm(), but for what receipts and news push into the queue.
#include <deque>
#include <optional>
#include <utility>

#include "ground/recorder.hpp"
#include "ground/runner.hpp"
#include "vm/parallel/outermost.hpp"

namespace souk::ground {
namespace {

/// A new round begins after so many values, and after so many no value comes before its end.
constexpr unsigned values_a_round = 512;
constexpr unsigned most_since_round = 2 * values_a_round;

class concurrent_runner final : public runner {
 public:
  concurrent_runner(boot_function boot, ground_options how)
      : runner{std::move(how), hearing::is_told},
        inside_{.loop = &events(), .told = start_recording()},
        vm_{std::move(boot),
            {.kind = vm_kind::parallel,
             .seed = options().seed,
             .workers = options().workers,
             .executor = options().executor,
             .listener = &hears(),
             .record = options().record,
             .reflect = options().reflect},
            {.place = &inside_, .on_news = [queue = ready()] { queue->push(news_ticket); }}} {}

 private:
  answers* start_recording() {
    return options().record == nullptr ? nullptr : &recorder_.emplace(*options().record).told();
  }

  void serve() override {
    {
      const surroundings_scope boots{&inside_};
      vm_.begin();
    }
    while (!is_stopping() && !vm_.is_to_end() && is_anything_left()) {
      for (const ticket t : ready()->wait()) hear(t);
      while (!waiting_.empty() && may_deliver()) {
        deliver(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (vm_.is_to_end()) tell_of_shutdown();
  }

  // What the last worker said comes before it says that the VM is idle: hence the second look. What
  // is ready may come of a source that nobody waits for.
  bool is_anything_left() {
    wanted().settle();
    if (!wanted().empty() || vm_.is_active()) return true;
    wanted().settle();
    return !wanted().empty() || !ready()->empty();
  }

  void hear(ticket t) {
    switch (t) {
      case signal_ticket: return stop();
      case news_ticket: return refuse_escapes();
      case round_ticket: is_round_under_way_ = false; return;
      default:
        if (!wanted().done(t)) waiting_.push_back(t);
    }
  }

  void refuse_escapes() {
    for (const action_list& all : vm_.take_outbox()) {
      for ([[maybe_unused]] const action& one : all) refuse_escape();
    }
  }

  [[nodiscard]] bool may_deliver() const noexcept {
    return !is_round_under_way_ || since_round_ < most_since_round;
  }

  void deliver(ticket t) {
    if (!is_round_under_way_ && since_round_ >= values_a_round) {
      is_round_under_way_ = true;
      since_round_ = 0;
      vm_.begin_round(make_receipt(round_ticket));
    }
    vm_.deliver([&]() -> std::optional<parallel::delivery> {
      auto came = wanted().take(t);
      if (!came) return std::nullopt;
      ++since_round_;
      parallel::delivery made{send_message{came->message}, make_receipt(came->receipt)};
      if (recorder_) made.as_recorded = recorder_->note(*came);
      return made;
    });
  }

  /// Pushes the ticket when it is dropped.
  [[nodiscard]] parallel::receipt make_receipt(ticket t) const {
    return std::shared_ptr<const void>{ready().get(),
                                       [queue = ready(), t](const void*) { queue->push(t); }};
  }

  void wind_up(std::chrono::steady_clock::time_point deadline) override {
    while (vm_.is_active() && std::chrono::steady_clock::now() < deadline)
      (void)ready()->wait_until(deadline);
    if (recorder_ && vm_.is_active()) recorder_->cut_short();
    refuse_escapes();
  }

  std::optional<recorder> recorder_;
  const place inside_;  // for handlers: not for sources, which this thread asks
  bool is_round_under_way_ = false;
  unsigned since_round_ = 0;
  std::deque<ticket> waiting_;  // sources that are ready
  parallel::outermost vm_;
};

}  // namespace

std::unique_ptr<runner> make_concurrent_runner(boot_function boot, ground_options options) {
  return std::make_unique<concurrent_runner>(std::move(boot), std::move(options));
}

}  // namespace souk::ground
