// A fence of which one side costs next to nothing, for who must store and then load at each step
// while others seldom look: two threads that each write a word of their own, pass their fence and
// read the other's word do not both miss what the other has written, if one passes the heavy one.
//
// Threads    All functions: any.
// Source: the asymmetric fences of P1202; membarrier(2) makes each thread of the process that is
// running pass a full fence, and those that are not have passed one.
#pragma once

#include "sched/atomic.hpp"

namespace souk::sched {

#ifndef SOUK_ATOMICS
inline void light_fence() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
/// Pre: prepare_heavy_fence().
void heavy_fence() noexcept;
/// False: the system has none.
[[nodiscard]] bool prepare_heavy_fence() noexcept;
#endif

}  // namespace souk::sched
