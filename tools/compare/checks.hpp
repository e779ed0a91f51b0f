// The workloads that are measured, checked as well: each is recorded on the parallel VM and
// replayed on the functional VM, which must give every process the same events. Threads: one.
#pragma once

#include "tools/check/equivalence.hpp"
#include "tools/compare/findings.hpp"
#include "tools/compare/progress.hpp"

namespace souk::tool {

/// What is left of it when it was made in another process.
struct verdict {
  std::uint64_t commits = 0;
  std::uint64_t divergences = 0;
  std::string difference{};
};

/// One run in a process of its own, so that whatever it does cannot end this one. Throws
/// std::runtime_error, which says how to repeat it: it died, or came to no end.
[[nodiscard]] verdict check_in_child(const checked_run& what, const checked_program& program);

/// Each workload of the rows once, then again with the next seed, until the seconds are over.
/// Adds to checks and failures.
void check_by_replay(findings& to, unsigned workers, double seconds, const progress& shown);

}  // namespace souk::tool
