#include <souk/ground.hpp>

#include <csignal>
#include <string>

#include "ground/event_sources.hpp"
#include "ground/runner.hpp"

namespace souk {

event_source::~event_source() = default;
bool event_source::keeps_running() const noexcept { return true; }

namespace ground {

const loop& current_loop(std::string_view who) {
  if (const place* const here = surroundings_scope::current();
      here != nullptr && here->loop != nullptr)
    return *here->loop;
  throw usage_error{std::string{who} + " works in a ground VM only: start it with ground_vm(..., " +
                    std::string{who} + ", ...)"};
}

void check_place(std::string_view who, pid self, std::string_view instead) {
  (void)current_loop(who);
  if (self.vm == root_vm) return;
  throw usage_error{std::string{who} +
                    " is in a nested VM, where no events come: start it in the ground VM, and " +
                    std::string{instead}};
}

runner::runner(ground_options options, hearing how)
    : options_{std::move(options)},
      watcher_{wanted_, how == hearing::is_told ? ready_ : nullptr, options_} {
  if (options_.handle_signals) catch_signals();
}

void runner::catch_signals() {
  auto opened = signals::open(loop_, {SIGINT, SIGTERM});
  if (!opened) {
    watcher_.say("SIGINT and SIGTERM keep their meaning: " + opened.error().message());
    return;
  }
  signals_ = std::move(opened.value());
  signals_->request([queue = ready_] { queue->push(signal_ticket); });
}

// What was received is handled to its end, and what was written is sent; both in bounded time.
void runner::run() {
  serve();
  wind_up(std::chrono::steady_clock::now() + options_.flush_deadline);
  loop_.stop(options_.flush_deadline);
}

void runner::refuse_escape() {
  watcher_.say(
      "an at-meta-level action of a process of the ground VM is dropped: there is no VM around it. "
      "Put the process into spawn_vm(), or leave out at_meta_level()");
}

}  // namespace ground

void run_ground_vm(boot_function boot, ground_options options) {
  if (options.record != nullptr && options.replay != nullptr) {
    throw usage_error{
        "ground_options: both `record` and `replay`: a run is recorded, or a recorded one "
        "repeated"};
  }
  if (options.replay != nullptr) return ground::repeat(boot, options);
  if (options.record != nullptr && options.kind != vm_kind::parallel) {
    throw usage_error{
        "ground_options::record on the functional VM: only runs of the parallel VM are recorded; "
        "set `kind` to vm_kind::parallel"};
  }
  const auto chosen = options.kind == vm_kind::parallel ? &ground::make_concurrent_runner
                                                        : &ground::make_sequential_runner;
  chosen(std::move(boot), std::move(options))->run();
}

}  // namespace souk
