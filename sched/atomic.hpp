// Where the scheduler and the parallel VM take their atomics from: std::atomic, unless tests that
// compile souk once more name a header with others, those of a model checker or some that count.
#pragma once

#include <atomic>

#ifdef SOUK_ATOMICS
#include SOUK_ATOMICS
#else
namespace souk::sched {

template <class T>
using atomic = std::atomic<T>;

}  // namespace souk::sched
#endif
