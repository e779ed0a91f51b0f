// Messages between the shards of one VM, committed under locks: what more workers have to pay.
#pragma once

#include "bench/workload.hpp"

namespace souk::bench {

/// A sender in a shard of its own, and a receiver in each of `size` others; `count` messages, each
/// to all of them. Not of `souk bench`: where processes live is the VM's affair there.
extern const workload crossing;

}  // namespace souk::bench
