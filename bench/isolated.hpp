// One repetition of a workload in a process of its own.
#pragma once

#include "bench/child.hpp"
#include "bench/histogram.hpp"
#include "bench/workload.hpp"

namespace souk::bench {

struct isolated_outcome {
  outcome result;
  long peak_rss_kib;
  histogram latencies;  ///< empty: the workload times no single events
};

/// Pre: this process has one thread and no VM. Throws wrong_count, or std::runtime_error when the
/// repetition failed in another way.
[[nodiscard]] isolated_outcome run_isolated(const workload& w, const options& chosen,
                                            const child_limits& limits = {});

}  // namespace souk::bench
