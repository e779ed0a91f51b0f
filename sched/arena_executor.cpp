// A task arena of oneTBB: it decides which threads come, and when they are wanted elsewhere.
//
// What is enqueued in the arena calls a worker (crew.hpp); it does not stand for a task of ours.
// The order in which tasks run must be ours: the arena's is not that in which they were enqueued.
// A worker that has been here for a while enqueues itself again. (Not as a task of a task group:
// TBB runs those before all that is enqueued, for ever if they go on.) In between its thread can be
// sent to another arena.
//
// The arena's task is the last that knows us: when it has parked its worker it touches the executor
// no more. So when all are parked, no task is in the arena. The threads are TBB's, and go on.
#include "sched/crew.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <mutex>

namespace souk::sched {
namespace {

/// TBB gives all arenas together a thread less than there are cores, unless it is told otherwise:
/// while VMs of this process have more workers, it is told so. A smaller limit that the program has
/// set holds all the same, as the smallest counts; even if it is 1, TBB gives one thread to arenas
/// in which something is enqueued.
class demand {
 public:
  explicit demand(unsigned workers) : workers_{workers} {
    const std::scoped_lock held{all().lock};
    all().workers += workers_;
    all().tell();
  }
  demand(const demand&) = delete;
  demand& operator=(const demand&) = delete;
  ~demand() {
    const std::scoped_lock held{all().lock};
    all().workers -= workers_;
    all().tell();
  }

 private:
  using limit = tbb::global_control;

  struct total {
    std::mutex lock;  // guards what follows
    std::size_t workers = 0;
    std::unique_ptr<limit> told{};

    void tell() {
      const std::size_t threads = workers + 1;  // the first counts as the program's own
      const bool is_more = threads > static_cast<std::size_t>(tbb::info::default_concurrency());
      told = is_more ? std::make_unique<limit>(limit::max_allowed_parallelism, threads) : nullptr;
    }
  };
  static total& all() {
    static total one;
    return one;
  }

  unsigned workers_;
};

tbb::task_arena::priority priority_in_tbb(vm_priority p) {
  switch (p) {
    case vm_priority::low: return tbb::task_arena::priority::low;
    case vm_priority::high: return tbb::task_arena::priority::high;
    default: return tbb::task_arena::priority::normal;
  }
}

class arena_executor final : public crew {
 public:
  arena_executor(unsigned workers, vm_priority p)
      : crew{workers},
        demand_{workers},
        arena_{static_cast<int>(workers), no_place_for_others, priority_in_tbb(p)} {}
  arena_executor(const arena_executor&) = delete;
  arena_executor& operator=(const arena_executor&) = delete;
  ~arena_executor() override { finish(); }

 private:
  static constexpr unsigned no_place_for_others = 0;

  void call(unsigned worker) override {
    arena_.enqueue([this, worker] {
      if (work(worker)) call(worker);
    });
  }

  demand demand_;
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<executor> make_arena_executor(unsigned workers, vm_priority priority) {
  return std::make_unique<arena_executor>(workers, priority);
}

}  // namespace souk::sched
