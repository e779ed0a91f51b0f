// Actions: what a process asks of its VM, and the transitions that carry them.
//
// Actions are values: copy them, keep them, put them together. Nothing happens until a handler, a
// boot function or a continuation returns them; then the VM performs them in order, all of one
// transition together (ORD-1, ORD-3).
//
//     return actions{send_message(says{me, "hello"}), delete_endpoint("greeter"_sym), quit()};
//
// Where actions are wanted, these will do: one action, an endpoint, `actions`, an optional or a
// vector of them, or nothing at all (a handler that returns void).
#pragma once

#include <souk/custodian.hpp>
#include <souk/detail/action_list.hpp>
#include <souk/detail/bindings.hpp>
#include <souk/detail/callable.hpp>
#include <souk/detail/function.hpp>
#include <souk/detail/state_box.hpp>
#include <souk/error.hpp>
#include <souk/event.hpp>
#include <souk/export.hpp>
#include <souk/role.hpp>
#include <souk/term.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace souk {

struct action;
class actions;
class endpoint;
template <class T>
class parameter;

using action_list = detail::list_of_actions<action>;

/// The state of a process that needs none.
struct stateless {};

/// What a process starts with.
struct booted {
  detail::state_box state;
  action_list first;
};

// What is called adds its actions to those given to it: one sequence is used again and again. When
// it throws, they are of no use.
/// False: the event means nothing to it, and it did nothing.
using handler = detail::function<bool(const event&, detail::state_box&, actions&)>;
/// Makes a process: called with its pid when the spawn is performed (ORD-4).
using boot_function = detail::function<booted(pid)>;
using continuation = detail::function<void(detail::state_box&, actions&)>;
using spawn_continuation = detail::function<void(pid, detail::state_box&, actions&)>;

/// Adds an endpoint, or replaces role and handler of the one of that id (UPD-1). A different role
/// under an id in use crashes the process (D-1). Usually written with endpoint.hpp.
struct add_endpoint {
  term id;
  souk::role role;
  handler on_event;
};

/// Deletes the endpoint of that id; both sides of each pair hear of it (ABS-1). Unknown id:
/// nothing.
struct delete_endpoint {
  term id;
  term why;

  explicit delete_endpoint(term endpoint_id, term reason = false)
      : id{std::move(endpoint_id)}, why{std::move(reason)} {}
};

/// Sends to all matching endpoints of the other orientation, the sender's own too (MSG-1 to MSG-6).
struct send_message {
  term body;
  souk::orientation orientation;

  explicit send_message(term message, souk::orientation from = orientation::publisher)
      : body{std::move(message)}, orientation{from} {}
};
/// A message the other way: to publishers (MSG-5).
[[nodiscard]] inline send_message send_feedback(term body) {
  return send_message{std::move(body), orientation::subscriber};
}

/// Ends a process: this one, or another by its pid (QUI-1, QUI-2). Peers see absence with the
/// reason.
struct quit {
  std::optional<pid> who;
  term why;

  quit() = default;
  explicit quit(term reason) : why{std::move(reason)} {}
  quit(pid victim, term reason) : who{victim}, why{std::move(reason)} {}
  /// quit(some_pid) could mean either: say quit(pid, reason), or quit(term{pid}) for a reason.
  explicit quit(pid) = delete;
};

namespace detail {
/// What a child is given beside its boot function.
struct upbringing {
  /// The account that its own is inside of. None: a VM's is inside that of whoever spawns it, and a
  /// process has none of its own.
  held_account under{};
  bindings bound{};  ///< empty: those of the process that spawns it
};
}  // namespace detail

/// Starts a process; made by spawn() and spawn_vm() of process.hpp.
struct spawn_action {
  /// An ordinary process, or the maker of a nested VM's first process (given the VM's pid).
  std::variant<boot_function, detail::function<boot_function(pid)>> what;
  spawn_continuation then_do{};
  term name{};
  /// What it does not have from the process that spawns it. Empty: nothing.
  detail::function<const detail::upbringing&()> how_raised{};

  /// Runs `k` in the parent once the child is made, with the child's pid (SPN-1): k(pid), or
  /// k(pid, state).
  template <class K>
  [[nodiscard]] spawn_action then(K&& k) &&;
  /// `by` looks after it too: it pays for the nested VM; or for the process and all that it spawns,
  /// which are then limited and ended apart from the others of their VM.
  [[nodiscard]] spawn_action under(const custodian& by) && {
    detail::upbringing mine = raised();
    mine.under = by.inside_;
    raise(std::move(mine));
    return std::move(*this);
  }
  /// It, and what it spawns, has that value of the parameter.
  template <class T>
  [[nodiscard]] spawn_action with(const parameter<T>& of, std::type_identity_t<T> value) &&;

  [[nodiscard]] detail::upbringing raised() const {
    return how_raised ? how_raised() : detail::upbringing{};
  }
  void raise(detail::upbringing mine) {
    how_raised = detail::function<const detail::upbringing&()>{
        [mine = std::move(mine)]() -> const detail::upbringing& { return mine; }};
  }
};

/// Runs a continuation in its place in the transition, with the state of that moment (YLD-1): made
/// by yield() of process.hpp.
struct yield_action {
  continuation k;
};

struct action {
  std::variant<add_endpoint, delete_endpoint, send_message, spawn_action, quit, yield_action> what;
  bool at_meta_level = false;

  /// Constructs the one kind in place: no temporary to move.
  template <class What>
    requires(!std::same_as<std::remove_cvref_t<What>, action>)
  explicit action(What&& one) : what(std::forward<What>(one)) {}

  /// It holds no memory, so that nothing is lost without its destructor.
  [[nodiscard]] bool is_spent() const noexcept {
    const auto* const message = std::get_if<send_message>(&what);
    return message != nullptr && message->body.is_plain();
  }
};

/// What at_meta_level() makes: actions on the VM around this VM.
struct meta_actions {
  action_list all;
};

template <class T>
concept plain_action =
    std::same_as<T, add_endpoint> || std::same_as<T, delete_endpoint> ||
    std::same_as<T, send_message> || std::same_as<T, spawn_action> || std::same_as<T, quit>;

/// A sequence of actions: the second half of a transition.
class SOUK_EXPORT actions {
 public:
  actions() = default;
  template <class... Parts>
    requires(sizeof...(Parts) > 0 &&
             !(sizeof...(Parts) == 1 && (std::same_as<std::remove_cvref_t<Parts>, actions> && ...)))
  actions(
      Parts&&... parts) {  // NOLINT(google-explicit-constructor): one action is a sequence of one
    (append(std::forward<Parts>(parts)), ...);
  }

  template <class Part>
  void append(Part&& part) {
    using type = std::remove_cvref_t<Part>;
    if constexpr (std::same_as<type, action> || std::same_as<type, endpoint>) {
      push(std::forward<Part>(part));
    } else if constexpr (plain_action<type> || std::same_as<type, yield_action>) {
      all_.emplace_back(std::forward<Part>(part));
    } else if constexpr (std::same_as<type, actions>) {
      all_.append(std::forward<Part>(part).all_);
    } else if constexpr (std::same_as<type, meta_actions>) {
      all_.append(std::forward<Part>(part).all);
    } else if constexpr (requires {
                           part.has_value();
                           *part;
                         }) {
      if (part.has_value()) append(*std::forward<Part>(part));
    } else if constexpr (requires {
                           part.begin();
                           part.end();
                         }) {
      for (auto&& one : part) append(one);
    } else {
      static_assert(
          detail::never<type>,
          "not an action. Actions are made by send_message(), publisher(), subscriber(), "
          "spawn(), quit(), ...; a new state is returned with transition(state, actions...)");
    }
  }

  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
  [[nodiscard]] auto end() const noexcept { return all_.end(); }
  /// The actions themselves; this object is empty afterwards.
  [[nodiscard]] action_list take() && noexcept { return std::move(all_); }
  [[nodiscard]] action_list& list() noexcept { return all_; }
  /// Keeps the memory.
  void clear() noexcept { all_.clear(); }

 private:
  void push(action&& one) { all_.push_back(std::move(one)); }
  void push(const action& one) { all_.push_back(one); }
  void push(const endpoint& one);
  action_list all_;
};

/// A new state and actions: what a functional handler, boot function or continuation returns.
template <class State>
struct transition {
  State state;
  souk::actions actions;

  template <class S, class... Parts>
    requires std::constructible_from<State, S>
  explicit transition(S&& new_state, Parts&&... parts) : state(std::forward<S>(new_state)) {
    (actions.append(std::forward<Parts>(parts)), ...);
  }
};
template <class S, class... Parts>
transition(S&&, Parts&&...) -> transition<std::decay_t<S>>;

/// `t`, and after it more: actions, or functions from the state to a further transition.
template <class State, class... Items>
[[nodiscard]] transition<State> sequence_actions(transition<State> t, Items&&... items) {
  const auto add = [&t](auto&& item) {
    if constexpr (std::is_invocable_v<decltype(item), State>) {
      transition<State> next = std::forward<decltype(item)>(item)(std::move(t.state));
      t.state = std::move(next.state);
      t.actions.append(std::move(next.actions));
    } else {
      t.actions.append(std::forward<decltype(item)>(item));
    }
  };
  (add(std::forward<Items>(items)), ...);
  return t;
}

namespace detail {
/// Marks the actions as at-meta-level; throws usage_error on what cannot be (VM-10).
[[nodiscard]] SOUK_EXPORT meta_actions lift(actions plain);
}  // namespace detail

/// The same actions, performed in the VM around this VM (VM-2 to VM-7). Not a yield, and one level
/// only (VM-10): that does not compile, or inside `actions` throws usage_error.
template <class... Parts>
[[nodiscard]] meta_actions at_meta_level(Parts&&... parts) {
  static_assert(
      !(std::same_as<std::remove_cvref_t<Parts>, yield_action> || ...),
      "at_meta_level() of a yield: a process yields in its own VM only; write the yield beside "
      "at_meta_level(), not inside");
  static_assert(
      !(std::same_as<std::remove_cvref_t<Parts>, meta_actions> || ...),
      "at_meta_level() reaches one level up. To go further, spawn a relay process in the VM "
      "around this one");
  return detail::lift(actions{std::forward<Parts>(parts)...});
}

}  // namespace souk
