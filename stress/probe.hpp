// Rounds in a process of their own, so that a VM that crashes or hangs can be told of.
//
//     this process            the child
//     tally (shared) <------- what was done, what it is at, what it has found
//     stop ------------------>
//
// Threads    One, which is the only one of its process when a probe is made: it forks.
// Ownership  The child ends with its probe, or with this process.
#pragma once

#include "stress/choices.hpp"
#include "stress/trial.hpp"

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace souk::stress {

/// What rounds to run.
struct job {
  std::vector<const workload*> workloads{};
  unsigned workers = 1;
  std::uint64_t first_seed = 0;     ///< then the next ones
  std::optional<sequence> given{};  ///< instead of seeds: always the same
  std::optional<std::uint64_t> most_rounds{};
};
[[nodiscard]] const workload& workload_of(const job& j, std::uint64_t seed);
/// The trial of a round, and the choices it was made of.
struct made_trial {
  trial what;
  sequence made;
  std::vector<choices::span> spans;
};
[[nodiscard]] made_trial trial_of(const job& j, std::uint64_t seed);

/// How a probe ended.
struct outcome {
  bool is_failure = false;
  std::uint64_t seed = 0;  ///< of its last round
  std::string law{};       ///< that was broken
  std::string text{};
};

class probe {
 public:
  /// Where its words may be cut.
  static constexpr std::size_t longest_text = 32'768;

  explicit probe(const job& rounds);
  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;
  ~probe();

  /// Waits for its end, or for that long. True: it has ended.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds most);
  /// After the round that it is at.
  void stop() noexcept;
  /// Nothing was heard of it for so long.
  [[nodiscard]] bool is_silent_for(std::chrono::seconds patience);
  /// It hangs.
  void give_up();
  /// Pre: it has ended, or was given up.
  [[nodiscard]] outcome how_it_ended() const;

  struct figures {
    std::uint64_t rounds, laws, commits, events, faults, seed;
    std::string workload, phase;
  };
  [[nodiscard]] figures read() const;

 private:
  struct tally;
  struct unmap {
    void operator()(tally* shared) const noexcept;
  };
  [[noreturn]] static void run(const job& rounds, tally& shared);

  std::unique_ptr<tally, unmap> shared_;
  pid_t child_;
  std::optional<int> status_{};
  bool was_given_up_ = false;
  std::uint64_t last_pulse_ = 0;
  std::chrono::steady_clock::time_point last_heard_;
};

}  // namespace souk::stress
