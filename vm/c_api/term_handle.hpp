// A souk_term is a term: the C name of the same object, made with new where it is the caller's.
#pragma once

#include <souk/souk.h>
#include <souk/term.hpp>

#include "vm/c_api/error.hpp"

#include <utility>

namespace souk::c_api {

[[nodiscard]] inline const souk_term* as_c(const term& t) noexcept {
  return reinterpret_cast<const souk_term*>(&t);
}
/// The caller's.
[[nodiscard]] inline souk_term* make_handle(term t) {
  return reinterpret_cast<souk_term*>(new term{std::move(t)});
}
/// Throws usage_error when it is null.
[[nodiscard]] inline const term& as_term(const souk_term* t) {
  require(t != nullptr,
          "a term is null: it could not be made, the message before this one said why");
  return *reinterpret_cast<const term*>(t);
}
/// False when it is null: no reason, no name.
[[nodiscard]] inline term as_term_or_false(const souk_term* t) {
  return t == nullptr ? term{false} : as_term(t);
}

}  // namespace souk::c_api
