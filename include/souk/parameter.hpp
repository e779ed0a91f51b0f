// Parameters: values that processes inherit, such as where to log, what the time is, a random seed.
//
//     const parameter<std::uint64_t> seed{0};              // of the program, with its default
//     ...
//     spawn_vm(program).with(seed, 7)                      // in that VM and all that it spawns
//     seed.get()                                           // for the code that runs: 7
//     const binding here{seed, 8};                         // in this block, and what it spawns
//
// A process has the bindings of the one that spawned it, and those given to its spawn; a nested VM
// has those of the process that it is outside; the outermost those of the code that made the `vm`.
// They never change: whoever binds a parameter anew affects itself and its children, nobody else.
// So what a handler reads depends on nothing but who spawned whom, in a replay too.
//
// Threads    get(): any; code outside any VM, and what closes a resource, has bindings of its own
//            thread only. Several processes may read one value at a time, as constant.
// Source: parameters and parameterize of Racket.
#pragma once

#include <souk/action.hpp>
#include <souk/detail/bindings.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace souk {

/// Lives as long as whatever asks for it: at namespace scope, or static.
template <class T>
class parameter {
 public:
  explicit parameter(T by_default) : by_default_{std::move(by_default)} {}
  parameter(const parameter&) = delete;
  parameter& operator=(const parameter&) = delete;
  ~parameter() = default;

  /// The value for the code that runs; valid while that runs. Without any binding it costs a look
  /// at a variable of the thread.
  [[nodiscard]] const T& get() const {
    const detail::bindings* const bound = detail::code_of_thread.bound;
    if (bound == nullptr) return by_default_;
    const void* const value = (*bound)(this);
    return value == nullptr ? by_default_ : *static_cast<const T*>(value);
  }

 private:
  T by_default_;
};

namespace detail {

/// `before`, and that of `one`.
template <class T>
[[nodiscard]] bindings bind(const souk::parameter<T>& one, T value, bindings before) {
  return bindings{[key = static_cast<const void*>(&one), value = std::move(value),
                   before = std::move(before)](const void* asked) -> const void* {
    if (asked == key) return &value;
    return before ? before(asked) : nullptr;
  }};
}

}  // namespace detail

/// While it lives, the code of this thread has that value, and so have the processes that it makes
/// a spawn() for. Handlers that it makes do not: they run with the bindings of their process.
class binding {
 public:
  template <class T>
  binding(const parameter<T>& of, std::type_identity_t<T> value)
      : all_{detail::bind(of, std::move(value), detail::bound_here())},
        before_{std::exchange(detail::code_of_thread, {.bound = &all_, .is_local = true})} {}
  binding(const binding&) = delete;
  binding& operator=(const binding&) = delete;
  ~binding() { detail::code_of_thread = before_; }
  /// In a block only: those inside end first.
  static void* operator new(std::size_t) = delete;

 private:
  detail::bindings all_;
  detail::bound_code before_;
};

template <class T>
spawn_action spawn_action::with(const parameter<T>& of, std::type_identity_t<T> value) && {
  detail::upbringing mine = raised();
  detail::bindings before = mine.bound ? std::move(mine.bound) : detail::bound_here();
  mine.bound = detail::bind(of, std::move(value), std::move(before));
  raise(std::move(mine));
  return std::move(*this);
}

}  // namespace souk
