// The workloads of `souk bench`: what each does, what its number means, and what it does not.
//
// A workload is a program of the public API alone, so that it runs on any VM. It sets itself up,
// times (or weighs) one repetition, and checks that what should have been seen was seen.
#pragma once

#include <cstdint>
#include <souk/vm.hpp>
#include <span>
#include <stdexcept>
#include <string_view>

#include "bench/histogram.hpp"

namespace souk::bench {

struct options {
  vm_kind kind = vm_kind::functional;
  unsigned workers = 1;
  executor_kind executor = executor_kind::best;
  std::uint64_t seed = 0;
  std::uint64_t size = 0;          ///< how many take part: see workload::size_of
  std::uint64_t count = 0;         ///< how much work, in the workload's unit
  histogram* latencies = nullptr;  ///< empty; where a workload that times single events puts them
  // For a run that is checked: who watches, where it is recorded, through what it is seen, what is
  // repeated instead.
  vm_listener* listener = nullptr;
  journal* record = nullptr;
  reflection* reflect = nullptr;
  const journal* replay = nullptr;
  std::uint64_t most_replayed = ~std::uint64_t{0};  ///< commits
};

/// What a run took: by the clock, and of all processors together.
struct elapsed {
  double seconds;
  double core_seconds;
};

/// What one repetition did: `amount` messages in so much time, or bytes for so many processes.
struct outcome {
  double amount = 0;
  double divisor = 1;
  double core_seconds = 0;  ///< 0: nothing was timed

  outcome() = default;
  outcome(double done, const elapsed& took) noexcept
      : amount{done}, divisor{took.seconds}, core_seconds{took.core_seconds} {}
  outcome(double weight, double among) noexcept : amount{weight}, divisor{among} {}

  [[nodiscard]] double value() const noexcept { return amount / divisor; }
  [[nodiscard]] double per_core_second() const noexcept {
    return core_seconds > 0 ? amount / core_seconds : value();
  }
};

/// The VM did not do what the workload asked for.
class wrong_count : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct workload {
  std::string_view name;
  std::string_view unit;
  std::string_view measures;
  std::string_view does_not_mean;
  std::string_view size_of;  ///< what options::size counts; empty: nothing
  std::uint64_t size;        ///< the default
  std::uint64_t count;       ///< the default
  /// The default on the parallel VM, which does more of it in the same time.
  std::uint64_t parallel_count;
  bool count_is_fixed;  ///< the work is a matter of the size alone
  /// One repetition. Throws wrong_count.
  outcome (*run)(const options&);
};

extern const workload pingpong;
extern const workload ring;
extern const workload counting;
extern const workload fork_join_throughput;
extern const workload big;
extern const workload pairs;
extern const workload round_trips;
extern const workload fan_out;
extern const workload chameneos;
extern const workload fork_join_create;
extern const workload spawn_quit;
extern const workload skynet;
extern const workload computing;
extern const workload n_queens;
extern const workload matrix_multiply;
extern const workload sieve;
extern const workload producer_consumer;
extern const workload philosophers;
extern const workload barber;
extern const workload bank;
extern const workload dictionary;
extern const workload presence_churn;
extern const workload relay;
extern const workload nested;
extern const workload long_handler;
extern const workload create_shutdown;
extern const workload over_limit;
extern const workload leakers;
extern const workload idle;
extern const workload idle_vm;
extern const workload backlog;

[[nodiscard]] inline std::uint64_t default_count(const workload& w, vm_kind kind) noexcept {
  return kind == vm_kind::parallel ? w.parallel_count : w.count;
}

/// All of them, in the order of `souk bench`.
[[nodiscard]] std::span<const workload* const> workloads() noexcept;
/// The one of that name, or null.
[[nodiscard]] const workload* find_workload(std::string_view name) noexcept;

}  // namespace souk::bench
