// How values of the program become terms and come back.
//
// `conversion<T>::to_term(value)` makes the term, `conversion<T>::from_term(t)` gives an optional:
// the value if the term is one. There are conversions for numbers, texts, symbols, pids, terms,
// lists (std::vector), proper lists of fixed length (std::tuple, std::pair), std::variant (the
// first alternative that fits) and, by SOUK_RECORD of record.hpp, for structs. Specialise it for
// others.
#pragma once

#include <souk/term.hpp>

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace souk {

template <class T>
concept receivable = requires(const term& t) {
  { conversion<T>::from_term(t) } -> std::same_as<std::optional<T>>;
};

template <>
struct conversion<term> {
  static std::optional<term> from_term(const term& t) { return t; }
};
template <>
struct conversion<bool> {
  static std::optional<bool> from_term(const term& t) {
    return t.is(kind::boolean) ? std::optional{t.as_boolean()} : std::nullopt;
  }
};
template <whole_number Int>
struct conversion<Int> {
  static std::optional<Int> from_term(const term& t) {
    if (!t.is(kind::integer) || !std::in_range<Int>(t.as_integer())) return std::nullopt;
    return static_cast<Int>(t.as_integer());
  }
};
/// A real, or an integer as one.
template <std::floating_point Real>
struct conversion<Real> {
  static std::optional<Real> from_term(const term& t) {
    if (t.is(kind::real)) return static_cast<Real>(t.as_real());
    if (t.is(kind::integer)) return static_cast<Real>(t.as_integer());
    return std::nullopt;
  }
};
template <>
struct conversion<std::string> {
  static std::optional<std::string> from_term(const term& t) {
    return t.is(kind::string) ? std::optional{std::string{t.as_string()}} : std::nullopt;
  }
};
template <>
struct conversion<bytes> {
  static std::optional<bytes> from_term(const term& t) {
    return t.is(kind::bytes) ? std::optional{bytes{std::string{t.as_bytes()}}} : std::nullopt;
  }
};
template <>
struct conversion<fault> {
  static std::optional<fault> from_term(const term& t) {
    return t.is(kind::error) ? std::optional{fault{std::string{t.as_error()}}} : std::nullopt;
  }
};
template <>
struct conversion<symbol> {
  static std::optional<symbol> from_term(const term& t) {
    return t.is(kind::symbol) ? std::optional{t.as_symbol()} : std::nullopt;
  }
};
template <>
struct conversion<pid> {
  static std::optional<pid> from_term(const term& t) {
    return t.is(kind::pid) ? std::optional{t.as_pid()} : std::nullopt;
  }
};

template <class T>
struct conversion<std::vector<T>> {
  static term to_term(const std::vector<T>& values) {
    term result = nil;
    for (std::size_t i = values.size(); i > 0; --i)
      result = cons(term(T(values[i - 1])), std::move(result));
    return result;
  }
  static std::optional<std::vector<T>> from_term(const term& t) {
    std::vector<T> values;
    const term* rest = &t;
    for (; rest->is(kind::pair); rest = &rest->tail()) {
      auto value = conversion<T>::from_term(rest->head());
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    if (!rest->is(kind::nil)) return std::nullopt;
    return values;
  }
};

namespace detail {

/// The fields, if there are exactly as many and each converts. `next` yields a pointer to the next
/// part, or null.
template <class... Ts, class Next>
std::optional<std::tuple<Ts...>> fields_from(Next next) {
  std::tuple<std::optional<Ts>...> found;
  const auto take = [&](auto& slot) {
    const term* const part = next();
    if (part == nullptr) return false;
    slot = std::remove_reference_t<decltype(slot)>(
        conversion<typename std::remove_reference_t<decltype(slot)>::value_type>::from_term(*part));
    return slot.has_value();
  };
  const bool all = std::apply([&](auto&... slots) { return (take(slots) && ...); }, found);
  if (!all) return std::nullopt;
  return std::apply([](auto&... slots) { return std::tuple<Ts...>{std::move(*slots)...}; }, found);
}

template <class... Ts>
std::optional<std::tuple<Ts...>> list_fields(const term& t) {
  const term* rest = &t;
  auto values = fields_from<Ts...>([&rest]() -> const term* {
    if (!rest->is(kind::pair)) return nullptr;
    return &std::exchange(rest, &rest->tail())->head();
  });
  if (!rest->is(kind::nil)) return std::nullopt;
  return values;
}

}  // namespace detail

template <class... Ts>
struct conversion<std::tuple<Ts...>> {
  static term to_term(const std::tuple<Ts...>& values) {
    return std::apply([](const auto&... parts) { return list(parts...); }, values);
  }
  static std::optional<std::tuple<Ts...>> from_term(const term& t) {
    return detail::list_fields<Ts...>(t);
  }
};
template <class A, class B>
struct conversion<std::pair<A, B>> {
  static term to_term(const std::pair<A, B>& values) { return list(values.first, values.second); }
  static std::optional<std::pair<A, B>> from_term(const term& t) {
    auto values = detail::list_fields<A, B>(t);
    if (!values) return std::nullopt;
    return std::pair<A, B>{std::move(std::get<0>(*values)), std::move(std::get<1>(*values))};
  }
};

template <class... Ts>
struct conversion<std::variant<Ts...>> {
  static term to_term(const std::variant<Ts...>& value) {
    return std::visit([](const auto& v) { return term(v); }, value);
  }
  static std::optional<std::variant<Ts...>> from_term(const term& t) {
    std::optional<std::variant<Ts...>> result;
    const auto try_one = [&](auto found) {
      if (found) result.emplace(std::move(*found));
      return result.has_value();
    };
    (void)(try_one(conversion<Ts>::from_term(t)) || ...);
    return result;
  }
};

}  // namespace souk
