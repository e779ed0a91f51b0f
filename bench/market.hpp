// The VM that a workload measures, and the way its processes report what they saw.
//
// A report is an at-meta-level message: it leaves the outermost VM and is added up here. So the
// processes of a workload share no memory, and it runs unchanged on a VM with several workers.
// Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <souk/souk.hpp>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/workload.hpp"

namespace souk::bench {

/// How much a process saw.
struct tally {
  std::uint64_t seen;
};
SOUK_RECORD(tally, seen);

/// How long each of them took, as a histogram.
struct timings {
  bytes counts;
};
SOUK_RECORD(timings, counts);

/// Begin, and do so much.
struct go {
  std::uint64_t amount;
};
SOUK_RECORD(go, amount);

/// For a process that has just seen its `seen`-th of `expected`: nothing until the last, then all,
/// then one for each that should not have come. The sum of all reports is what was seen.
[[nodiscard]] inline actions report(std::uint64_t seen, std::uint64_t expected) {
  if (seen < expected) return {};
  return at_meta_level(send_message(tally{seen == expected ? seen : 1}));
}

[[nodiscard]] inline actions report(const histogram& took) {
  return at_meta_level(send_message(timings{bytes{std::string{took.bytes()}}}));
}

/// Counts what it hears of the topic, and reports it.
template <class Message>
[[nodiscard]] spawn_action recipient(const topic<Message>& of, std::uint64_t expected) {
  return spawn([=] {
    return transition(std::uint64_t{0},
                      subscriber(of).on_message([expected](const Message&, std::uint64_t& seen) {
                        return report(++seen, expected);
                      }));
  });
}

class market {
 public:
  /// A VM with a process made of `parts`, everything in its place: nothing is left to do.
  template <class... Parts>
  explicit market(const options& chosen, vm_listener* listener, Parts&&... parts)
      : replay_{chosen.replay},
        most_replayed_{chosen.most_replayed},
        latencies_{chosen.latencies},
        vm_{settings(chosen, listener), std::forward<Parts>(parts)...} {
    if (replay_ == nullptr) vm_.run_until_inert();
  }
  market(const market&) = delete;
  market& operator=(const market&) = delete;
  ~market() = default;

  /// Sends the messages and runs until nothing is left to do. What that took.
  elapsed run(std::span<const send_message> first) {
    if (replay_ != nullptr) {
      vm_.replay(*std::exchange(replay_, &nothing_), most_replayed_);
      return {1, 1};
    }
    const auto start = std::chrono::steady_clock::now();
    const double used = core_seconds();
    for (const send_message& message : first) vm_.inject(message);
    vm_.run_until_inert();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return {took.count(), core_seconds() - used};
  }
  elapsed run(send_message first) { return run(std::span{&first, 1}); }

  /// Throws wrong_count unless that is what the processes reported, all together.
  void expect_reports(std::uint64_t expected, const char* what) const {
    expect(reported_, expected, what);
  }
  [[nodiscard]] std::uint64_t reported() const noexcept { return reported_; }
  static void expect(std::uint64_t seen, std::uint64_t expected, const char* what) {
    if (seen == expected) return;
    throw wrong_count{std::to_string(seen) + " " + what + " were seen, not " +
                      std::to_string(expected) + ": this VM lost or invented some"};
  }

 private:
  /// That this program has used, on all processors.
  static double core_seconds() {
    timespec used{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
      throw std::runtime_error{"cannot read the time that was used"};
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
  }

  vm_options settings(const options& chosen, vm_listener* listener) {
    vm_options made;
    made.kind = chosen.kind;
    made.workers = chosen.workers;
    made.executor = chosen.executor;
    made.seed = chosen.seed;
    made.listener = listener != nullptr ? listener : chosen.listener;
    made.record = chosen.record;
    made.reflect = chosen.reflect;
    made.on_escape = [this](const action& a) {
      const auto* const sent = std::get_if<send_message>(&a.what);
      if (sent == nullptr) return;
      if (const auto found = sent->body.as<tally>()) reported_ += found->seen;
      if (const auto found = sent->body.as<timings>(); found && latencies_ != nullptr)
        latencies_->add(std::string_view{found->counts.data});
    };
    return made;
  }

  std::uint64_t reported_ = 0;
  journal nothing_;
  const journal* replay_;
  std::uint64_t most_replayed_;
  histogram* latencies_;
  vm vm_;
};

}  // namespace souk::bench
