// What parameters are bound to, and for whom.
//
// Threads    code_of_thread: each has its own. Bindings are constant.
#pragma once

#include <souk/detail/function.hpp>
#include <souk/export.hpp>

#include <utility>

namespace souk::detail {

/// From the address of a parameter to that of its value; null: it has its default.
using bindings = function<const void*(const void*)>;

/// The code that runs: its bindings (null: none), and whether they are of a block: then children do
/// not have them from the process that spawns.
struct bound_code {
  const bindings* bound = nullptr;
  bool is_local = false;
};

/// Constant-initialised, and without a destructor: see ledger.hpp.
extern SOUK_EXPORT constinit thread_local bound_code code_of_thread;

[[nodiscard]] inline bindings bound_here() noexcept {
  return code_of_thread.bound == nullptr ? bindings{} : *code_of_thread.bound;
}

/// While it lives, this thread runs code of a process or a VM with those bindings.
class bound_scope {
 public:
  explicit bound_scope(const bindings& of) noexcept
      : before_{std::exchange(code_of_thread, {.bound = of ? &of : nullptr})} {}
  bound_scope(const bound_scope&) = delete;
  bound_scope& operator=(const bound_scope&) = delete;
  ~bound_scope() { code_of_thread = before_; }

 private:
  bound_code before_;
};

}  // namespace souk::detail
