// A shard: some processes of a VM, run by at most one worker at a time.
//
// Threads    push_from_outside(), the inbox: any. take_over(): the executor's watch. All else: the
//            worker that runs the shard; from one run to the next it is handed over by the inbox's
//            parked state or by the executor, maybe from under a handler (takeover.cpp).
// S1  An epoch is the time in which `snap_` is set. All local commits of an epoch take effect when
//     its table was loaded.
// S2  What is in the inbox when an epoch opens is in the queue before its first commit.
#pragma once

#include "sched/executor.hpp"
#include "sched/hooks.hpp"
#include "sched/inbox.hpp"
#include "vm/parallel/dice.hpp"
#include "vm/parallel/machine.hpp"
#include "vm/parallel/observation.hpp"
#include "vm/parallel/process.hpp"
#include "vm/parallel/ring.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace souk::parallel {

/// What a transition does, before it is done: who gets what, in order.
struct plan {
  std::uint64_t version = 0;
  std::vector<entry> entries;
  struct child {
    std::unique_ptr<process> born;
    const spawn_action* how;
  };
  std::vector<child> children;
  directory::numbers numbers;                // for children
  std::vector<std::uint32_t> spare_numbers;  // of children that were not born after all
  std::vector<waiting_continuation> waiting;
  action_list out;    // for the VM around
  bool ends = false;  // the process, which has no endpoints

  /// Pre: to be filled by lookups in that version of the table.
  void clear(std::uint64_t of_version) {
    version = of_version;
    entries.clear();
    for (const child& one : children) {
      if (one.born != nullptr) spare_numbers.push_back(one.born->self.number);
    }
    children.clear();
    waiting.clear();
    out.clear();
    ends = false;
  }
  [[nodiscard]] std::uint32_t take_number(directory& from) {
    if (!spare_numbers.empty()) {
      const std::uint32_t number = spare_numbers.back();
      spare_numbers.pop_back();
      return number;
    }
    if (numbers.left == 0) numbers = from.take_numbers();
    --numbers.left;
    return numbers.next++;
  }
  [[nodiscard]] bool lifts() const noexcept { return !out.empty(); }
  template <class One>
  void send_out(One&& one) {
    out.emplace_back(std::forward<One>(one));
  }
  void event(endpoint& to, event_kind what, const role& seen, term topic, const reason& why);
  void message(endpoint& to, orientation o, term body) {
    entries.emplace_back(entry_kind::message, to, o, interest_type::participant, std::move(body));
  }
  template <class What>
  void errand_for(process& p, What what) {
    entries.emplace_back(std::make_unique<errand>(&p, std::move(what)));
  }
  /// The quit of a crash waits behind what is there already (CRA-1).
  void crash(process& p, const fault& why) {
    errand_for(p, commit_later{actions{quit{term{why}}}.take()});
  }
};

using sched::hooks::broken;
using sched::hooks::mutant;

class shard final : public sched::task {
 public:
  shard(machine& of, unsigned index, std::uint64_t seed);
  ~shard();
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  bool run(unsigned worker, sched::turn& shown) noexcept override;
  bool take_over(const void* whose) noexcept override;

  /// Leaves an errand for the agent or for a process of this shard.
  void push_from_outside(process* owner, decltype(errand::what) what);
  /// A new process that is to live here.
  void take_in(process& child, action_list first);
  /// Of the one outside: under the writer lock.
  void commit_from_outside(const message_maker& take);
  /// From now on commits are recorded there.
  void record_into(journal::contents::sequence& here) noexcept {
    record_ = &here;
    watch();
  }
  /// That of the VMs in its processes: machine::disown().
  void disown_machines() noexcept;
  /// What those in custody have open. Pre: not active.
  void close_custody() noexcept;
  /// Some of them may be to end. Any thread, in the scope of the VM's account.
  void ask_about_custody();
  /// Processes and what waits for them, as of the beginning or the end of the last quantum. Any
  /// thread.
  [[nodiscard]] detail::account_counts count() noexcept;
  /// Entries so far. Pre: nobody runs it.
  [[nodiscard]] std::uint64_t handled() const noexcept { return handled_; }
  [[nodiscard]] process& agent() noexcept { return agent_; }
  [[nodiscard]] unsigned index() const noexcept { return index_; }

 private:
  class change;  // change.cpp
  friend class change;

  /// What a run has to itself: its handler may go on when the shard is run by another worker.
  struct visit {
    actions answer;  // of the handler that runs, or ran last
    sched::turn& shown;
    unsigned budget = 0;    // entries that are still to be handled in this quantum,
    unsigned forgone = 0;   // and will not be, since it ends before
    unsigned break_at = 0;  // of the budget: then a first turn comes
    // Once it has lost the shard: whose handler that was, and what else came of it.
    process* lost_in = nullptr;
    std::optional<fault> failure{};
    receipt handled{};
    bool is_refused = false;  // memory, to its handler

    void end_quantum() noexcept { forgone += std::exchange(budget, 0); }
  };
  class refusals;
  enum class outcome : std::uint8_t { more, parked, lost };
  using verdict = sched::turn::outcome;

  // shard.cpp
  [[nodiscard]] outcome run_quantum(visit& mine);
  void open_epoch();
  void drain_locked();
  void deliver(entry one);
  void deliver_to_all(std::unique_ptr<crowd> all, orientation o, term body);
  void refill(process& p);
  [[nodiscard]] bool has_room_for(const process& p) const noexcept {
    return p.arrived - p.handled < p.room;
  }
  [[gnu::always_inline]] void deliver_message(endpoint& to, process& p, orientation o,
                                              term&& body) {
    if (has_room_for(p)) [[likely]] {
      queue_.emplace(entry_kind::message, to, o, interest_type::participant, std::move(body));
    } else {
      put_aside(p, entry_kind::message, to, o, interest_type::participant, std::move(body));
    }
    ++p.arrived;
  }
  template <class... Arguments>
  void put_aside(process& p, Arguments&&... arguments) {
    if (p.is_kept) [[unlikely]]
      return put_aside_kept(p, entry{std::forward<Arguments>(arguments)...});
    p.put_aside(std::forward<Arguments>(arguments)...);
    ++aside_;
  }
  [[nodiscard]] std::uint32_t waiting() const noexcept {
    return queue_.size() + first_turns_.size();
  }
  [[nodiscard]] bool has_work() const noexcept { return waiting() > 0 || !idle_.empty(); }
  void put_aside_kept(process& p, entry one);
  /// How much of it may stand in the queue (P3).
  [[nodiscard]] std::uint16_t most_queued_of(const process& p) const noexcept {
    return p.is_kept ? std::uint16_t{1} : most_queued_;
  }
  void publish_counts() noexcept;
  void fetch_ahead() const noexcept;
  void fetch_ahead(const endpoint& to) const noexcept;
  void note_if_idle(process& p);
  void collect();
  void retire(std::unique_ptr<endpoint> gone);
  void remove(process& p);
  void mark_graves() noexcept;
  void sweep();
  void adopt(process& p);
  [[nodiscard]] std::unique_ptr<process> let_go(process& p);

  // first_turns.cpp
  void expect(entry first_turn);
  void plan_break() noexcept;
  struct first_turn {
    std::unique_ptr<errand> job;
    bool ends_family;  // no sibling is next
  };
  [[nodiscard]] first_turn take_first_turn();
  void hold_for_children(process& p);
  void let_parent_go_on(std::uint32_t number);
  [[nodiscard]] std::uint32_t elder_half() const noexcept;
  [[nodiscard]] std::vector<entry> take_eldest(std::uint32_t count);

  // balance.cpp
  /// If the VM's rate is being measured; otherwise 0.
  [[nodiscard]] std::int64_t start_of_quantum() const noexcept;
  void share_load(unsigned handled, std::int64_t began);
  void stir();
  [[nodiscard]] bool look_at_size();
  void give_away(shard& to);
  /// To whom it gives what it has, if it is one too many; otherwise null.
  [[nodiscard]] shard* heir() const noexcept {
    const unsigned shards = vm_.size().shards();  // once: it may change at any time
    return index_ < shards ? nullptr : vm_.shards()[index_ % shards].get();
  }
  [[nodiscard]] shard* find_hungry(unsigned shards);
  [[nodiscard]] bool may_move(const process& p) const;
  [[nodiscard]] bool may_leave(const process& p) const;
  [[nodiscard]] std::vector<process*> list_waiting(std::uint32_t near);
  [[nodiscard]] std::vector<process*> choose_half();
  void move(const std::vector<process*>& group, std::vector<entry> newborns, shard& to);
  template <class Keep, class Give>
  void part(entry one, Keep keep, Give give);
  void take_along(const std::vector<process*>& group);
  [[nodiscard]] bool lives_here(const process& p) const noexcept {
    return p.home.latest() == index_;
  }
  [[nodiscard]] unsigned roll(unsigned below) { return dice_.roll(below); }

  // handle.cpp: who is told that the shard is lost touches nothing of it any more.
  /// Handles what waits, as far as the budget goes, which says then what is left of it.
  [[nodiscard]] verdict handle_some(visit& mine);
  [[nodiscard]] verdict handle_queued(visit& mine);
  void handle_first_turn();
  /// Handles what is first in the queue; at most `budget` of a crowd.
  [[nodiscard]] verdict handle_next(unsigned& budget);
  [[nodiscard]] verdict handle_message(entry& first);
  [[nodiscard]] verdict handle_event(process& p, endpoint& to, const event& what);
  [[nodiscard]] verdict handle_crowd(unsigned& budget);
  void drop_done();
  [[nodiscard]] verdict handle_news();
  [[nodiscard]] verdict handle_errand(process& p, std::unique_ptr<errand> job);
  /// One of those in the queue is handled.
  void close(process& p);
  void settle(process& p, action_list& first);
  template <class F>
  [[nodiscard]] verdict run_guarded(process& p, F f);
  template <class F>
  [[nodiscard]] verdict run_kept(process& p, F f);
  [[nodiscard]] verdict handle_kept(process& p, endpoint& to, const event& what);
  [[nodiscard]] verdict conclude(process& p, visit& mine, verdict how);
  [[nodiscard]] verdict fail(process& p, visit& mine, fault why);
  [[nodiscard]] verdict stop_short(process& p, visit& mine);
  void tell_of_call(process& p, endpoint& to, const event& what);
  void begin_call(process& p) noexcept;
  /// From now on calls are told of.
  void watch() noexcept { is_watched_ = tells_of_calls_ = true; }
  template <class K, class... Arguments>
  [[nodiscard]] verdict run_continuation(process& p, const K& k, const Arguments&... arguments);
  void commit_answer(process& p, actions& answer);
  void crash(process& p, const fault& why);
  void end_process(process& p, const reason& why);

  // takeover.cpp
  void go_on_without(process& p);
  void set_aside(process& p);
  void come_back(visit& from);
  void take_back(process& p, entry one);
  void commit_rejoin(process& p, rejoin& r);

  // commit.cpp
  /// The only one, if there is one and it is remembered. Otherwise null, which says nothing.
  struct receiver {
    endpoint* to;
    process* owner;
  };
  /// The actions are of no use after it.
  void commit(process& p, action_list& all);
  [[nodiscard]] bool commit_local_send(process& p, send_message& a);
  [[nodiscard]] bool commit_local_send_to_any(process& p, send_message& a);
  [[nodiscard]] bool commit_in_passing(process& p, action_list& all);
  [[nodiscard]] bool queue_in_passing(process& p, action& a);
  [[nodiscard]] bool queue_message(process& p, send_message& a);
  [[nodiscard]] bool queue_message_for(receiver one, process& p, send_message& a);
  [[nodiscard]] bool queue_resumption(process& p, const yield_action& a);
  [[nodiscard]] bool queue_end(process& p, const quit& a);
  [[nodiscard]] static bool ends_unseen(const process& p, const action& a) noexcept;
  [[nodiscard]] static bool mark_dead(process& p, std::uint64_t as) noexcept;
  void call_off(process& p) const noexcept;
  void unqueue(action* first, action* last) noexcept;
  [[nodiscard]] static std::unique_ptr<crowd> make_crowd(
      std::span<const routing::target* const> receivers);
  static void note_sender(const entry& one, std::uint32_t number) noexcept;
  void commit_inject(const inject& i);
  void commit_arrival(const arrival& a);
  void commit_child(const arrival_of_child& a);
  void remark_on(const process& p, const action_list& all);
  struct occasion;
  template <class Planner>
  [[nodiscard]] bool commit_planned(process& p, const occasion& what, Planner fill);
  template <class Planner>
  [[nodiscard]] bool commit_locked(process& p, const occasion& what, const table* planned_at,
                                   Planner fill);

  [[nodiscard]] bool is_local() const noexcept;
  [[nodiscard]] bool find_homes(bool with_own);
  void lock_homes() noexcept;
  void unlock_homes();
  void finish_plan(process& p);
  void begin_children();
  void push_plan(bool with_own);
  void deliver_own();
  template <class F>
  void plan_guarded(process& p, F f);
  void plan_actions(process& p, const action_list& all, const table& at);
  void plan_action(process& p, const action& a, const table& at);
  [[nodiscard]] std::span<const routing::target* const> find_receivers(const send_message& a,
                                                                       const table& at);
  [[nodiscard]] receiver find_receiver(const send_message& a, const table& at) noexcept;
  [[nodiscard]] routing::route_cache& routes_to(orientation o) noexcept {
    return o == orientation::subscriber ? routes_to_subscribers_ : routes_to_publishers_;
  }
  [[nodiscard]] static const void* process_of(const routing::target& t) noexcept {
    return static_cast<const endpoint&>(t).owner;
  }
  void plan_send(const send_message& a, const table& at);
  void plan_spawn(process& p, const spawn_action& a);
  [[nodiscard]] std::unique_ptr<process> make_child(const process& parent, pid child,
                                                    const spawn_action& a);
  [[nodiscard]] unsigned home_for_child();

  /// What is committed by `p`, or on behalf of whom; only while recording.
  struct occasion {
    commit_kind kind;
    const action_list* messages;  ///< of an injection
    const term* why = nullptr;    ///< of a shutdown
  };
  [[nodiscard]] std::uint64_t take_stamp() noexcept {
    sched::hooks::step();
    return record_ == nullptr ? 0 : vm_.common().record->take_stamp();
  }
  void note(const process& p, const occasion& what, std::uint64_t version, std::uint64_t stamp);
  /// A transition, in this epoch.
  void note_local(const process& p) {
    note(p, {commit_kind::transition, nullptr}, snap_->id, epoch_stamp_);
  }

  // change.cpp
  void commit_change(process& p, const action_list& all, const occasion& what);

  // nested.cpp
  void take_outbox_of(std::uint32_t number);
  void look_at_idle(std::uint32_t number);
  void stop_machines();
  void stop_machine_in(process& p);
  void plan_lifted(process& p, const action& a);
  void plan_arrival(const arrival& a, const table& at);
  void plan_child(const arrival_of_child& a, const table& at);

  // end.cpp
  void end_vm(std::uint32_t number);
  void end_custody();
  void adopt_kept(process& p);
  void cut_off(process& p, bool in_call);
  void cut_off_all();

  // mirror.cpp
  void answer(const inquiry& what);
  void describe(survey& into);
  [[nodiscard]] static process_view view_of(process& p, bool with_endpoints);
  [[nodiscard]] static std::uint64_t all_handled(process& p);
  void obey(const inquiry& what);
  void begin_observed();
  void end_observed(unsigned handled);

  // outside.cpp
  [[nodiscard]] verdict handle_registered(process& p, registered_event r);
  static void pass_inside(process& p, const receipt& handled);
  void give_to_all(const receipt& handled);

  [[nodiscard]] bool lives_here(const process& p, std::uint64_t version) const noexcept {
    return !has_others_ || p.home.at(version) == index_;
  }
  [[nodiscard]] static bool is_dead(const process& p, const table& at) noexcept {
    // relaxed: the version was read with acquire, after which its deaths are seen.
    return p.dead_from.load(std::memory_order_relaxed) <= at.id;
  }

  machine& vm_;
  vm_listener* const listener_;
  const bool has_others_;  // the VM has more shards
  bool is_watched_;        // by a listener, or it is recorded, or somebody here has own bindings
  bool tells_of_calls_;    // that, or they are observed in this quantum
  bool notes_senders_;     // others may be handed over, or calls are measured in this quantum
  unsigned index_;
  sched::inbox<entry> inbox_;
  process agent_;

  const table* snap_ = nullptr;
  std::uint64_t epoch_stamp_ = 0;
  journal::contents::sequence* record_ = nullptr;
  ring<entry> queue_;        // what waits here, in the order of its commits,
  ring<entry> first_turns_;  // but for those, the youngest last
  // Close together: a VM may be one of many.
  std::uint32_t crowd_done_ = 0;         // of the crowd in front, while it is handled
  std::uint32_t away_ = 0;               // processes
  std::uint32_t aside_ = 0;              // entries in the backlogs of those who live here
  unsigned quanta_of_rest_ = 0;          // before it is looked again who has to leave
  unsigned crossings_ = 0;               // commits with locks that others take, in this quantum
  std::uint16_t first_turns_taken_ = 0;  // see first_turns.cpp
  std::uint16_t most_queued_;   // of one process in the queue: then others have their turn (P3)
  std::uint16_t patience_ = 0;  // quanta until somebody may move again
  bool is_over_ = false;        // so are the VMs inside
  bool outbox_locked_ = false;
  bool outbox_filled_ = false;
  /// An errand about those in custody is on its way.
  sched::atomic<bool> is_asked_about_custody_{false};
  /// For who looks at all shards.
  struct burden {
    sched::atomic<std::uint64_t> busy{0};     // nanoseconds, see growth::reading
    sched::atomic<std::uint64_t> handled{0};  // entries
    sched::atomic<std::uint64_t> crossed{0};  // commits with locks that others take
  };
  const std::unique_ptr<burden> burden_;             // if there are several
  std::vector<std::unique_ptr<process>> processes_;  // by place_in_shard
  std::vector<process*> idle_;                       // to be collected, if they still are
  sched::inbox<entry>::queue room_;
  sched::inbox<entry>::queue born_;        // in a commit, on the way to first_turns_
  visit* now_ = nullptr;                   // the run
  std::uint64_t handled_ = 0;              // entries
  std::unique_ptr<observation> observed_;  // null: nobody has watched yet
  actions answer_;                         // its memory between two runs
  /// For other threads: processes, and entries in the queue and in backlogs; in one word.
  sched::atomic<std::uint64_t> counts_{0};
  process* left_ = nullptr;  // away since the last run
  plan plan_;
  std::vector<shard*> homes_;  // the receivers' shards, ascending
  std::vector<const routing::target*> found_;
  routing::route_cache routes_to_publishers_{&process_of};
  routing::route_cache routes_to_subscribers_{&process_of};

  // What goes when its stamp has passed, and its process has handled all that had arrived when it
  // got its mark (P2).
  struct grave {
    static constexpr std::uint64_t unstamped = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t stamp = unstamped;  // until it is marked: then all of a quantum get one
    std::uint32_t mark = 0;
    std::unique_ptr<endpoint> old_endpoint{};
    std::unique_ptr<process> old_process{};
    std::unique_ptr<const table> old_table{};
    routing::graveyard nodes{};
  };
  struct buried_graves final : buried {
    explicit buried_graves(std::vector<grave> all) noexcept : gone{std::move(all)} {}
    std::vector<grave> gone;
  };
  std::vector<grave> graves_;
  std::size_t marked_graves_ = 0;
  dice dice_;
};

// What an action cannot do, for want of memory or beyond the limits of a term, is a crash as well.
template <class F>
void shard::plan_guarded(process& p, F f) {
  const std::size_t before = plan_.entries.size();
  try {
    f();
  } catch (const std::exception& e) {
    plan_.entries.resize(before);
    plan_.crash(p, fault{e.what()});
  }
}

/// In their order (ORD-7 leaves it free; replay wants it fixed); valid until the next call.
inline std::span<const routing::target* const> shard::find_receivers(const send_message& a,
                                                                     const table& at) {
  const orientation to = opposite(a.orientation);
  return routes_to(to).find(at.of(to), a.body);
}

inline shard::receiver shard::find_receiver(const send_message& a, const table& at) noexcept {
  const orientation to = opposite(a.orientation);
  const auto [only, its_process] = routes_to(to).find_single(at.of(to), a.body);
  return {static_cast<endpoint*>(const_cast<routing::target*>(only)),  // NOLINT(*-const-cast)
          static_cast<process*>(const_cast<void*>(its_process))};      // NOLINT(*-const-cast)
}

}  // namespace souk::parallel
