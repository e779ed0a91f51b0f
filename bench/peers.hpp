// The same workloads for other runtimes (peers/): built where these are installed, run like ours.
// Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/histogram.hpp"

namespace souk::bench {

struct peer {
  std::string_view name;
  std::string_view package;  ///< of Debian, which it needs
  std::string_view file;     ///< that its build leaves
  /// The command line that runs it, given where it was built.
  std::vector<std::string> (*command)(const std::string& build, const std::string& workload,
                                      std::uint64_t size, std::uint64_t count, unsigned workers);
};

/// All that there are sources for.
[[nodiscard]] const std::vector<peer>& peers();

/// The workloads that every peer has.
[[nodiscard]] bool have_peers(std::string_view workload) noexcept;

struct peer_outcome {
  double value;
  double per_core_second;  ///< the same as `value` for what is weighed
  histogram latencies{};   ///< empty: the workload times no single events
};

/// The peers that are installed, built.
class built_peers {
 public:
  /// Builds them. Throws std::runtime_error, which names the log.
  built_peers();

  [[nodiscard]] const std::vector<const peer*>& present() const noexcept { return present_; }
  [[nodiscard]] const std::vector<const peer*>& missing() const noexcept { return missing_; }

  /// One repetition, on as many processors as it has workers, within so many seconds (0: any time).
  /// Throws std::runtime_error.
  [[nodiscard]] peer_outcome run(const peer& what, std::string_view workload, std::uint64_t size,
                                 std::uint64_t count, unsigned workers, unsigned seconds = 0) const;

 private:
  std::filesystem::path build_;
  std::vector<const peer*> present_;
  std::vector<const peer*> missing_;
};

}  // namespace souk::bench
