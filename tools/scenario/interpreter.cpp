// Scenarios on the public API of souk (README sections 3 to 6).
//
// The state of every process is a term. What a handler of the interpreter throws at the VM is only
// what the scenario says (`crash`), or what the audience makes of an error of the scenario itself.
#include "tools/scenario/interpreter.hpp"

#include <vector>

#include "tools/scenario/document.hpp"
#include "tools/scenario/evaluate.hpp"

namespace souk::tool {
namespace {

/// A list of actions that expands to more than this is a mistake in a `for`.
constexpr std::size_t most_actions = 1'000'000;

/// The exception of `crash`.
class scripted_crash : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

interest_type to_souk(interests i) {
  switch (i) {
    case interests::participant: return interest_type::participant;
    case interests::observer: return interest_type::observer;
    case interests::everything: break;
  }
  return interest_type::everything;
}

event_kind to_souk(occasions o) {
  switch (o) {
    case occasions::presence: return event_kind::presence;
    case occasions::absence: return event_kind::absence;
    case occasions::message: break;
  }
  return event_kind::message;
}

term& state_of(detail::state_box& box) { return box.get<term>(); }

/// Where a list of actions stands: what its closures need.
struct context {
  environment names;
  std::shared_ptr<process_record> process;
  bool at_meta_level = false;
};

class interpreter : public std::enable_shared_from_this<interpreter> {
 public:
  interpreter(std::shared_ptr<const scenario> program, std::shared_ptr<audience> told)
      : program_{std::move(program)}, told_{std::move(told)} {}

  [[nodiscard]] boot_function whole() { return boot_of(program_->boot, environment{}); }

 private:
  /// Calls `f`, which stands at `at` in the file. After an error nothing is done any more.
  template <class F>
  auto guarded(const place& at, F f) -> decltype(f()) {
    if (told_->has_failed()) return decltype(f())();
    try {
      return f();
    } catch (const scripted_crash&) {
      throw;
    } catch (const scenario_error& error) {
      told_->fail(error.text(program_->file));
    } catch (const std::exception& error) {
      told_->fail(scenario_error{at, error.what()}.text(program_->file));
    }
    return decltype(f())();
  }

  // ---- processes ----

  boot_function boot_of(const shared_definition& definition, const environment& names) {
    return boot_function{[this, keep = shared_from_this(), definition, names](pid self) {
      return guarded(definition->at, [&] { return boot(*definition, names, self); });
    }};
  }

  booted boot(const process_definition& definition, const environment& around, pid self) {
    const auto process =
        told_->start_process(self, name_of(definition.name, around), definition.observe);
    told_->log_boot(*process);
    if (definition.crash) throw scripted_crash(*definition.crash);
    environment names = around.with("self", self);
    term state = evaluate(definition.state, names);
    names = names.with("state", state);
    names = names.with(evaluate(definition.let, names));
    actions first = build(definition.actions, {names, process});
    return booted{detail::state_box{std::move(state)}, std::move(first).take()};
  }

  std::string name_of(const process_name& name, const environment& names) {
    if (const auto* fixed = std::get_if<std::string>(&name)) return *fixed;
    std::string out;
    for (const auto& part : std::get<template_list>(name)) {
      if (&part != &std::get<template_list>(name).front()) out += '-';
      out += name_part(evaluate(part, names), part.at);
    }
    return out;
  }

  std::string name_part(const term& value, const place& at) {
    switch (value.which()) {
      case kind::symbol: return value.as_symbol().name();
      case kind::string: return std::string{value.as_string()};
      case kind::integer: return std::to_string(value.as_integer());
      case kind::pid: return told_->label_of(value.as_pid());
      default:
        throw scenario_error(at,
                             "a part of a name must be a symbol, string, integer or pid, but is " +
                                 to_string(value));
    }
  }

  // ---- rules ----

  handler handler_of(const place& at, const shared_rules& rules, const term& id,
                     const context& in) {
    return handler{[this, keep = shared_from_this(), at, rules, id, in](
                       const event& e, detail::state_box& box, actions& out) {
      guarded(at, [&] {
        told_->log_event(*in.process, id, e, in.at_meta_level);
        const environment names = in.names.with(names_of(e, state_of(box)));
        for (const rule& each : *rules) {
          matcher found{names};
          if (fits(each, e, found) && fits_state(each, box, found))
            return fire(each, found, box, in, out);
        }
      });
      return true;
    }};
  }

  static named_terms names_of(const event& e, const term& state) {
    named_terms out;
    out.emplace_back("state", state);
    out.emplace_back("topic", e.topic());
    out.emplace_back("orientation", symbol{to_string(e.role().orientation)});
    out.emplace_back("interest", symbol{to_string(e.role().interest)});
    if (e.which() == event_kind::message) out.emplace_back("body", e.body());
    if (e.which() == event_kind::absence) out.emplace_back("reason", e.why().value);
    return out;
  }

  static bool fits(const rule& r, const event& e, matcher& found) {
    return to_souk(*r.on) == e.which() &&
           (!r.orientation || to_souk(*r.orientation) == e.role().orientation) &&
           (!r.interest || to_souk(*r.interest) == e.role().interest) &&
           (!r.topic || found.match(*r.topic, e.topic())) &&
           (!r.message || found.match(*r.message, e.body())) &&
           (!r.reason || found.match(*r.reason, e.why().value));
  }

  static bool fits_state(const rule& r, detail::state_box& box, matcher& found) {
    return (!r.state || found.match(*r.state, state_of(box))) &&
           (!r.when || holds(*r.when, found.names()));
  }

  /// The transition of a rule that fits: the new state goes into the box last, so that a rule that
  /// crashes leaves the old one (CRA-1).
  void fire(const rule& r, const matcher& found, detail::state_box& box, const context& in,
            actions& out) {
    if (r.crash) throw scripted_crash(*r.crash);
    environment names = found.names();
    names = names.with(evaluate(r.let, names));
    term state = r.set ? evaluate(*r.set, names) : state_of(box);
    out.append(build(r.actions, {names.with("state", state), in.process}));
    state_of(box) = std::move(state);
  }

  /// The rules of a yield or of a spawn's `k`.
  void continue_with(const rule_list& rules, const environment& around, detail::state_box& box,
                     const context& in, actions& out) {
    const environment names = around.with("state", state_of(box));
    for (const rule& each : rules) {
      matcher found{names};
      if (fits_state(each, box, found)) return fire(each, found, box, in, out);
    }
  }

  // ---- actions ----

  actions build(const action_list& list, const context& in) {
    actions out;
    steps_taken = 0;
    build(list, in, out);
    return out;
  }

  /// Counts what is done for one list: nested loops may do a lot without a single action.
  void take_step(const place& at) {
    if (++steps_taken <= most_actions) return;
    throw scenario_error(at, "this list of actions expands to more than " +
                                 std::to_string(most_actions) + " steps, which is the limit");
  }

  void build(const action_list& list, const context& in, actions& out) {
    for (const auto& each : list) {
      take_step(each.at);
      std::visit([&](const auto& form) { make(form, each.at, in, out); }, each.is);
    }
  }

  /// Adds one action, at meta level where the list stands under `meta`.
  template <class Plain>
  static void add(actions& out, const context& in, Plain&& plain) {
    if (in.at_meta_level) {
      out.append(at_meta_level(std::forward<Plain>(plain)));
    } else {
      out.append(std::forward<Plain>(plain));
    }
  }

  void make(const add_endpoint_action& a, const place& at, const context& in, actions& out) {
    term id = evaluate(a.id, in.names);
    role r{to_souk(a.orientation), to_souk(a.interest), evaluate(a.topic, in.names)};
    handler on_event = handler_of(at, a.rules, id, in);
    add(out, in, add_endpoint{std::move(id), std::move(r), std::move(on_event)});
  }

  void make(const delete_endpoint_action& a, const place&, const context& in, actions& out) {
    add(out, in, delete_endpoint{evaluate(a.id, in.names), evaluate(a.reason, in.names)});
  }

  void make(const send_action& a, const place&, const context& in, actions& out) {
    add(out, in, send_message{evaluate(a.body, in.names), to_souk(a.orientation)});
  }

  void make(const spawn_action& a, const place& at, const context& in, actions& out) {
    souk::spawn_action start{boot_of(a.process, in.names)};
    if (a.continuation) start.then_do = child_continuation(at, a.continuation, in);
    add(out, in, std::move(start));
  }

  spawn_continuation child_continuation(const place& at, const shared_rules& rules,
                                        const context& in) {
    return spawn_continuation{[this, keep = shared_from_this(), at, rules, in](
                                  pid child, detail::state_box& box, actions& out) {
      guarded(at, [&] {
        told_->log_child(*in.process, child);
        continue_with(*rules, in.names.with("pid", child), box, in, out);
      });
    }};
  }

  void make(const spawn_vm_action& a, const place& at, const context& in, actions& out) {
    const auto start = [this, keep = shared_from_this(), at, name = a.name, boot = a.boot,
                        crash = a.crash, names = in.names](pid self) {
      boot_function made = guarded(at, [&] {
        told_->start_vm(self, name_of(name, names));
        if (crash) throw scripted_crash(*crash);
        return boot_of(boot, names.with("vm", self));
      });
      if (!made) throw scripted_crash("the run is over");  // after an error: nothing to boot
      return made;
    };
    add(out, in, spawn_vm(start));
  }

  void make(const quit_action& a, const place&, const context& in, actions& out) {
    term why = evaluate(a.reason, in.names);
    const term who = a.pid ? evaluate(*a.pid, in.names) : term{false};
    if (who.is_false()) {
      add(out, in, quit{std::move(why)});
    } else if (who.is(kind::pid)) {
      add(out, in, quit{who.as_pid(), std::move(why)});
    } else {
      throw scenario_error(a.pid->at,
                           "expected a pid or false, but the value is " + to_string(who));
    }
  }

  void make(const yield_action& a, const place& at, const context& in, actions& out) {
    out.append(
        souk::yield_action{continuation{[this, keep = shared_from_this(), at, rules = a.rules, in](
                                            detail::state_box& box, actions& result) {
          guarded(at, [&] {
            told_->log_yield(*in.process);
            continue_with(*rules, in.names, box, in, result);
          });
        }}});
  }

  void make(const log_action& a, const place&, const context& in, actions& out) {
    out.append(told_->log(*in.process, evaluate(a.term, in.names)));
  }

  void make(const meta_action& a, const place&, const context& in, actions& out) {
    build(a.actions, {in.names, in.process, true}, out);
  }

  void make(const for_action& a, const place& at, const context& in, actions& out) {
    const std::int64_t from = evaluate_integer(a.from, in.names);
    const std::int64_t to = evaluate_integer(a.to, in.names);
    if (from > to) return;
    for (std::int64_t i = from;; ++i) {
      take_step(at);
      context inner = in;
      inner.names = in.names.with(a.variable, i);
      build(a.actions, inner, out);
      if (i == to) return;
    }
  }

  void make(const if_action& a, const place&, const context& in, actions& out) {
    build(holds(a.when, in.names) ? a.then : a.otherwise, in, out);
  }

  const std::shared_ptr<const scenario> program_;
  const std::shared_ptr<audience> told_;
  /// Of the list that this thread builds: a parallel VM runs several handlers at a time.
  static thread_local std::size_t steps_taken;
};

thread_local std::size_t interpreter::steps_taken = 0;

}  // namespace

boot_function boot_scenario(std::shared_ptr<const scenario> program,
                            std::shared_ptr<audience> told) {
  return std::make_shared<interpreter>(std::move(program), std::move(told))->whole();
}

}  // namespace souk::tool
