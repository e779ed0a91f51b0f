// What is in a journal: for each VM its commits, in an order that the functional VM can repeat.
//
// Threads    open(), keep_answer(): any. A sequence belongs to the shard that it is for. The rest:
//            one, once the run is over.
// J1  Within a VM, commits take effect in the order of (version, writers first, stamp); what
//     shares a stamp is of one shard, in its order. Between VMs no order is kept: what enters and
//     leaves a VM stands in queues, and whoever replays takes what is ready.
// J2  What a process was answered (answers.hpp) is in the order in which it asked. Between
//     processes no order is kept.
#pragma once

#include <souk/action.hpp>
#include <souk/journal.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace souk {

/// What the commit was of.
enum class commit_kind : std::uint8_t {
  transition,  ///< of the process of that number
  arrival,     ///< an event of the VM around enters
  injection,   ///< a message of the program
  shutdown     ///< that process was shut down with its custodian
};

struct commit_record {
  std::uint64_t version;
  std::uint64_t stamp;  ///< 0: made this version
  commit_kind kind;
  std::uint32_t number;
  std::vector<std::uint32_t> children;  ///< the numbers that it gave out
  std::optional<send_message> message;  ///< of an injection
  term why{};                           ///< of a shutdown
};

/// Where a process was cut off: it, or its VM, was ended by its custodian.
struct cut {
  std::uint64_t counted;  ///< calls that were to their end
  std::uint64_t begun;    ///< and one more, if that was refused memory
};

/// A VM's number in the VM around it, from the outermost inwards; the outermost has no numbers.
using vm_path = std::vector<std::uint32_t>;

class journal::contents {
 public:
  using sequence = std::deque<commit_record>;

  /// A sequence for each shard of that VM. They stay where they are.
  [[nodiscard]] std::deque<sequence>& open(const vm_path& path, unsigned shards);
  [[nodiscard]] std::uint64_t take_stamp() noexcept {
    return stamps_.fetch_add(1, std::memory_order_seq_cst);  // seq_cst: the commit protocol
  }

  /// What that process was answered next.
  void keep_answer(pid who, term told);
  /// That process was not called any more.
  void cut_off(pid who, cut at);
  /// The run was ended before all was done.
  void cut_short() noexcept {
    is_cut_short_.store(true, std::memory_order_relaxed);  // relaxed: read once the run is over
  }

  /// All commits of each VM in the order of J1.
  [[nodiscard]] std::map<vm_path, std::vector<const commit_record*>> in_order() const;
  [[nodiscard]] std::uint64_t size() const noexcept;
  [[nodiscard]] const std::map<pid, std::vector<term>>& all_answers() const noexcept {
    return answers_;
  }
  [[nodiscard]] const std::vector<term>& answers_to(pid who) const;
  [[nodiscard]] const std::map<pid, cut>& all_cut_off() const noexcept { return cut_off_; }
  [[nodiscard]] bool is_cut_short() const noexcept {
    return is_cut_short_.load(std::memory_order_relaxed);
  }

 private:
  std::mutex lock_;  // guards the maps themselves
  std::map<vm_path, std::deque<sequence>> machines_;
  std::map<pid, std::vector<term>> answers_;
  std::map<pid, cut> cut_off_;
  std::atomic<bool> is_cut_short_{false};
  std::atomic<std::uint64_t> stamps_{1};
};

}  // namespace souk
