// What it costs to hand a task to an executor whose worker is at work or about to park: what a
// shard pays to wake another, besides its inbox.
//
// By the time of the one who hands over. The worker takes tasks meanwhile, so its lock is contended
// by one.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "bench/micro/thread_time.hpp"
#include "sched/executor.hpp"

namespace souk::bench {
namespace {

class nothing_to_do final : public sched::task {
 public:
  bool run(unsigned /*worker*/, sched::turn& /*shown*/) noexcept override {
    ended.fetch_add(1, std::memory_order_release);  // -> the bench, which submits it again
    return false;
  }
  bool take_over(const void* /*whose*/) noexcept override { return false; }
  static inline std::atomic<std::uint64_t> ended{0};
};

void executor_submit(benchmark::State& state) {
  std::array<nothing_to_do, 250> tasks;
  const std::unique_ptr<sched::executor> one = sched::make_thread_executor(1);
  std::uint64_t submitted = nothing_to_do::ended.load(std::memory_order_relaxed);  // relaxed: alone
  for (auto _ : state) {
    const double start = thread_seconds();
    for (nothing_to_do& each : tasks) one->submit(each);
    state.SetIterationTime((thread_seconds() - start) / static_cast<double>(tasks.size()));
    submitted += tasks.size();
    while (nothing_to_do::ended.load(std::memory_order_acquire) != submitted)  // <- run
      std::this_thread::yield();
  }
}
BENCHMARK(executor_submit)->UseManualTime()->Iterations(500);

}  // namespace
}  // namespace souk::bench
