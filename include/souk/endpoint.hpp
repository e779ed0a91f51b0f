// Endpoints: one standing interest of a process, and what it does when something happens.
//
//     subscriber(topic<says>(_, _))
//         .on_presence([](const topic<says>& t) { return greet(*t.who); })
//         .on_absence([](const topic<says>& t, const reason& why) { return mourn(*t.who, why); })
//         .on_message([](const says& s, my_state& state) { ++state.heard; })
//
// A handler takes what it names, and nothing else:
//   on_presence   topic<T> or term (the topic of the conversation), role
//   on_absence    the same, and reason
//   on_message    first the message: a type with a conversion (the handler is passed over when the
//                 body is not one), term (any body), or event (role and body)
//   all           last, the state: `S&` to change it in place, `const S&` or `S` to read it
// It returns actions, nothing, or transition(new state, actions...).
// The first handler that fits is called; if none does, nothing happens.
//
// A handler that throws crashes its process (CRA-1). A state returned or read is then as it was;
// what was changed in place before the throw stays changed, so write functionally where that
// matters.
// Source: the endpoint language of the original (sugar.rkt).
#pragma once

#include <souk/action.hpp>
#include <souk/detail/account_allocator.hpp>
#include <souk/detail/invoke.hpp>
#include <souk/pattern.hpp>
#include <souk/record.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace souk {
namespace detail {

using condition = function<bool(const event&, state_box&)>;

template <class T>
using charged_vector = std::vector<T, account_allocator<T>>;

struct clause {
  event_kind on;
  charged_vector<condition> when;
  handler run;  // asks for the kind of event, too
};

/// What a parameter of a handler of presence or absence means.
template <class T>
inline constexpr bool names_topic = false;
template <class T>
inline constexpr bool names_topic<topic<T>> = true;
template <>
inline constexpr bool names_topic<term> = true;

template <class P>
inline constexpr bool names_event_part =
    !is_in_place<P> &&
    (names_topic<std::remove_cvref_t<P>> || std::same_as<std::remove_cvref_t<P>, role> ||
     std::same_as<std::remove_cvref_t<P>, reason> || std::same_as<std::remove_cvref_t<P>, event>);

/// One argument of a handler, made from the event or the state. Empty: the handler does not fit.
template <class P>
auto argument_for(const event& e, state_box& state) {
  using type = std::remove_cvref_t<P>;
  if constexpr (!names_event_part<P>) {
    return &state.get<type>();
  } else if constexpr (std::same_as<type, role>) {
    return &e.role();
  } else if constexpr (std::same_as<type, reason>) {
    return &e.why();
  } else if constexpr (std::same_as<type, event>) {
    return &e;
  } else if constexpr (std::same_as<type, term>) {
    return &e.topic();
  } else {
    return conversion<type>::from_term(e.topic());
  }
}

/// The message as the first parameter of its handler wants it.
template <class P>
auto message_for(const event& e) {
  using type = std::remove_cvref_t<P>;
  if constexpr (std::same_as<type, event>) {
    return &e;
  } else if constexpr (std::same_as<type, term>) {
    return &e.body();
  } else {
    static_assert(
        receivable<type>,
        "the first parameter of on_message() is the message: a term, a type with a conversion "
        "(SOUK_RECORD makes one for a struct), or an event. The state comes after it, or as a "
        "single `S&`");
    return conversion<type>::from_term(e.body());
  }
}

template <class F, std::size_t... I>
bool run_on_change(const F& f, const event& e, state_box& state, actions& out,
                   std::index_sequence<I...>) {
  auto arguments = std::tuple{argument_for<parameter<F, I>>(e, state)...};
  if (!(static_cast<bool>(std::get<I>(arguments)) && ...)) return false;
  if constexpr (std::is_void_v<result_of<F>>) {
    f(*std::get<I>(arguments)...);
  } else {
    settle(state, f(*std::get<I>(arguments)...), out);
  }
  return true;
}

template <class F>
bool run_on_message(const F& f, const event& e, state_box& state, actions& out) {
  if constexpr (parameter_count<F> == 0) {
    call(f, state, out);
  } else if constexpr (is_in_place<parameter<F, 0>>) {
    call(f, state, out);
  } else {
    auto message = message_for<parameter<F, 0>>(e);
    if (!message) return false;
    call(f, state, out, *message);
  }
  return true;
}

}  // namespace detail

/// An endpoint under construction; becomes an add_endpoint action. Its id is fresh unless named().
class SOUK_EXPORT endpoint {
 public:
  explicit endpoint(souk::role r) : id_{fresh_symbol("endpoint")}, role_{std::move(r)} {}

  /// The id, for delete_endpoint() or to replace the handlers later.
  [[nodiscard]] endpoint named(term id) && {
    id_ = std::move(id);
    return std::move(*this);
  }
  [[nodiscard]] const term& id() const noexcept { return id_; }

  template <class F>
  [[nodiscard]] endpoint on_presence(F&& f) && {
    return std::move(*this).on_change(event_kind::presence, std::forward<F>(f));
  }
  template <class F>
  [[nodiscard]] endpoint on_absence(F&& f) && {
    return std::move(*this).on_change(event_kind::absence, std::forward<F>(f));
  }
  /// Handlers, tried in order; a pattern before a handler must match the body too:
  /// on_message(topic<order>(_, "urgent"_sym), f, g).
  template <class First, class... Rest>
  [[nodiscard]] endpoint on_message(First&& first, Rest&&... rest) && {
    if constexpr (detail::plain_callable<std::decay_t<First>>) {
      add_message_clause(std::forward<First>(first), narrowing_);
      if constexpr (sizeof...(Rest) == 0) {
        return std::move(*this);
      } else {
        return std::move(*this).on_message(std::forward<Rest>(rest)...);
      }
    } else {
      static_assert(std::is_convertible_v<First, term>,
                    "on_message() takes handlers, each with a pattern before it or not; a handler "
                    "names the types of "
                    "its parameters (no `auto`, no overloads)");
      static_assert(sizeof...(Rest) > 0, "after a pattern of on_message() comes its handler");
      return std::move(*this).on_matching_message(term(std::forward<First>(first)),
                                                  std::forward<Rest>(rest)...);
    }
  }

  // Each match_... narrows the handlers that come after it, until otherwise().
  /// A state equal to the value, or one for which the function [](const S&) says true.
  template <class Condition>
  [[nodiscard]] endpoint match_state(Condition&& c) && {
    using type = std::decay_t<Condition>;
    if constexpr (detail::plain_callable<type>) {
      using state_type = std::remove_cvref_t<detail::parameter<type, 0>>;
      return std::move(*this).narrow(
          [c = type(std::forward<Condition>(c))](const event&, detail::state_box& s) {
            return static_cast<bool>(c(s.get<state_type>()));
          });
    } else {
      return std::move(*this).narrow(
          [c = type(std::forward<Condition>(c))](const event&, detail::state_box& s) {
            return s.get<type>() == c;
          });
    }
  }
  [[nodiscard]] endpoint match_orientation(orientation o) &&;
  [[nodiscard]] endpoint match_interest_type(interest_type i) &&;
  /// The topic of the event matches the pattern.
  [[nodiscard]] endpoint match_conversation(term pattern) &&;
  /// The reason of an absence matches the pattern; other events pass.
  [[nodiscard]] endpoint match_reason(term pattern) &&;
  /// The handlers that come after it are for all events again.
  [[nodiscard]] endpoint otherwise() && {
    narrowing_.clear();
    return std::move(*this);
  }

  /// The action.
  [[nodiscard]] add_endpoint build() const;

 private:
  template <class F>
  endpoint on_change(event_kind on, F&& f) && {
    using type = std::decay_t<F>;
    clauses_.push_back({on, narrowing_,
                        handler{[on, f = type(std::forward<F>(f))](
                                    const event& e, detail::state_box& s, actions& out) {
                          return e.which() == on &&
                                 detail::run_on_change(
                                     f, e, s, out,
                                     std::make_index_sequence<detail::parameter_count<type>>{});
                        }}});
    return std::move(*this);
  }
  template <class F>
  void add_message_clause(F&& f, detail::charged_vector<detail::condition> when) {
    using type = std::decay_t<F>;
    clauses_.push_back({event_kind::message, std::move(when),
                        handler{[f = type(std::forward<F>(f))](const event& e, detail::state_box& s,
                                                               actions& out) {
                          return e.which() == event_kind::message &&
                                 detail::run_on_message(f, e, s, out);
                        }}});
  }
  template <class F, class... Rest>
  endpoint on_matching_message(term pattern, F&& f, Rest&&... rest) && {
    static_assert(detail::plain_callable<std::decay_t<F>>,
                  "after a pattern of on_message() comes its handler");
    auto when = narrowing_;
    when.emplace_back([pattern = std::move(pattern)](const event& e, detail::state_box&) {
      return fits(e.body(), pattern);
    });
    add_message_clause(std::forward<F>(f), std::move(when));
    if constexpr (sizeof...(Rest) == 0) {
      return std::move(*this);
    } else {
      return std::move(*this).on_message(std::forward<Rest>(rest)...);
    }
  }
  template <class F>
  endpoint narrow(F&& f) && {
    narrowing_.emplace_back(std::forward<F>(f));
    return std::move(*this);
  }

  term id_;
  souk::role role_;
  detail::charged_vector<detail::clause> clauses_;
  detail::charged_vector<detail::condition> narrowing_;
};

inline void actions::push(const endpoint& one) { all_.push_back(action{one.build()}); }

/// Says that this process publishes on the topic, and handles feedback.
[[nodiscard]] inline endpoint publisher(term topic) {
  return endpoint{{orientation::publisher, interest_type::participant, std::move(topic)}};
}
/// Says that this process wants messages on the topic.
[[nodiscard]] inline endpoint subscriber(term topic) {
  return endpoint{{orientation::subscriber, interest_type::participant, std::move(topic)}};
}
/// Hears of the publishers of the topic without being seen by them (INT-1).
[[nodiscard]] inline endpoint observe_publishers(term topic) {
  return endpoint{{orientation::subscriber, interest_type::observer, std::move(topic)}};
}
[[nodiscard]] inline endpoint observe_subscribers(term topic) {
  return endpoint{{orientation::publisher, interest_type::observer, std::move(topic)}};
}
/// Hears of participants and observers too.
[[nodiscard]] inline endpoint observe_publishers_everything(term topic) {
  return endpoint{{orientation::subscriber, interest_type::everything, std::move(topic)}};
}
[[nodiscard]] inline endpoint observe_subscribers_everything(term topic) {
  return endpoint{{orientation::publisher, interest_type::everything, std::move(topic)}};
}

}  // namespace souk
