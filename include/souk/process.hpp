// Starting processes and nested VMs.
//
// A process is made from what it starts with: actions, a transition with its first state, or a
// function that returns either (and may take the new pid). Prefer the function where making it may
// fail: an exception then ends the child, not its parent (CRA-3).
//
//     spawn(subscriber(topic<says>(_, _)).on_message(...))             // a stateless process
//     spawn([=] { return transition(0, subscriber(...)); })            // with a state
//     spawn_vm(at_meta_level(observe_publishers(...)), publisher(...)) // a VM of its own
#pragma once

#include <souk/action.hpp>
#include <souk/detail/invoke.hpp>
#include <souk/endpoint.hpp>

#include <type_traits>
#include <utility>

namespace souk {
namespace detail {

/// It has the bindings of the block that it is made in, if it is made in one.
inline void raise_here(spawn_action& child) {
  if (code_of_thread.is_local) [[unlikely]]
    child.raise({.under = {}, .bound = bound_here()});
}

template <class Result>
booted boot_from(Result&& result) {
  using type = std::remove_cvref_t<Result>;
  if constexpr (is_transition<type>) {
    return booted{state_box{std::forward<Result>(result).state},
                  actions{std::forward<Result>(result).actions}.take()};
  } else {
    return booted{state_box{stateless{}}, actions{std::forward<Result>(result)}.take()};
  }
}

template <class F>
booted boot_by_calling(const F& f, pid self) {
  const auto invoke = [&](auto... arguments) {
    if constexpr (std::is_void_v<result_of<F>>) {
      f(arguments...);
      return booted{state_box{stateless{}}, {}};
    } else if constexpr (std::same_as<std::remove_cvref_t<result_of<F>>, booted>) {
      return f(arguments...);
    } else {
      return boot_from(f(arguments...));
    }
  };
  if constexpr (parameter_count<F> == 0) {
    return invoke();
  } else {
    return invoke(self);
  }
}

template <class F>
concept maker_of_boot = plain_callable<F> && parameter_count<F> == 1 &&
                        std::same_as<std::remove_cvref_t<result_of<F>>, boot_function>;

}  // namespace detail

/// What a process starts with, as a function that makes it: of actions, a transition or a function,
/// as spawn() takes them.
template <class... Parts>
[[nodiscard]] boot_function boot(Parts&&... parts) {
  if constexpr (sizeof...(Parts) == 1 &&
                (std::same_as<std::remove_cvref_t<Parts>, boot_function> && ...)) {
    return boot_function((std::forward<Parts>(parts), ...));
  } else if constexpr (sizeof...(Parts) == 1 &&
                       (detail::plain_callable<std::decay_t<Parts>> && ...)) {
    return boot_function{[... f = std::decay_t<Parts>(std::forward<Parts>(parts))](pid self) {
      return (detail::boot_by_calling(f, self), ...);
    }};
  } else if constexpr (sizeof...(Parts) == 1 &&
                       (detail::is_transition<std::remove_cvref_t<Parts>> && ...)) {
    static_assert(
        (std::is_copy_constructible_v<std::remove_cvref_t<Parts>> && ...),
        "spawn() of a transition copies its state each time the action is performed; this "
        "state cannot be copied. Write a function instead: spawn([] { return transition(...); })");
    return boot_function{[... t = std::remove_cvref_t<Parts>(std::forward<Parts>(parts))](pid) {
      return (detail::boot_from(t), ...);
    }};
  } else {
    return boot_function{
        [all = actions{std::forward<Parts>(parts)...}](pid) { return detail::boot_from(all); }};
  }
}

/// Starts a process in this VM. The boot function runs when the action is performed; the child's
/// first actions are a transition of its own, after the parent's (ORD-4).
template <class... Parts>
[[nodiscard]] spawn_action spawn(Parts&&... parts) {
  spawn_action child{souk::boot(std::forward<Parts>(parts)...)};
  detail::raise_here(child);
  return child;
}

/// Starts a nested VM: a process of this VM whose inside is a VM of its own, with one process made
/// of `parts` as spawn() does. A function from the VM's own pid to boot(...) will
/// also do. It lives
/// while it has meta-endpoints or something to do (GC-3).
template <class... Parts>
[[nodiscard]] spawn_action spawn_vm(Parts&&... parts) {
  using maker = detail::function<boot_function(pid)>;
  if constexpr (sizeof...(Parts) == 1 && (detail::maker_of_boot<std::decay_t<Parts>> && ...)) {
    spawn_action child{(maker{std::forward<Parts>(parts)}, ...)};
    detail::raise_here(child);
    return child;
  } else {
    return spawn_vm(
        maker{[boot = souk::boot(std::forward<Parts>(parts)...)](pid) { return boot; }});
  }
}

/// The same process under a name that logs and tools show.
[[nodiscard]] inline spawn_action name_process(term name, spawn_action process) {
  process.name = std::move(name);
  return process;
}

template <class K>
spawn_action spawn_action::then(K&& k) && {
  then_do = spawn_continuation{
      [k = std::decay_t<K>(std::forward<K>(k))](pid child, detail::state_box& state, actions& out) {
        detail::call(k, state, out, child);
      }};
  return std::move(*this);
}

/// Lets the rest of the VM go on, then continues with `k`: k(), or k(state).
template <class K>
[[nodiscard]] yield_action yield(K&& k) {
  return yield_action{
      continuation{[k = std::decay_t<K>(std::forward<K>(k))](
                       detail::state_box& state, actions& out) { detail::call(k, state, out); }}};
}

}  // namespace souk
