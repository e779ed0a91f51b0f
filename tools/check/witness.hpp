// What every process of a run saw, so that two runs can be compared.
//
// Threads    While the VM runs: any; the events of one process come from one thread at a time.
//            The rest: once the VM is inert.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/check/teller.hpp"

namespace souk::tool {

class witness final : public teller {
 public:
  using sequence = std::vector<term>;
  /// By process, what it saw in order.
  [[nodiscard]] std::map<pid, sequence> all() const;
  [[nodiscard]] bool was_collected(pid who) const;

 private:
  struct part {
    mutable std::mutex lock;
    std::map<pid, sequence> seen;  // lock
    std::set<pid> collected;       // lock
  };

  void tell(pid who, term what) override;
  void tell_collected(pid who) override;
  [[nodiscard]] part& part_of(pid who) { return parts_.at(std::hash<pid>{}(who) % parts_.size()); }

  std::array<part, 16> parts_;
};

/// Where two runs differ first.
struct divergence {
  pid who;
  std::size_t position;
  witness::sequence left;
  witness::sequence right;
};

/// How often the runs differ, and the first case. Where one collected a process the other may have
/// ended it: it was idle and without endpoints, and when it goes then is free (GC-1). Fresh names
/// and variables are the same when they stand in the same places, for all processes together.
struct comparison {
  std::uint64_t divergences = 0;
  std::optional<divergence> first{};
};
[[nodiscard]] comparison compare(const witness& left, const witness& right);

/// The two sequences side by side, around the place where they differ.
[[nodiscard]] std::string side_by_side(const divergence& d, const std::string& left_title,
                                       const std::string& right_title);

}  // namespace souk::tool
