// One repetition of a workload in a process of its own: its peak memory is then nobody else's, and
// no repetition finds caches or free memory that another left.
#pragma once

#include "bench/workload.hpp"

namespace souk::bench {

struct isolated_outcome {
  outcome result;
  long peak_rss_kib;
};

/// Pre: this process has one thread and no VM. Throws wrong_count, or std::runtime_error when the
/// repetition failed in another way.
[[nodiscard]] isolated_outcome run_isolated(const workload& w, const options& chosen);

}  // namespace souk::bench
