// What a lambda or function takes and gives back, so that the API can hand it what it asks for.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace souk::detail {

template <class>
inline constexpr bool never = false;

/// A callable whose parameters and result are known: no template parameters, no overloads.
template <class F>
struct signature_of {
  static_assert(
      never<F>,
      "a handler names the types of its parameters (no `auto`, no overloads): that is how it "
      "is known what to give it");
};

template <class R, class... A>
struct signature_of<R (*)(A...)> {
  using result = R;
  using parameters = std::tuple<A...>;
};
template <class R, class... A>
struct signature_of<R (*)(A...) noexcept> : signature_of<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature_of<R (C::*)(A...) const> : signature_of<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature_of<R (C::*)(A...) const noexcept> : signature_of<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature_of<R (C::*)(A...)> {
  static_assert(
      never<C>,
      "a handler may not be `mutable`: all that a process keeps between events is its state. "
      "Take the state as the last parameter: [](const message& m, my_state& s) { ... }");
};
template <class F>
  requires requires { &F::operator(); }
struct signature_of<F> : signature_of<decltype(&F::operator())> {};

template <class F>
concept plain_callable = (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>) ||
                         requires { &F::operator(); };

template <class F>
using result_of = typename signature_of<F>::result;
template <class F>
using parameters_of = typename signature_of<F>::parameters;
template <class F>
inline constexpr std::size_t parameter_count = std::tuple_size_v<parameters_of<F>>;
template <class F, std::size_t I>
using parameter = std::tuple_element_t<I, parameters_of<F>>;

/// A `T&` that may be written to: the state of a process, taken in place.
template <class P>
inline constexpr bool is_in_place =
    std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>;

}  // namespace souk::detail
