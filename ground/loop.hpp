// The event loop: one thread that does all waiting for the world (sockets, clocks, signals).
//
// Streams, listeners, connectors, alarms and signals are made on a loop and are shared between two
// sides: the loop thread does their I/O, VM threads request, take and command (request.hpp).
//
// Threads    post(), stopped(): any. stop() and the destructor: any but the loop's own.
// Ownership  Objects keep what they need of the loop alive; they may outlive it, and then answer
//            with io_reason::loop_stopped.
//
//     running --stop()--> stopping: listeners close, streams flush --all closed--> stopped
//
// P1  Tasks posted by one thread run in the order of the posts, each at most once, on the loop
//     thread; a post() that returned true is run, also while the loop stops.
// P2  What a thread did before post() is visible to the task.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace souk::ground {

class loop_core;

class loop {
 public:
  /// Starts the thread. Throws std::system_error if the system has no descriptors or memory for it.
  loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  /// stop() with the default deadline.
  ~loop();

  /// Runs `task` on the loop thread, soon. It must not throw or block. False: the loop has stopped,
  /// and the task is not run.
  bool post(std::function<void()> task);

  /// Ends everything that is on the loop and joins its thread. Listeners, alarms, connectors and
  /// signals end at once; streams first send what was written to them, up to `flush_deadline`, and
  /// what they have received stays to be taken. Waits for a name lookup under way. Idempotent.
  void stop(std::chrono::milliseconds flush_deadline = std::chrono::seconds(5));
  [[nodiscard]] bool stopped() const noexcept;

  /// For the objects of this folder.
  [[nodiscard]] const std::shared_ptr<loop_core>& core() const noexcept { return core_; }

 private:
  struct runner;  // the thread

  std::shared_ptr<loop_core> core_;
  std::unique_ptr<runner> runner_;
};

}  // namespace souk::ground
