// The inbox of a shard, and what it costs that two cores use one cache line.
//
//   inbox_push/n     so many entries, each under the lock, and then all are taken: from two n, the
//                    cost of one push (the slope) and of a take
//   line_transfer    two threads hand a cache line to each other, a hundred times there and back;
//                    `least_ns` is one way, of the fastest hundred: both had a core then
//
// inbox_push is uncontended, and on one core. Between threads of one core, and between cores that
// share no cache, line_transfer is another number.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <souk/souk.hpp>
#include <thread>

#include "sched/inbox.hpp"
#include "vm/parallel/process.hpp"

namespace souk::bench {
namespace {

void inbox_push(benchmark::State& state) {
  using parallel::entry;
  parallel::process receiver{pid{0, 0}, term{}, 0};
  parallel::endpoint to{receiver, subscriber(term{17}).build(), 0};
  sched::inbox<entry> box;
  sched::inbox<entry>::queue room;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      box.lock();
      box.push(entry{parallel::entry_kind::message, to, orientation::publisher,
                     interest_type::participant, term{17}});
      benchmark::DoNotOptimize(box.unlock());
    }
    box.lock();
    box.take(room);
    benchmark::DoNotOptimize(box.unlock());
    room.clear();
  }
}
BENCHMARK(inbox_push)->Arg(1)->Arg(10)->Arg(100);

// Whose turn it is: a line of its own.
alignas(128) std::atomic<int> turn{0};

void line_transfer(benchmark::State& state) {
  using clock = std::chrono::steady_clock;
  const int me = state.thread_index();
  constexpr int round_trips = 100;
  constexpr int patience = 10'000;  // then the other one may need this core
  clock::duration least = std::chrono::hours{1};
  for (auto _ : state) {
    const auto start = clock::now();
    for (int i = 0; i < round_trips; ++i) {
      // acquire and release: as a lock that is handed over.
      for (int spins = 0; turn.load(std::memory_order_acquire) != me; ++spins) {
        if (spins > patience) std::this_thread::yield();
      }
      turn.store(1 - me, std::memory_order_release);
    }
    least = std::min(least, clock::now() - start);
  }
  if (me != 0) return;
  state.counters["least_ns"] =
      std::chrono::duration<double, std::nano>{least}.count() / 2 / round_trips;
}
BENCHMARK(line_transfer)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace souk::bench
