// The Relacy race detector, without the part that renames words of the language and of the library
// in all that follows.
//
// A model is a class with thread(i): all interleavings of its threads are drawn at random, and
// whatever value each load may have by the memory model. The threads are fibers of one thread.
#pragma once

// clang-format off: they need each other in this order
#include <relacy/atomic.hpp>
#include <relacy/atomic_fence.hpp>
#include <relacy/backoff.hpp>
#include <relacy/base.hpp>
#include <relacy/context.hpp>
#include <relacy/context_base_impl.hpp>
#include <relacy/dyn_thread.hpp>
#include <relacy/stdlib/condition_variable.hpp>
#include <relacy/stdlib/event.hpp>
#include <relacy/stdlib/mutex.hpp>
#include <relacy/stdlib/semaphore.hpp>
#include <relacy/test_suite.hpp>
#include <relacy/thread_local.hpp>
#include <relacy/var.hpp>
// clang-format on
