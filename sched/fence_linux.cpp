#include "sched/fence.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace souk::sched {
namespace {

// The C library has no function for it.
long membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0); }

}  // namespace

void heavy_fence() noexcept { (void)membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); }
bool prepare_heavy_fence() noexcept {
  return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

}  // namespace souk::sched
