// A trial: what the processes of one round do, and what happens to them. A value, made of choices,
// which knows nothing of how it is run.
//
// Each process has a part: the groups that it hears from the beginning, and a script. The script
// goes on by a transition with each event that the process handles, so that what anybody does
// follows from what it sees, and a lost or misplaced event shows. A script is gone through once for
// each time that `go` is said.
#pragma once

#include "stress/choices.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace souk::stress {

struct step {
  enum class kind : std::uint8_t {
    say,       ///< to all who hear group `to` of this VM
    tell,      ///< to one process that it has heard of
    lift,      ///< to group `to` of the VM around
    hear,      ///< from now on, group `to`
    announce,  ///< that it speaks in group `to`
    close,     ///< the endpoint that was opened first by a step
    yield,     ///< and go on behind what waits
    spawn,     ///< a process with part `to`
    attend,    ///< the same, and again when it is gone, some times
    leave,
    // Faults.
    raise,        ///< an exception, in mid-handler
    raise_odd,    ///< one that is no std::exception
    raise_later,  ///< an exception in a continuation
    kill,         ///< a process that it has heard of
    linger,       ///< in the handler, for `to` milliseconds
    hog,          ///< takes memory until it is refused; where there is a limit
    shut_down,    ///< the custodian of its VM; not in the outermost
    run_dry       ///< the `to`-th allocation of the handler fails (interference.hpp)
  };
  kind what = kind::say;
  std::uint32_t to = 0;
  bool is_last = true;  ///< of its transition
};
[[nodiscard]] constexpr bool is_fault(step::kind k) noexcept { return k >= step::kind::raise; }

struct part {
  std::uint32_t vm = 0;      ///< where those live who are there from the beginning
  std::uint32_t copies = 1;  ///< of those; 0: there are only those that are spawned
  std::vector<std::uint32_t> hears{};
  std::vector<std::uint32_t> hears_outside{};  ///< at meta level
  std::vector<step> script{};
  bool is_stillborn = false;  ///< its boot function throws
};

struct nested {
  std::uint32_t inside = 0;  ///< another VM, with a smaller number; 0 is the outermost
  bool is_limited = false;
};

/// A peer of an echo server on the ground VM.
struct visitor {
  enum class manner : std::uint8_t {
    behaves,          ///< sends all, and reads all that comes back
    meets_lingering,  ///< so does it, but its session takes its time
    // Faults.
    reads_slowly,  ///< and may be cut off for it
    goes_early,    ///< closes in the middle of it
    resets,        ///< the same, by a reset
    is_failed,     ///< its session crashes
    ends_it        ///< the server
  };
  manner how = manner::behaves;
  std::uint32_t chunks = 1;
  std::uint32_t chunk_bytes = 1;
};
[[nodiscard]] constexpr bool is_fault(visitor::manner how) noexcept {
  return how >= visitor::manner::reads_slowly;
}

/// How the commit protocol itself is held up, where that is compiled in (interference.hpp).
struct delays {
  std::uint32_t once_in = 0;  ///< accesses to what is shared; 0: never
  std::uint32_t most_ns = 0;
};

struct trial {
  std::string_view workload{};
  unsigned workers = 1;
  bool own_threads = false;   ///< not TBB's
  std::uint32_t vm_seed = 0;  ///< vm_options::seed
  std::uint32_t goes = 1;     ///< how often `go` is said
  bool at_rest_between = true;
  std::vector<nested> vms{};  ///< the first is VM 1
  std::vector<part> cast{};
  // With visitors it is an echo server on the ground VM instead.
  std::vector<visitor> visitors{};
  std::uint32_t write_limit_bytes = 0;  ///< 0: the usual one
  bool are_descriptors_scarce = false;  ///< when the visitors come
  delays held_up{};
  std::uint32_t suspend_every_us = 0;  ///< a thread of it, whatever it is at; 0: none
  // From outside, after so many events; 0: never.
  std::uint32_t shut_down_after = 0;  ///< a nested VM
  std::uint32_t destroy_after = 0;    ///< the whole VM, in the middle of what it does
};

/// What kinds of trials there are.
struct workload {
  std::string_view name;
  std::string_view about;
  unsigned often;  ///< beside others
  void (*make)(trial&, choices&);
};
[[nodiscard]] const std::vector<workload>& workloads();
[[nodiscard]] const workload* find_workload(std::string_view name);

/// On that many workers at most, or exactly so many if the choice says nothing else.
[[nodiscard]] trial make_trial(const workload& of, choices& from, unsigned workers);

/// How large it is: "7 processes, 12 steps, 2 nested VMs, 2 faults, on 8 workers".
[[nodiscard]] std::string describe(const trial& t);
/// All that it is, a line for each part.
[[nodiscard]] std::string write_out(const trial& t);

}  // namespace souk::stress
