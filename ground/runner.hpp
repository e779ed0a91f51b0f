// Who runs a ground VM: what is the same whichever VM it is.
//
// A source that is ready is asked for its value only when its last value has been handled, and what
// that was answered is committed: a handler that cancels a source is not called with more of it.
//
// Threads    The one that called ground_vm().
#pragma once

#include <souk/ground.hpp>

#include <memory>

#include "ground/loop.hpp"
#include "ground/ready_queue.hpp"
#include "ground/signals.hpp"
#include "ground/subscriptions.hpp"
#include "ground/watcher.hpp"
#include "vm/surroundings.hpp"

namespace souk::ground {

class runner {
 public:
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;
  virtual ~runner() = default;

  /// Until nothing is left to do, or a signal came; and then to its end.
  void run();

 protected:
  enum class hearing : bool { polls, is_told };

  runner(ground_options options, hearing how);

  /// Runs the VM, and brings values to it, until nothing is left to do or is_stopping().
  virtual void serve() = 0;
  /// What was received is handled to its end, if that comes before `deadline`.
  virtual void wind_up(std::chrono::steady_clock::time_point deadline) = 0;

  /// Pre: a signal_ticket came.
  void stop() noexcept { stopping_ = true; }
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  /// VM-11
  void refuse_escape();
  void tell_of_shutdown() { watcher_.say("the ground VM was shut down with its custodian"); }

  [[nodiscard]] const ground_options& options() const noexcept { return options_; }
  [[nodiscard]] const loop& events() const noexcept { return loop_; }
  [[nodiscard]] const std::shared_ptr<ready_queue>& ready() const noexcept { return ready_; }
  [[nodiscard]] subscriptions& wanted() noexcept { return wanted_; }
  [[nodiscard]] watcher& hears() noexcept { return watcher_; }

 private:
  void catch_signals();

  ground_options options_;
  loop loop_;
  const place place_{.loop = &loop_};
  surroundings_scope here_{&place_};  // also while processes boot and states are destroyed
  std::shared_ptr<ready_queue> ready_ = std::make_shared<ready_queue>();
  std::shared_ptr<signals> signals_;
  subscriptions wanted_{ready_};
  watcher watcher_;
  bool stopping_ = false;
};

/// The functional VM, on the thread of the caller.
[[nodiscard]] std::unique_ptr<runner> make_sequential_runner(boot_function boot,
                                                             ground_options options);
/// The parallel VM: its workers run handlers, the thread of the caller brings what comes.
[[nodiscard]] std::unique_ptr<runner> make_concurrent_runner(boot_function boot,
                                                             ground_options options);
/// A recorded run, on the functional VM and without the world. Throws journal_error.
void repeat(const boot_function& boot, const ground_options& options);

}  // namespace souk::ground
