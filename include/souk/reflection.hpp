// Reflection: what goes on in a VM, seen from outside while it runs.
//
//     reflection mirror;
//     std::jthread watching{[&] { show(mirror.look()); }};
//     ground_vm({.kind = vm_kind::parallel, .reflect = &mirror}, ...);
//
// A look asks each part of the VM to describe itself, between two handlers: nothing is stopped,
// and nothing is read while it changes. So a snapshot is no instant of the whole VM, but each
// process in it is as it was at some moment of the look. A VM that nobody looks at pays nothing for
// its mirror: the parallel VM reads one flag at the beginning of a quantum.
//
// Threads    Any, several at a time. Not from within a handler of the VM, which could not describe
//            itself until that returned: look() then ends without it.
// Ownership  A mirror outlives the VM that it is given to, and shows one VM at a time.
#pragma once

#include <souk/custodian.hpp>
#include <souk/export.hpp>
#include <souk/role.hpp>
#include <souk/term.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace souk {

struct endpoint_view {
  term id;
  role what;
  bool is_at_meta_level = false;  ///< it is for the VM around
};

struct process_view {
  pid self;
  term name;
  bool is_vm = false;       ///< the processes in it have `self.as_vm()` as their VM
  bool is_running = false;  ///< a handler of it has taken long, and others have gone on without it
  unsigned shard = 0;       ///< of a parallel VM: where in its VM it lives
  /// Events and continuations so far. Of a parallel VM modulo 2^32 before the first look, and less
  /// than 2^32 must come between two looks.
  std::uint64_t handled = 0;
  /// Those that wait; in a functional VM transitions.
  std::uint64_t queued = 0;
  /// In its handlers and in committing what they answered: estimated, while it is measured.
  std::chrono::nanoseconds busy{0};
  /// Children that it asked for in the VM around, and has not heard of yet: it waits for that VM.
  std::size_t awaited_children = 0;
  std::size_t endpoint_count = 0;
  std::vector<endpoint_view> endpoints{};  ///< if look_options wants them
};

/// Of all custodians of the program, not only those of this VM.
struct custodian_view {
  std::uint32_t id = 0;
  std::optional<std::uint32_t> around{};  ///< none: it is the program's
  std::optional<std::uint64_t> vm{};      ///< whose it is; none: it was made by make_custodian()
  std::uint64_t own_bytes = 0;
  std::uint64_t total_bytes = 0;  ///< with all inside
  std::uint64_t peak_bytes = 0;   ///< of the total
  std::optional<std::uint64_t> limit_bytes{};
  std::uint64_t open_resources = 0;
};

/// Messages from one process to another of the same VM: estimated, while it is measured.
struct flow_view {
  std::uint64_t vm = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t messages = 0;
};

/// A call that took a millisecond or more, of those that were measured.
struct slow_call {
  pid who;
  std::string what;  ///< the endpoint and the event, shortened
  std::chrono::nanoseconds took{0};
  std::chrono::system_clock::time_point ended{};
};

struct snapshot {
  /// When the look was over.
  std::chrono::steady_clock::time_point at{};
  bool is_there = false;  ///< there is a VM at all
  /// Parts of VMs (a parallel VM's shards) that did not describe themselves in time: a handler of
  /// theirs has not returned, see `running`.
  std::size_t unanswered = 0;
  std::size_t left_out = 0;  ///< processes beyond look_options::most_processes
  unsigned workers = 0;      ///< threads that run the VM
  /// All that were handled in this VM and those inside, by processes that are gone as well.
  std::uint64_t handled = 0;
  /// In whose handlers workers were at the end of the look.
  std::vector<pid> running{};
  std::vector<process_view> processes{};
  std::vector<custodian_view> custodians{};
  std::vector<flow_view> flows{};
  std::vector<slow_call> slow_calls{};
};

struct look_options {
  /// Who does not describe itself until then is left out.
  std::chrono::milliseconds at_most{1000};
  std::size_t most_processes = 100'000;
  bool endpoints = true;
  bool custodians = true;
};

/// One event of a process that is followed.
struct followed_event {
  std::chrono::system_clock::time_point at{};
  std::string what;  ///< the kind of the event, the endpoint, and the topic or body, shortened
};

/// An endpoint and one that it meets.
struct meeting {
  term endpoint;  ///< its id
  pid peer;
  term peer_endpoint;
  term topic;  ///< what they have in common
};
/// Who the endpoints of that process meet in its VM, in the snapshot. An endpoint without a meeting
/// waits for somebody to come.
[[nodiscard]] SOUK_EXPORT std::vector<meeting> meetings(const snapshot& in, pid of);

class SOUK_EXPORT reflection {
 public:
  reflection();
  reflection(const reflection&) = delete;
  reflection& operator=(const reflection&) = delete;
  ~reflection();

  /// Blocks until the VM has described itself, or `at_most` is over.
  [[nodiscard]] snapshot look(const look_options& how = {}) const;

  /// The process quits, with that reason, as if by an action of its own; a VM as the process that
  /// it is in the VM around. Of a functional VM that nobody runs, as soon as it is run again.
  /// Blocks until all parts of the VM have heard of it, a second at most. False: none of them has
  /// that process.
  bool kill(pid who, const term& why) const;

  /// While measured, busy times, flows and slow calls are estimated from quanta (or calls) drawn as
  /// samples; figures count from the first measure(true) on. Calls nest: as many `false` end it.
  void measure(bool on) const;

  /// From now on the events of that process are kept, the last `most_followed` of them.
  void follow(pid who) const;
  void unfollow(pid who) const;
  /// Those since the last call, and how many were lost before them.
  struct followed {
    std::vector<followed_event> events{};
    std::uint64_t lost = 0;
  };
  [[nodiscard]] followed take_followed(pid who) const;
  static constexpr std::size_t most_followed = 1024;

  class core;
  [[nodiscard]] core& inside() const noexcept { return *inside_; }

 private:
  std::unique_ptr<core> inside_;
};

}  // namespace souk
