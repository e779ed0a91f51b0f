// What every process of a run saw, so that two runs can be compared.
//
// Threads    on_...(): any; the events of one process come from one thread at a time. The rest:
//            once the VM is inert.
#pragma once

#include <souk/vm.hpp>

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace souk::tool {

class witness final : public vm_listener {
 public:
  void on_start(pid who, const term& name) override;
  void on_end(pid who, const term& name, ending how, const reason& why) override;
  void on_event(pid who, const term& endpoint_id, const event& what) override;

  using sequence = std::vector<term>;
  /// By process, what it saw in order. What was collected, and when, is free: it is not in it.
  [[nodiscard]] std::map<pid, sequence> all() const;

 private:
  struct part {
    mutable std::mutex lock;
    std::map<pid, sequence> seen;  // lock
  };

  void add(pid who, term what);

  std::array<part, 16> parts_;
};

/// Where two runs differ first.
struct divergence {
  pid who;
  std::size_t position;
  witness::sequence left;
  witness::sequence right;
};

/// How often the runs differ, and the first case. Fresh names and variables are the same when they
/// stand in the same places, for all processes together.
struct comparison {
  std::uint64_t divergences = 0;
  std::optional<divergence> first{};
};
[[nodiscard]] comparison compare(const witness& left, const witness& right);

/// The two sequences side by side, around the place where they differ.
[[nodiscard]] std::string side_by_side(const divergence& d, const std::string& left_title,
                                       const std::string& right_title);

}  // namespace souk::tool
