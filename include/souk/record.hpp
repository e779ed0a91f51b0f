// Typed messages: a struct of the program as a record, and topics about it.
//
//     struct says { symbol who; std::string what; };
//     SOUK_RECORD(says, who, what)              // in the namespace of the struct, after it
//
// From then on a `says` can be sent, received and put inside other terms as itself; an untyped
// subscriber sees the record #s(says WHO WHAT). topic<says> is the same with fields that may be
// wild:
//
//     subscriber(topic<says>(_, _)).on_presence([](const topic<says>& t) { ... *t.who ... })
//
// A record of another label: SOUK_RECORD_AS(channel, "tcp-channel", source, destination,
// subpacket).
#pragma once

#include <souk/convert.hpp>
#include <souk/term.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace souk {

template <class T>
class field;
namespace detail {
template <class T>
inline constexpr bool is_field = false;
template <class T>
inline constexpr bool is_field<field<T>> = true;

/// What may stand for a field besides a value of its type.
template <class P>
concept pattern_for_field =
    std::same_as<P, anything> || std::same_as<P, wildcard> || std::same_as<P, term> ||
    is_field<P> || requires { typename P::souk_topic_of; };
}  // namespace detail

/// A field of a topic: a value of type `T`, or a pattern for one.
template <class T>
class field {
 public:
  field() : pattern_{_} {}
  /// A `T`, `_`, or a pattern: a wildcard, a term, a topic of an inner record, a field of another
  /// topic.
  template <class P>
    requires(!std::same_as<std::remove_cvref_t<P>, field>)
  field(P&& pattern)
      : pattern_{pattern_of(std::forward<P>(pattern))} {}  // NOLINT(google-explicit-constructor)

  /// The value is known and is a `T`.
  [[nodiscard]] explicit operator bool() const { return get().has_value(); }
  [[nodiscard]] std::optional<T> get() const {
    return pattern_.is_ground() ? conversion<T>::from_term(pattern_) : std::nullopt;
  }
  /// The value. Throws term_error when it is wild, or not a `T`.
  [[nodiscard]] T operator*() const {
    if (auto value = get()) return std::move(*value);
    throw term_error{"this field of the topic has no value of the type asked for: it is " +
                     to_string(pattern_) + " (test the field before using it)"};
  }
  /// The pattern itself.
  [[nodiscard]] const term& as_term() const noexcept { return pattern_; }

 private:
  template <class P>
  static term pattern_of(P&& pattern) {
    if constexpr (detail::pattern_for_field<std::remove_cvref_t<P>>) {
      return term(std::forward<P>(pattern));
    } else {
      static_assert(std::is_convertible_v<P, T>,
                    "no value of this field's type in the record, so nothing could ever match: "
                    "give a value of that "
                    "type (a symbol is \"name\"_sym, bytes are bytes{...}), _ or a pattern");
      return term(T(std::forward<P>(pattern)));
    }
  }

  term pattern_;
};

namespace detail {

/// What SOUK_RECORD says of a struct: its label, its members, and those of its topic.
template <class Value, class Topic, class Members, class TopicMembers>
struct record_description {
  const char* label;
  Members members;
  TopicMembers topic_members;

  using value_type = Value;
  using topic_type = Topic;
  [[nodiscard]] symbol name() const {
    static const symbol interned{label};
    return interned;
  }
};
template <class Value, class Topic, class... Members, class... TopicMembers>
constexpr auto describe(const char* label, std::tuple<Members...> members,
                        std::tuple<TopicMembers...> topic_members) {
  return record_description<Value, Topic, std::tuple<Members...>, std::tuple<TopicMembers...>>{
      label, members, topic_members};
}

/// The member pointers that the macros list after a 0.
template <class... Members>
constexpr auto members_of(int, Members... members) {
  return std::tuple<Members...>{members...};
}

template <class T>
concept described = requires { souk_describe(static_cast<const T*>(nullptr)); };
template <described T>
inline constexpr auto description_of = souk_describe(static_cast<const T*>(nullptr));
template <described T>
using topic_fields = typename std::remove_cvref_t<decltype(description_of<T>)>::topic_type;

template <class T>
struct member_value;
template <class C, class M>
struct member_value<M C::*> {
  using type = M;
};

/// Its terms are always inside the handle, and never wild.
template <class T>
inline constexpr bool makes_atoms =
    std::is_arithmetic_v<T> || std::same_as<T, symbol> || std::same_as<T, pid>;

template <described T, class Object, class MemberPointers>
term record_from(const Object& object, const MemberPointers& members) {
  return std::apply(
      [&](const auto&... member) {
        if constexpr ((makes_atoms<std::remove_cvref_t<decltype(object.*member)>> && ...)) {
          return record_of_atoms(description_of<T>.name(), object.*member...);
        } else {
          std::array<term, sizeof...(member)> fields{term(object.*member)...};
          return record_of_moved(description_of<T>.name(), fields);
        }
      },
      members);
}

template <class T>
bool assign_from(const term& part, T& member) {
  auto value = conversion<T>::from_term(part);
  if (!value) return false;
  member = std::move(*value);
  return true;
}

/// Converts to whatever a member of an aggregate is.
struct any_member {
  template <class M>
  operator M() const;  // NOLINT(google-explicit-constructor): never called
};
/// Whether aggregate `T` has room for as many members as there are in the pack.
template <class T, std::size_t... I>
constexpr bool has_members(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), any_member{})...}; };
}

template <described T>
[[nodiscard]] bool is_record_of(const term& t) {
  return t.is(kind::record) && t.label() == description_of<T>.name() &&
         t.parts().size() == std::tuple_size_v<decltype(description_of<T>.members)>;
}

}  // namespace detail

/// A pattern for records of struct `T`: the fields of `T` by name, each of which may be wild.
template <detail::described T>
struct topic : detail::topic_fields<T> {
  using souk_topic_of = T;

  /// All wild.
  topic() = default;
  /// One pattern for each field.
  template <class... Patterns>
    requires(sizeof...(Patterns) > 0 &&
             sizeof...(Patterns) ==
                 std::tuple_size_v<decltype(detail::description_of<T>.members)> &&
             !(sizeof...(Patterns) == 1 && (std::same_as<std::remove_cvref_t<Patterns>, topic> &&
                                            ...)))  // a copy, not a pattern
  explicit topic(Patterns&&... patterns) {
    std::apply(
        [&](const auto&... member) {
          ((this->*member =
                std::remove_cvref_t<decltype(this->*member)>(std::forward<Patterns>(patterns))),
           ...);
        },
        detail::description_of<T>.topic_members);
  }
};

template <detail::described T>
struct conversion<T> {
  static_assert(
      !std::is_aggregate_v<T> ||
          !detail::has_members<T>(
              std::make_index_sequence<
                  std::tuple_size_v<decltype(detail::description_of<T>.members)> + 1>{}),
      "SOUK_RECORD leaves out a member of the struct: what is left out would be lost on the way");

  static term to_term(const T& value) {
    return detail::record_from<T>(value, detail::description_of<T>.members);
  }
  static std::optional<T> from_term(const term& t) {
    if (!detail::is_record_of<T>(t)) return std::nullopt;
    const term* part = t.parts().data();
    if constexpr (std::default_initializable<T>) {
      // By member, so that the order in which SOUK_RECORD names them does not matter.
      std::optional<T> made{std::in_place};
      const bool all = std::apply(
          [&](auto... member) { return (detail::assign_from(*part++, (*made).*member) && ...); },
          detail::description_of<T>.members);
      if (!all) made.reset();
      return made;
    } else {
      auto fields = std::apply(
          [&]<class... M>(M...) {
            return detail::fields_from<typename detail::member_value<M>::type...>(
                [&part] { return part++; });
          },
          detail::description_of<T>.members);
      if (!fields) return std::nullopt;
      return std::apply([](auto&&... f) { return T{std::move(f)...}; }, std::move(*fields));
    }
  }
};

template <class T>
struct conversion<field<T>> {
  static term to_term(const field<T>& f) { return f.as_term(); }
};

template <class T>
struct conversion<topic<T>> {
  static term to_term(const topic<T>& t) {
    return detail::record_from<T>(t, detail::description_of<T>.topic_members);
  }
  /// A record of that label, or a wildcard: then all fields are wild.
  static std::optional<topic<T>> from_term(const term& t) {
    topic<T> result;
    if (t.is(kind::wildcard)) return result;
    if (!detail::is_record_of<T>(t)) return std::nullopt;
    std::size_t i = 0;
    std::apply([&](const auto&... member) { ((result.*member = t.parts()[i++]), ...); },
               detail::description_of<T>.topic_members);
    return result;
  }
};

}  // namespace souk

// The macros: for each field its declaration in the topic, and the two member pointers.
#define SOUK_PARENS_ ()
#define SOUK_EXPAND_(...) SOUK_EXPAND1_(SOUK_EXPAND1_(SOUK_EXPAND1_(SOUK_EXPAND1_(__VA_ARGS__))))
#define SOUK_EXPAND1_(...) SOUK_EXPAND2_(SOUK_EXPAND2_(SOUK_EXPAND2_(SOUK_EXPAND2_(__VA_ARGS__))))
#define SOUK_EXPAND2_(...) __VA_ARGS__
#define SOUK_EACH_(macro, a, ...) __VA_OPT__(SOUK_EXPAND_(SOUK_EACH_STEP_(macro, a, __VA_ARGS__)))
#define SOUK_EACH_STEP_(macro, a, one, ...) \
  macro(a, one) __VA_OPT__(SOUK_EACH_AGAIN_ SOUK_PARENS_(macro, a, __VA_ARGS__))
#define SOUK_EACH_AGAIN_() SOUK_EACH_STEP_
#define SOUK_TOPIC_FIELD_(type, name) ::souk::field<decltype(type::name)> name;
#define SOUK_MEMBER_(type, name) , &type::name

/// Makes struct `type` a record of that label with those fields, in the order of their declaration.
#define SOUK_RECORD_AS(type, label, ...)                                                           \
  struct type##_topic_fields {                                                                     \
    SOUK_EACH_(SOUK_TOPIC_FIELD_, type, __VA_ARGS__)                                               \
  };                                                                                               \
  constexpr auto souk_describe(const type*) {                                                      \
    return ::souk::detail::describe<type, type##_topic_fields>(                                    \
        label, ::souk::detail::members_of(0 SOUK_EACH_(SOUK_MEMBER_, type, __VA_ARGS__)),          \
        ::souk::detail::members_of(0 SOUK_EACH_(SOUK_MEMBER_, type##_topic_fields, __VA_ARGS__))); \
  }                                                                                                \
  static_assert(true, "a semicolon may follow")
/// Makes struct `type` a record labelled with its own name.
#define SOUK_RECORD(type, ...) SOUK_RECORD_AS(type, #type, __VA_ARGS__)
