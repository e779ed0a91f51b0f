// Calling what the program wrote with the state of its process, and taking in what it returns.
#pragma once

#include <souk/action.hpp>
#include <souk/detail/callable.hpp>
#include <souk/detail/state_box.hpp>

#include <type_traits>
#include <utility>

namespace souk::detail {

template <class T>
inline constexpr bool is_transition = false;
template <class S>
inline constexpr bool is_transition<transition<S>> = true;

/// Adds the actions of a result to `out`; then its state, if it has one, replaces the old: last of
/// all, so that an exception leaves the old state (CRA-1).
template <class Result>
void settle(state_box& state, Result&& result, actions& out) {
  using type = std::remove_cvref_t<Result>;
  if constexpr (is_transition<type>) {
    using state_type = decltype(result.state);
    state_type& current = state.get<state_type>();
    out.append(std::move(result.actions));
    if constexpr (std::is_nothrow_move_assignable_v<state_type>) {
      current = std::move(result.state);
    } else {
      state = state_box{std::move(result.state)};
    }
  } else {
    out.append(std::forward<Result>(result));
  }
}

/// Calls `f` with `arguments`, and with the state if it takes one parameter more. What it answers
/// is added to `out`.
template <class F, class... Arguments>
void call(const F& f, state_box& state, actions& out, Arguments&&... arguments) {
  const auto invoke = [&](auto&&... all) {
    if constexpr (std::is_void_v<result_of<F>>) {
      f(std::forward<decltype(all)>(all)...);
    } else {
      settle(state, f(std::forward<decltype(all)>(all)...), out);
    }
  };
  constexpr std::size_t given = sizeof...(Arguments);
  if constexpr (parameter_count<F> == given) {
    invoke(std::forward<Arguments>(arguments)...);
  } else {
    static_assert(parameter_count<F> == given + 1, "too many or too few parameters");
    using state_type = std::remove_cvref_t<parameter<F, given>>;
    invoke(std::forward<Arguments>(arguments)..., state.get<state_type>());
  }
}

}  // namespace souk::detail
