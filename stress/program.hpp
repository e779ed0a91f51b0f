// The program of a trial: its processes, and what they leave for the laws.
//
// What a process does follows from its part and from the events that it handles; nothing else, so
// that it can be replayed. What cannot follow from those (whether an allocation failed) it writes
// into its file, and its double in the replay looks it up there.
//
// Threads    A book: any. A file is written by its process, and read once the VM is at rest or
//            gone.
// Ownership  A file is held by its book, and by the state of its process while that lives.
#pragma once

#include "stress/trial.hpp"

#include <souk/souk.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace souk::stress {

/// What one process has done, so far as its handlers ran; and which of its endpoints are open.
struct file {
  struct said_to {
    term to;
    bool lifted;
    std::int64_t count;
  };
  pid who{};
  bool is_from_the_beginning = false;
  bool has_killed = false;
  std::vector<said_to> said{};
  std::vector<std::uint64_t> said_at{};  ///< on the book's clock, by serial number
  std::vector<term> open{};              ///< the ids of its endpoints
  std::vector<bool> ran_dry{};           ///< at each such step, whether an allocation failed
};

class book {
 public:
  /// Of a run, or of the replay of one.
  explicit book(const std::atomic<std::uint64_t>& clock, const book* of_run = nullptr)
      : clock_{clock}, of_run_{of_run} {}

  [[nodiscard]] std::shared_ptr<file> open_file(pid who);
  /// Null if there is none.
  [[nodiscard]] const file* find(pid who) const;
  [[nodiscard]] std::vector<std::shared_ptr<file>> all() const;

  void note_custodian(const custodian& of_nested);
  [[nodiscard]] std::vector<custodian> custodians() const;

  void note_fault() noexcept { faults_.fetch_add(1, std::memory_order_relaxed); }  // a figure
  [[nodiscard]] std::uint64_t faults() const noexcept {
    return faults_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_of_replay() const noexcept { return of_run_ != nullptr; }
  [[nodiscard]] const book* of_run() const noexcept { return of_run_; }
  [[nodiscard]] std::uint64_t now() const noexcept {
    // relaxed: it is read for runs on one worker, where there is one thread.
    return clock_.load(std::memory_order_relaxed);
  }

 private:
  const std::atomic<std::uint64_t>& clock_;
  const book* const of_run_;
  std::atomic<std::uint64_t> faults_{0};
  mutable std::mutex lock_;  // guards what follows
  std::unordered_map<pid, std::shared_ptr<file>> files_;
  std::vector<custodian> custodians_;
};

/// Its first process. Both must outlive the VM.
[[nodiscard]] boot_function program(const trial& of, book& here);
/// What makes all scripts go on, said the n-th time.
[[nodiscard]] send_message go(std::uint32_t n);

// The ids of endpoints say what they are for.

/// The role of an endpoint with that id, of that process.
[[nodiscard]] role role_of(const term& id, pid self);
/// At meta level.
[[nodiscard]] bool is_outside(const term& id);
/// There before anything was said, and open since then.
[[nodiscard]] bool is_from_the_beginning(const term& id);
/// What sayings it hears are to; nothing if it is for something else.
[[nodiscard]] std::optional<term> hears(const term& id, pid self);

/// The reasons for which the processes of that trial may end.
[[nodiscard]] bool is_foreseen(const trial& t, const term& reason);

}  // namespace souk::stress
