// Who runs ready shards: the smallest interface that a thread pool, oneTBB and a test can all be.
//
// Threads    submit(): any. A task is run by one worker at a time, but for the user code of a run
//            that it was taken from.
// Ownership  Tasks belong to whoever submits them, and live until a run says that it was the last.
// E1  A submitted task runs, at some time, on some worker, again and again until a run says that it
//     was the last: for each submit(). The same for a task that is taken from a run; that run says
//     that it is over for the worker.
// E2  What happens before submit(), or in the run before, happens before that run. If that was
//     taken over, what it did before the user code that it was taken from.
#pragma once

#include <souk/executor.hpp>

#include "sched/turn.hpp"

#include <memory>

namespace souk::sched {

class task {
 public:
  /// `worker` is below executor::workers(), and no other running task has it; it shows in `shown`
  /// what user code it is in. False: it was the last run, or all the rest is another worker's; the
  /// task may be gone already.
  [[nodiscard]] virtual bool run(unsigned worker, turn& shown) noexcept = 0;
  /// The worker that runs it is in user code of `whose`, and does not come back before this is
  /// over. True: it has lost the task when it comes back, and from now on the task waits for
  /// another worker. False: all stays as it is.
  [[nodiscard]] virtual bool take_over(const void* whose) noexcept = 0;

 protected:
  ~task() = default;
};

class executor {
 public:
  virtual ~executor() = default;
  [[nodiscard]] virtual unsigned workers() const noexcept = 0;
  virtual void submit(task& ready) = 0;
  /// In whose user code that worker is (turn::whose), as far as it shows. Any thread.
  [[nodiscard]] virtual const void* in_code_of(unsigned /*worker*/) const noexcept {
    return nullptr;
  }
};

// An executor is made and ended while no task is submitted or runs.

/// A task arena of oneTBB.
[[nodiscard]] std::unique_ptr<executor> make_arena_executor(unsigned workers, vm_priority priority);
/// Threads of its own: every synchronisation is visible to ThreadSanitizer.
[[nodiscard]] std::unique_ptr<executor> make_thread_executor(unsigned workers);

}  // namespace souk::sched
