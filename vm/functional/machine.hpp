// The functional VM: the reference that every other VM is compared with.
//
// One machine is one VM: a table of processes, and rules that say what each action does to it. It
// is sequential and plain, with linear scans over processes and endpoints, so that it can be held
// against docs/semantics.md, whose rules it names, by eye. A nested VM is a process whose state is
// a machine.
//
//     run_round      every process takes a turn: performs all it had pending        rounds.cpp
//       perform      one action                                                     perform.cpp
//         notify     a new or leaving endpoint meets all the others                 notify.cpp
//           run      a handler: new state at once, its actions become pending       (ORD-2)
//     at_meta_level  actions for the VM around, and events back                     relay.cpp
//     shut_down      a custodian ends a VM                                          end.cpp
//     answer         what others see of it                                          mirror.cpp
//
// Threads    One at a time.
// Ownership  A machine owns its processes; its container owns it as the state of a process.
// F1  The process whose turn it is is not in the table: it is handed along as `self`. That a killer
//     does not hear of the absence of what it killed (QUI-3) follows from it.
// F2  Handlers change no table: their actions wait. So tables may be walked while handlers run.
// Source: vm.rkt, process.rkt, actions.rkt and action-*.rkt of the original.
#pragma once

#include <souk/action.hpp>
#include <souk/detail/account.hpp>
#include <souk/detail/account_allocator.hpp>
#include <souk/vm.hpp>

#include "vm/call_watch.hpp"
#include "vm/custody.hpp"
#include "vm/reflection/core.hpp"
#include "vm/reflection/sampler.hpp"
#include "vm/reflection/tally.hpp"
#include "vm/reflection/vm_owner.hpp"
#include "vm/replay/contents.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace souk::functional {

template <class T>
using charged_vector = std::vector<T, detail::account_allocator<T>>;

struct endpoint {
  term id;
  souk::role role;
  handler on_event;
};

/// A parent's continuation that waits for a spawn in the VM around (VM-7).
struct waiting_continuation {
  std::uint64_t number;
  spawn_continuation k;
};

struct process {
  pid self;
  term name;
  detail::state_box state{};
  charged_vector<endpoint> endpoints{};
  charged_vector<endpoint> meta_endpoints{};
  charged_vector<waiting_continuation> waiting{};
  charged_vector<action_list> pending{};  // transitions, oldest first
  std::uint64_t calls = 0;                // of its functions
  bool is_cut_off = false;                // no more of them: its VM ends
  std::chrono::nanoseconds busy{0};       // in its handlers, while it is measured
  detail::bindings bound{};               // empty: as the VM's
  std::shared_ptr<custody> kept_in{};     // constant; null: nothing
};

/// The last part of a path of vm::step(): not a process, but what has come from the VM around.
inline constexpr std::uint32_t arrival_step = std::numeric_limits<std::uint32_t>::max();

/// What all machines of one tree of VMs share.
struct settings {
  vm_listener* listener;
  bool shuffled;
  /// Whether the VM is driven (vm::step) instead of running in rounds.
  bool driven = false;
  /// The numbers that the next processes get, in a replay; otherwise they count up.
  std::deque<std::uint32_t> numbers{};
  std::mt19937_64 dice;
  /// In a replay: how often each of these processes was called. Custodians end nothing then: when
  /// they did, it was recorded.
  const std::map<pid, cut>* cut_off = nullptr;
  /// In a replay: in which VMs custodians will end something yet, and how often. Those are not
  /// collected before, since in the run they were not idle.
  std::map<std::uint64_t, std::uint64_t> ends_to_come{};
  /// Through which others look; null: nobody can.
  reflection::core* mirror = nullptr;
  sampler samples{17};      // a prime: calls often come in patterns
  std::uint64_t calls = 0;  ///< of functions of the program
  /// A custodian has shut down a VM. (It may be that of another thread.)
  std::atomic<bool> is_end_wanted{false};
};

class machine final : public vm_owner, public custody_host {
 public:
  /// The outermost VM.
  explicit machine(settings& common)
      : machine{common, root_vm, detail::account::current(), detail::account::current(),
                detail::bound_here()} {}
  /// A VM in a VM that pays with `container`; its own account is inside `under`.
  machine(settings& common, std::uint64_t id, detail::account& container, detail::account& under,
          detail::bindings bound)
      : common_{common},
        container_{container},
        payer_{detail::account::open(under)},
        bound_{std::move(bound)},
        id_{id} {
    payer_.own(*this);
  }
  ~machine() override;
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// Makes the first process; its first actions are pending then.
  void boot(const boot_function& first);

  // Rounds.
  void run_round();
  [[nodiscard]] bool is_idle() const noexcept;
  /// Nothing pending here or in the VMs inside.
  [[nodiscard]] bool is_idle_throughout() noexcept;

  // Driven.
  bool step(std::span<const std::uint32_t> path);
  void list_steppable(std::vector<std::uint32_t>& prefix,
                      std::vector<std::vector<std::uint32_t>>& found);

  // Custodians: end.cpp.
  void look_at_custody() noexcept override { common_.is_end_wanted = true; }
  void shut_down(const term& why) noexcept override;
  [[nodiscard]] detail::account_counts count() noexcept override;
  [[nodiscard]] std::uint64_t id() const noexcept override { return id_; }
  /// What is open here and in the VMs inside is closed: the VM has ended.
  void close_resources() noexcept;
  /// Ends the VMs that were shut down since the last call. Of the outermost, between two steps.
  void end_what_is_shut_down();
  [[nodiscard]] bool is_shut_down() const noexcept { return is_to_end_; }
  /// The end of the VM in the process that `path` names, as it was recorded. False: none is there.
  bool end_recorded(std::span<const std::uint32_t> path, const term& why);
  [[nodiscard]] detail::account& payer() const noexcept { return payer_; }

  /// Of the outermost, between two rounds or steps: mirror.cpp.
  void answer(const inquiry& what);

  /// Delivers a message that no process sent (INJ-1).
  void inject(const send_message& message);
  /// The at-meta-level actions performed since the last call, as actions for the container.
  [[nodiscard]] action_list take_external() noexcept { return std::exchange(external_, {}); }

 private:
  using process_table =
      std::map<std::uint32_t, process, std::less<>,
               detail::account_allocator<std::pair<const std::uint32_t, process>>>;
  enum class change : std::uint8_t { presence, absence };

  // rounds.cpp
  [[nodiscard]] machine* find_inside(std::uint32_t number);
  template <class F>
  bool go_in(std::uint32_t number, F step);
  [[nodiscard]] std::uint32_t take_number();
  void take_turn(process_table::node_type extracted);
  bool commit_next(std::uint32_t number);
  void collect();
  [[nodiscard]] bool is_collectable(process& p) noexcept;
  void publish_counts();

  // perform.cpp: false when `self` is no more
  [[nodiscard]] bool perform_guarded(const action& a, process& self);
  [[nodiscard]] bool perform(const action& a, process& self);
  void perform(const add_endpoint& a, process& self);
  void perform(const delete_endpoint& a, process& self);
  void perform(const send_message& a, process* self);
  void perform(const spawn_action& a, process& self);
  [[nodiscard]] bool perform(const quit& a, process& self);
  [[nodiscard]] process make_process(const spawn_action& a, pid child, const process* parent);
  void make_nested(const spawn_action& a, process& p);
  void end(process& p, const reason& why);
  void remove_endpoint(process& owner, const term& id, const reason& why);

  // notify.cpp
  void notify(process& owner, const endpoint& changed, change what, const reason& why);
  void introduce(process& local, const endpoint& ep, const souk::role& peer, const term& topic,
                 change what, const reason& why);
  template <class Handler, class... Arguments>
  void run(process& p, const Handler& h, const Arguments&... arguments);
  void run(process& p, const endpoint& ep, const event& e);
  template <class Continuation, class... Arguments>
  void run_continuation(process& p, const Continuation& k, const Arguments&... arguments);
  template <class F>
  void guard(process& p, F f);
  template <class F>
  void call(process& p, F f);

  // end.cpp
  /// Of what it is told: its next call is begun; and is not one that comes to nothing.
  [[nodiscard]] bool begins_call(process& p) const;
  [[nodiscard]] bool counts_call(const process& p) const;
  static void cut_off(process& p) noexcept;
  [[nodiscard]] std::optional<term> wanted_end();
  bool end_inside();
  [[nodiscard]] bool is_repeated() const noexcept { return common_.cut_off != nullptr; }
  static void enqueue(process& p, actions all);
  [[nodiscard]] const detail::bindings& bound_for(const process& p) const noexcept {
    return p.bound ? p.bound : bound_;
  }
  /// Who pays for what that process allocates.
  [[nodiscard]] detail::account& payer_of(const process& p) const noexcept {
    return p.kept_in == nullptr ? payer_ : p.kept_in->payer();
  }
  void crash(process& p, const fault& why);

  // mirror.cpp
  void describe(survey& into, survey::part& said);
  [[nodiscard]] static process_view view_of(process& p, bool with_endpoints);
  [[nodiscard]] bool obey(order& wanted);
  void run_watched(process& p, const endpoint& ep, const event& e);

  // relay.cpp
  void perform_at_meta_level(const action& a, process& self);
  void lift(const add_endpoint& a, process& self);
  void lift(const delete_endpoint& a, process& self);
  void lift(const spawn_action& a, process& self);
  [[nodiscard]] actions receive(detail::function<void(machine&)> arrival);
  [[nodiscard]] actions receive(std::uint32_t number, const term& id, const event& e);
  [[nodiscard]] bool take_arrival();
  void hand_in(std::uint32_t number, const term& id, const event& e);
  void hand_in(std::uint32_t number, std::uint64_t continuation_number, pid child);
  [[nodiscard]] actions go_on();
  [[nodiscard]] static term outer_id(const process& p, const term& id) {
    return make_vector(p.self, id);
  }

  /// Calls `f` on each element of a table, in the order of the seed (ORD-6, ORD-7).
  template <class Table, class F>
  void each(Table& table, F f) {
    if (!common_.shuffled) {
      for (auto& element : table) f(element);
      return;
    }
    std::vector<std::remove_reference_t<decltype(*table.begin())>*> order;
    for (auto& element : table) order.push_back(&element);
    std::ranges::shuffle(order, common_.dice);
    for (auto* element : order) f(*element);
  }

  settings& common_;
  detail::account& container_;
  detail::account& payer_;
  detail::bindings bound_;  // of its processes, unless they have their own
  std::uint64_t id_;
  std::uint32_t next_number_ = 0;
  std::uint64_t next_continuation_ = 0;
  process_table processes_;
  action_list external_;
  /// Driven: what has come from the VM around and was not handed in yet.
  std::deque<detail::function<void(machine&)>> arrivals_;
  /// Driven: the machines of nested VMs that have ended, or were collected with such machines in
  /// them. What they do is not seen outside (VM-6).
  std::map<std::uint32_t, std::unique_ptr<machine>> ended_;
  const process* sender_ = nullptr;  // of the message that is being delivered
  std::unique_ptr<tally> measured_;  // null: nothing was
  /// For other threads, as of the last round or step; relaxed throughout: figures.
  struct {
    std::atomic<std::size_t> processes{0};
    std::atomic<std::size_t> endpoints{0};
    std::atomic<std::size_t> queued{0};
  } published_;
  std::mutex end_lock_;
  std::optional<term> end_;             // end_lock_: the reason why it was shut down
  std::atomic<bool> is_to_end_{false};  // there is one
};

/// The state of a process that is a nested VM.
struct nested_vm {
  std::unique_ptr<machine> inside;
};

/// The machine in a process, if it is a nested VM; otherwise null.
[[nodiscard]] inline machine* machine_in(process& p) {
  return p.state.holds<nested_vm>() ? p.state.get<nested_vm>().inside.get() : nullptr;
}

/// The place of the endpoint of that id, or end().
template <class Endpoints>
[[nodiscard]] auto find_endpoint(Endpoints& endpoints, const term& id) {
  return std::ranges::find(endpoints, id, &endpoint::id);
}

template <class Handler, class... Arguments>
void machine::run(process& p, const Handler& h, const Arguments&... arguments) {
  call(p, [&] {
    actions answer;
    h(arguments..., p.state, answer);
    enqueue(p, std::move(answer));
  });
}

template <class Continuation, class... Arguments>
void machine::run_continuation(process& p, const Continuation& k, const Arguments&... arguments) {
  if (!begins_call(p)) return;
  if (common_.listener != nullptr) common_.listener->on_continuation(p.self);
  run(p, k, arguments...);
}

/// Calls a function of the program. If it is refused memory, nothing has happened.
template <class F>
void machine::call(process& p, F f) {
  if (!begins_call(p)) return;
  const bool comes_to_nothing = !counts_call(p);
  ++p.calls;
  ++common_.calls;
  if (comes_to_nothing) return;
  const payer_scope pays{payer_of(p)};
  const detail::bound_scope as{bound_for(p)};
  if (is_repeated()) return guard(p, f);
  call_watch watch;
  guard(p, [&] {
    try {
      const detail::refusal_scope may_fail{watch};  // f may; what comes of a crash may not
      f();
    } catch (...) {
      if (!watch.was_refused()) throw;
    }
  });
  if (watch.was_refused()) cut_off(p);
}

/// An exception is a crash of the process, and of nothing else (CRA-1).
template <class F>
void machine::guard(process& p, F f) {
  try {
    f();
  } catch (const std::exception& e) {
    crash(p, fault{e.what()});
  } catch (...) {
    crash(p, fault{"an exception that is not a std::exception"});
  }
}

}  // namespace souk::functional
