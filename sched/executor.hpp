// Who runs ready shards: the smallest interface that a thread pool, oneTBB and a test can all be.
//
// Threads    submit(): any. A task is run by one worker at a time.
// Ownership  Tasks belong to whoever submits them, and live until they have run.
// E1  A submitted task runs once for each submit(), at some time, on some worker.
// E2  What happens before submit() happens before that run.
#pragma once

#include <memory>

namespace souk::sched {

class task {
 public:
  /// `worker` is below executor::workers(), and no other running task has it.
  virtual void run(unsigned worker) noexcept = 0;

 protected:
  ~task() = default;
};

class executor {
 public:
  virtual ~executor() = default;
  [[nodiscard]] virtual unsigned workers() const noexcept = 0;
  virtual void submit(task& ready) = 0;
};

/// Plain threads and one queue: every synchronisation is visible to ThreadSanitizer.
[[nodiscard]] std::unique_ptr<executor> make_thread_executor(unsigned workers);

}  // namespace souk::sched
