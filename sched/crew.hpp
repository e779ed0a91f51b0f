// Workers and what waits for them: all of an executor but where its threads come from.
//
// What waits stands in one queue, first in, first out. A worker is at work, hungry (nothing waits:
// it looks for a moment longer, while others are at work that may hand it something) or parked
// (its thread may be doing something else). call() brings a parked worker back.
//
//     parked --call()--> at work --nothing waits--> hungry --in vain--> parked
//                           ^                          |
//                           +------ something waits ---+
//
// A task that goes on stays with its worker as long as no other waits: the caches are warm there,
// and nobody is called for it. The first task that a running task submits is kept for when that run
// is over, which is a quantum away at most: often the worker is free then, and what one shard hands
// to the next is handled where it lies. Only if both go on is somebody called.
//
// A run may be long, though, if code of the program in it takes its time. So a watch looks every
// few milliseconds, while anybody is at work: what is kept behind a run that has not ended since it
// last looked comes to the queue. If another worker is free, the run is asked to end soon; and if
// all that time it was in the same code of the program, its task is taken over, and comes to the
// queue (turn.hpp). The watch sleeps when nobody has been at work for a while.
//
// Threads    submit(): any. work(w): whoever call(w) made do it, until work(w) says false. The
//            watch has a thread of its own, where there is more than one worker.
// Ownership  Derived classes own the other threads, and call finish() before they end.
// C1  At least as many workers are hungry, or called and not yet here, as tasks wait in the queue;
//     or none is parked. Each task that comes to the queue calls somebody, unless the hungry
//     suffice; who takes one is one of those; and who parks has seen the queue empty, all under the
//     lock. So no wake-up is lost (E1), though all who are called may come late.
// C2  A worker is called only while it is parked, and at work until it has parked itself under the
//     lock. So at most one thread is in work(w), and no two running tasks are told the same worker.
//     A task that is taken over runs on one worker, and its user code goes on with another.
// C3  From one run of a task to the next, and from submit() to the first, it goes through the lock
//     or stays on its thread (E2). What the watch takes it has from the one that kept it, or ran it
//     (U2), by release and acquire, and puts into the queue under the lock. That comes before the
//     worker that lost it can go on, so all workers are not parked before it has run (C1).
#pragma once

#include "sched/atomic.hpp"
#include "sched/executor.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace souk::sched {

class crew : public executor {
 public:
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;
  ~crew() override;

  [[nodiscard]] unsigned workers() const noexcept final { return workers_; }
  void submit(task& ready) final;
  [[nodiscard]] const void* in_code_of(unsigned worker) const noexcept final {
    return places_[worker].shown.whose();
  }

 protected:
  explicit crew(unsigned workers);

  /// Has work(worker) called on some thread, soon, and again as long as it says true.
  virtual void call(unsigned worker) = 0;
  /// Runs what waits. True: for long enough, if others want this thread. False: the worker is
  /// parked, and the crew may be gone already.
  [[nodiscard]] bool work(unsigned worker);
  /// Waits until nothing runs or waits and no thread is in work(). From then on nobody is called.
  void finish();

 private:
  /// What a worker shows to the watch.
  struct alignas(64) place {
    atomic<task*> kept{nullptr};
    atomic<std::uint32_t> runs{0};  ///< begun so far
    std::uint32_t runs_seen = 0;    ///< by the watch
    atomic<task*> running{nullptr};
    turn shown{};
  };

  [[nodiscard]] task* take_first(unsigned worker);
  [[nodiscard]] task* take_next(unsigned worker, task* going_on);
  [[nodiscard]] task* take_or_park(std::unique_lock<std::mutex>& held, unsigned worker);
  void look_out(std::unique_lock<std::mutex>& held);
  void put(task& ready);
  [[nodiscard]] task& take();
  [[nodiscard]] std::optional<unsigned> whom_to_call();
  [[nodiscard]] bool all_parked() const noexcept { return parked_.size() == workers_; }
  [[nodiscard]] bool anyone_free() const noexcept {
    return queue_.size() < hungry_ + parked_.size();
  }

  void watch();
  void look_at_runs(std::unique_lock<std::mutex>& held);
  [[nodiscard]] bool take_over(place& from);
  void end_watch();

  const unsigned workers_;
  const bool takes_over_;
  const std::unique_ptr<place[]> places_;  // NOLINT(*-c-arrays): atomics do not move
  std::mutex lock_;                        // guards what follows
  std::condition_variable all_parked_;
  std::deque<task*> queue_;
  std::vector<unsigned> parked_;  // the last that parked is called first
  unsigned hungry_ = 0;
  std::condition_variable news_for_watch_;
  bool watch_sleeps_ = false;
  bool is_over_ = false;
  /// The length of the queue: for those who look without the lock.
  alignas(64) atomic<std::size_t> waiting_{0};

  std::thread watch_;
};

}  // namespace souk::sched
