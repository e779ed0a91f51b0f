// One entry of the queue: the handler of an endpoint, or an errand of the process itself.
#include "vm/crossing.hpp"
#include "vm/parallel/shard.hpp"

#include <algorithm>

namespace souk::parallel {

namespace {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;  // clang 14 needs it said

/// Room for so many actions is kept.
constexpr std::size_t most_kept = 64;
/// So many entries concern more memory than the second cache has.
constexpr std::uint32_t long_queue = 256;

void fetch(const void* address) noexcept { __builtin_prefetch(address); }

}  // namespace

inline void shard::close(process& p) {
  ++p.handled;
  if (p.room == 0 && p.queued() == 0) refill(p);
  if (!p.has_endpoints && p.is_quiet()) note_if_idle(p);
}

[[gnu::always_inline]] inline void shard::commit_answer(process& p, actions& answer) {
  if (answer.empty()) return;
  commit(p, answer.list());
  if (answer.size() > most_kept) answer = {};
  answer.clear();
}

/// Runs what gives the actions of a transition, and commits it. An exception is a crash of the
/// process, and of nothing else (CRA-1). Once the shard is lost the answer stays with the run.
template <class F>
[[gnu::always_inline]] inline shard::verdict shard::run_guarded(process& p, F f) {
  visit& mine = *now_;
  mine.shown.begin(&p);
  try {
    f(mine.answer);
  } catch (const std::exception& e) {
    return fail(p, mine, fault{e.what()});
  } catch (...) {
    return fail(p, mine, fault{"an exception that is not a std::exception"});
  }
  if (const verdict how = mine.shown.end(); how != verdict::goes_on || mine.is_refused) [[unlikely]]
    return conclude(p, mine, how);
  commit_answer(p, mine.answer);
  return verdict::goes_on;
}

/// The same for one in custody, which pays for what `f` allocates.
template <class F>
shard::verdict shard::run_kept(process& p, F f) {
  const verdict how = run_guarded(p, [&p, this, &f](actions& out) {
    const payer_scope pays{vm_.payer_of(p)};
    f(out);
  });
  if (how != verdict::lost) now_->answer = {};  // not to be kept at its expense
  return how;
}

/// It was refused memory. The quantum ends, so that its VM soon does.
shard::verdict shard::stop_short(process& p, visit& mine) {
  mine.is_refused = false;
  mine.answer = {};
  cut_off(p, true);
  return verdict::hurry;
}

[[gnu::noinline]] shard::verdict shard::conclude(process& p, visit& mine, verdict how) {
  if (how == verdict::lost) {
    mine.lost_in = &p;
  } else if (mine.is_refused) {
    return stop_short(p, mine);
  } else {
    commit_answer(p, mine.answer);
  }
  return how;
}

[[gnu::noinline]] shard::verdict shard::fail(process& p, visit& mine, fault why) {
  mine.answer.clear();
  const verdict how = mine.shown.end();
  if (how == verdict::lost) {
    mine.lost_in = &p;
    mine.failure = std::move(why);
  } else if (mine.is_refused) {
    return stop_short(p, mine);
  } else {
    crash(p, why);
  }
  return how;
}

/// Whoever is called next has its own bindings again.
void shard::begin_call(process& p) noexcept {
  ++p.calls;
  const detail::bindings& bound = vm_.bound_for(p);
  detail::code_of_thread = {.bound = bound ? &bound : nullptr};
}

template <class K, class... Arguments>
shard::verdict shard::run_continuation(process& p, const K& k, const Arguments&... arguments) {
  if (tells_of_calls_) {
    if (listener_ != nullptr) listener_->on_continuation(p.self);
    if (observed_ != nullptr) observed_->call(p);
    begin_call(p);
    if (p.is_kept) return run_kept(p, [&](actions& out) { k(arguments..., p.state, out); });
  }
  return run_guarded(p, [&](actions& out) { k(arguments..., p.state, out); });
}

[[gnu::noinline]] void shard::tell_of_call(process& p, endpoint& to, const event& what) {
  if (listener_ != nullptr) listener_->on_event(p.self, to.id, what);
  if (observed_ != nullptr) observed_->call(p, to, what);
  begin_call(p);
}

/// What it is told of it pays for from now on.
[[gnu::noinline]] shard::verdict shard::handle_kept(process& p, endpoint& to, const event& what) {
  return run_kept(p, [&](actions& out) {
    pass_on(what, vm_.payer_of(p));
    to.on_event(what, p.state, out);
  });
}

inline shard::verdict shard::handle_event(process& p, endpoint& to, const event& what) {
  if (tells_of_calls_) [[unlikely]] {
    tell_of_call(p, to, what);
    if (p.is_kept) return handle_kept(p, to, what);
  }
  return run_guarded(p, [&](actions& out) { to.on_event(what, p.state, out); });
}

// With many who wait, each step from an entry to its handler is a wait for memory. So those that
// come next are walked towards, a step each.
inline void shard::fetch_ahead() const noexcept {
  if (queue_.size() < long_queue) return;
  fetch(queue_[3].address_ahead());
  if (queue_[2].which() == entry_kind::message) fetch_ahead(queue_[2].to());
}

inline void shard::fetch_ahead(const endpoint& to) const noexcept {
  fetch(to.owner);
  if (has_others_) fetch(&to.owner->self);  // for the receivers of what it sends
  fetch(to.on_event.address());
}

inline shard::verdict shard::handle_message(entry& first) {
  endpoint& to = first.to();
  const event what = event::message(first.orientation(), std::move(first.topic()));
  queue_.pop_spent();
  process& p = *to.owner;
  if (!p.is_gone) {
    if (const verdict how = handle_event(p, to, what); how != verdict::goes_on) [[unlikely]] {
      if (how != verdict::lost) close(p);
      return how;
    }
  }
  close(p);
  return verdict::goes_on;
}

// An entry leaves the queue before it is handled, but for a crowd: what is handled may add entries.
// Of those who have ended the rest is dropped.
shard::verdict shard::handle_queued(visit& mine) {
  while (!queue_.empty() && mine.budget > mine.break_at) {
    fetch_ahead();
    entry& first = queue_.front();
    if (first.which() == entry_kind::message) [[likely]] {
      --mine.budget;
      if (const verdict how = handle_message(first); how != verdict::goes_on) [[unlikely]]
        return how;
    } else {
      if (const verdict how = handle_next(mine.budget); how != verdict::goes_on) return how;
    }
  }
  return verdict::goes_on;
}

shard::verdict shard::handle_some(visit& mine) {
  for (;;) {
    const verdict how = handle_queued(mine);
    if (how != verdict::goes_on || first_turns_.empty() || mine.budget == 0) return how;
    --mine.budget;
    handle_first_turn();
    plan_break();
  }
}

void shard::handle_first_turn() {
  const first_turn next = take_first_turn();
  process& p = *next.job->owner;
  const std::uint32_t parent = p.last_sender;
  settle(p, std::get<settle_in>(next.job->what).first);
  close(p);
  if (next.ends_family) let_parent_go_on(parent);
}

namespace {

/// Its end, which nobody is spared who is only cut off.
bool is_of_life(const errand& job, const process& p) noexcept {
  return p.is_cut_off && std::holds_alternative<bury>(job.what);
}

}  // namespace

/// What is no message for one.
shard::verdict shard::handle_next(unsigned& budget) {
  entry& first = queue_.front();
  if (first.which() == entry_kind::crowd) return handle_crowd(budget);
  --budget;
  if (first.which() != entry_kind::errand) return handle_news();
  std::unique_ptr<errand> job = std::move(first).take_job();
  queue_.pop();
  process& p = *job->owner;
  verdict how = verdict::goes_on;
  if (!p.is_gone || is_of_life(*job, p)) how = handle_errand(p, std::move(job));
  if (how != verdict::lost) close(p);
  return how;
}

// It stays in front until all have heard it, so that who takes over finds the others there.
shard::verdict shard::handle_crowd(unsigned& budget) {
  entry& one = queue_.front();
  crowd& all = one.all();  // stays where it is, though the queue may grow
  const event what = event::message(one.orientation(), one.topic());
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(all.members.size(), budget));
  verdict how = verdict::goes_on;
  std::uint32_t done = 0;
  while (done < count && how == verdict::goes_on) {
    if (done + 2 < count) fetch_ahead(*all.members[done + 2]);
    endpoint& to = *all.members[done];
    crowd_done_ = ++done;
    process& p = *to.owner;
    if (!p.is_gone) how = handle_event(p, to, what);
    if (how == verdict::lost) return how;
    close(p);
  }
  budget -= std::min(budget, done);  // a handler's commit may have ended the quantum
  drop_done();
  return how;
}

/// Those of the crowd in front that have heard it.
void shard::drop_done() {
  auto& members = queue_.front().all().members;
  const std::uint32_t done = std::exchange(crowd_done_, 0);
  if (done == members.size()) return queue_.pop();
  members.erase(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(done));
}

// What is queued before is performed before (CRA-2): it is performed already.
void shard::crash(process& p, const fault& why) {
  if (listener_ != nullptr) listener_->on_remark(p.self, "crashed: " + why.message);
  action_list all = actions{quit{term{why}}}.take();
  commit(p, all);
}

// A presence, or an absence and the reason that follows it.
shard::verdict shard::handle_news() {
  entry news = std::move(queue_.front());
  queue_.pop();
  souk::role seen{news.orientation(), news.interest(), std::move(news.topic())};
  process& p = *news.to().owner;
  verdict how = verdict::goes_on;
  if (news.which() == entry_kind::presence) {
    if (!p.is_gone) how = handle_event(p, news.to(), event::presence(std::move(seen)));
  } else {
    reason why{std::move(queue_.front().topic())};
    queue_.pop();
    ++p.handled;
    if (!p.is_gone)
      how = handle_event(p, news.to(), event::absence(std::move(seen), std::move(why)));
  }
  if (how != verdict::lost) close(p);
  return how;
}

shard::verdict shard::handle_registered(process& p, registered_event r) {
  visit& mine = *now_;
  machine* const inside = machine_in(p);
  if (inside != nullptr) inside->take_in_hand(r.handled);
  const verdict how = handle_event(p, *r.to, r.what);
  if (how == verdict::lost) {  // so there is no VM inside
    mine.handled = std::move(r.handled);
    return how;
  }
  if (inside != nullptr) inside->take_in_hand({});
  vm_.send_out(std::move(r.handled));
  return how;
}

shard::verdict shard::handle_errand(process& p, std::unique_ptr<errand> job) {
  verdict how = verdict::goes_on;
  std::visit(overloaded{
                 [&](resume& r) { how = run_continuation(p, r.k); },
                 [&](greet_child& g) { how = run_continuation(p, g.k, g.child); },
                 [&](greet_outer_child& g) {
                   if (!p.has_waiting()) return;
                   auto& waiting = p.rare->waiting;
                   const auto found =
                       std::ranges::find(waiting, g.number, &waiting_continuation::number);
                   if (found == waiting.end()) return;
                   const spawn_continuation k = found->k;
                   waiting.erase(found);
                   how = run_continuation(p, k, g.child);
                 },
                 [&](commit_later& c) { commit(p, c.all); },
                 [&](registered_event& r) { how = handle_registered(p, std::move(r)); },
                 [&](rejoin& r) { commit_rejoin(p, r); },
                 [&](sign& s) { pass_inside(p, s.handled); },
                 [&](bury& b) { end_process(p, b.why); },
                 [&](inject& i) { commit_inject(i); },
                 [&](arrival& a) { commit_arrival(a); },
                 [&](arrival_of_child& a) { commit_child(a); },
                 [&](stop&) { vm_.hear_of_stop(); },
                 [&](stop_inside&) { stop_machines(); },
                 [&](stop_own&) { stop_machine_in(p); },
                 [&](inside_is_idle& i) { look_at_idle(i.number); },
                 [&](outbox_filled& o) { take_outbox_of(o.number); },
                 [&](end_wanted& e) { end_vm(e.number); },
                 [&](end_of_custody&) { end_custody(); },
                 [&](hand_out& h) { give_to_all(h.handled); },
                 [&](receipt_from_inside& r) { vm_.send_out(std::move(r.handled)); },
                 [&](inquire& i) { answer(i.what); },
                 [&](obey_order& o) { obey(o.what); },
                 [](settle_in&) {},  // deliver() takes it, and what follows
                 [](move_in&) {},
             },
             job->what);
  return how;
}

// Its home adopts it. Until then neither stop_machines() nor news from inside could find it.
void shard::settle(process& p, action_list& first) {
  p.last_sender = process::nobody;
  adopt(p);
  if (p.is_cut_off) return;
  commit(p, first);
  if (!p.is_vm) return;
  take_outbox_of(p.self.number);
  end_vm(p.self.number);
  if (is_over_) stop_machine_in(p);
}

// The end of a process was committed, and all that came before it is handled (ABS-3, QUI-2).
void shard::end_process(process& p, const reason& why) {
  if (listener_ != nullptr) listener_->on_end(p.self, p.name(), ending::quit, why);
  stop_machine_in(p);
  remove(p);
}

}  // namespace souk::parallel
