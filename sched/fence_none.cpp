// Where the system cannot make other threads pass a fence.
#include "sched/fence.hpp"

namespace souk::sched {

void heavy_fence() noexcept {}
bool prepare_heavy_fence() noexcept { return false; }

}  // namespace souk::sched
