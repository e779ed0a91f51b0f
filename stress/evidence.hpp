// What is known of a run once it is over: what each process saw, in order, and what it left.
//
// Threads    minutes: the listener's functions as the VM calls them; the rest once it is at rest or
//            gone. Evidence: one.
#pragma once

#include "stress/program.hpp"
#include "stress/saying.hpp"
#include "tools/check/witness.hpp"

#include <souk/souk.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace souk::stress {

/// Writes down all that the processes of a VM, and of the VMs in it, see.
class minutes final : public vm_listener {
 public:
  /// Events and continuations are counted on the clock; whatever happens is a pulse.
  minutes(std::atomic<std::uint64_t>& clock, std::atomic<std::uint64_t>& pulse) noexcept
      : clock_{clock}, pulse_{pulse} {}

  using times = std::vector<std::uint64_t>;
  using roles =
      std::unordered_map<term, std::int64_t>;  ///< (ORIENTATION INTEREST TOPIC), how often

  void on_start(pid who, const term& name) override { seen_.on_start(who, name); }
  void on_end(pid who, const term& name, ending how, const reason& why) override;
  void on_event(pid who, const term& endpoint_id, const event& what) override;
  void on_continuation(pid who) override;
  void on_endpoint_added(pid who, const role& what) override { count(who, what, 1); }
  void on_endpoint_deleted(pid who, const role& what) override { count(who, what, -1); }

  [[nodiscard]] const tool::witness& seen() const noexcept { return seen_; }
  /// When each process was told of each of its events.
  [[nodiscard]] std::map<pid, times> all_times() const;
  [[nodiscard]] std::set<pid> all_ended() const;
  [[nodiscard]] std::map<pid, roles> all_open() const;

 private:
  struct part {
    mutable std::mutex lock;  // guards what follows
    std::map<pid, times> heard_at;
    std::set<pid> ended;
    std::map<pid, roles> open;
  };

  part& part_of(pid who) { return parts_.at(std::hash<pid>{}(who) % parts_.size()); }
  void count(pid who, const role& what, std::int64_t more);

  tool::witness seen_;
  std::atomic<std::uint64_t>& clock_;
  std::atomic<std::uint64_t>& pulse_;
  std::array<part, 16> parts_;
};

/// Where a process saw something else in the replay than in the run.
[[nodiscard]] std::optional<std::string> find_difference(const minutes& run, const minutes& replay);

/// As terms, for comparison.
[[nodiscard]] term to_term(const role& r);

/// An event, as its process saw it.
struct observation {
  event_kind what;
  term endpoint;
  term role;
  std::optional<saying> said{};  ///< by a message
  std::uint64_t at = 0;
};

class evidence {
 public:
  evidence(const trial& of, const minutes& from, const book& files, bool at_rest);

  [[nodiscard]] const trial& of() const noexcept { return of_; }
  [[nodiscard]] const book& files() const noexcept { return files_; }
  /// Nothing was left to do: all that was sent has arrived.
  [[nodiscard]] bool is_at_rest() const noexcept { return at_rest_; }
  [[nodiscard]] const std::map<pid, std::vector<observation>>& observed() const noexcept {
    return observed_;
  }
  /// Why processes ended, of those that quit.
  [[nodiscard]] const std::vector<std::pair<pid, term>>& reasons() const noexcept {
    return reasons_;
  }
  [[nodiscard]] const std::map<pid, minutes::roles>& open() const noexcept { return open_; }

  /// It was there at the end.
  [[nodiscard]] bool has_survived(pid who) const;
  /// The VM in which somebody says something: his, or the one around it. Nothing if that is not
  /// known.
  [[nodiscard]] std::optional<std::uint64_t> place_of(pid sender, bool lifted) const;

 private:
  const trial& of_;
  const book& files_;
  bool at_rest_;
  std::map<pid, std::vector<observation>> observed_;
  std::vector<std::pair<pid, term>> reasons_;
  std::set<pid> ended_;
  std::map<pid, minutes::roles> open_;
  std::unordered_map<std::uint64_t, pid> process_of_vm_;
};

}  // namespace souk::stress
