// Runs the cells: first to learn how fast each is, then in rounds. Threads: one.
#pragma once

#include "tools/compare/findings.hpp"
#include "tools/compare/progress.hpp"

namespace souk::tool {

/// Runs every cell of the rows and runners of `to`, calibrated first and then in rounds, as long as
/// `within` allows; the workloads are checked by replay in between. A cell that fails is a failure
/// and is not run again.
void measure(findings& to, const allowance& within, progress& shown);

/// How fast a runner does that, from runs that grow until one can be timed.
[[nodiscard]] pace calibrate(const runner& with, const subject& of);

}  // namespace souk::tool
