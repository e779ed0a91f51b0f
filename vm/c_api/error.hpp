// The end of exceptions: what a function of souk.h does is done in attempt() or attempt_or(),
// which make a status and a message of any exception.
//
// Threads    any; the last error is each thread's own, and taking note of it allocates nothing.
#pragma once

#include <souk/souk.h>
#include <souk/error.hpp>

#include <new>
#include <stdexcept>

namespace souk::c_api {

/// Of the exception that is being handled. Returns its status.
souk_status note_exception() noexcept;
void forget_error() noexcept;

inline void require(bool fact, const char* otherwise) {
  if (!fact) throw usage_error{otherwise};
}

template <class F>
souk_status attempt(F f) noexcept {
  try {
    f();
    return SOUK_OK;
  } catch (...) {
    return note_exception();
  }
}

/// What `f` returns, or after an exception `otherwise`.
template <class F, class Result>
Result attempt_or(Result otherwise, F f) noexcept {
  try {
    return f();
  } catch (...) {
    (void)note_exception();
    return otherwise;
  }
}

}  // namespace souk::c_api
