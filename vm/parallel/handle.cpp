// One entry of the queue: the handler of an endpoint, or an errand of the process itself.
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
constexpr std::size_t cache_line = 64;

void fetch(const void* address) noexcept { __builtin_prefetch(address); }

}  // namespace

inline void shard::close(process& p) {
  ++p.handled;
  if (!p.backlog.empty() && p.queued() == 0) refill(p);
  if (p.endpoints.empty() && p.is_quiet()) note_if_idle(p);
}

/// Runs what gives the actions of a transition, and commits it. An exception is a crash of the
/// process, and of nothing else (CRA-1).
template <class F>
[[gnu::always_inline]] inline void shard::run_guarded(process& p, F f) {
  try {
    f(answer_);
  } catch (const std::exception& e) {
    answer_.clear();
    return crash(p, fault{e.what()});
  } catch (...) {
    answer_.clear();
    return crash(p, fault{"an exception that is not a std::exception"});
  }
  if (answer_.empty()) return;
  commit(p, answer_.list());
  if (answer_.size() > most_kept) answer_ = {};
  answer_.clear();
}

template <class K, class... Arguments>
void shard::run_continuation(process& p, const K& k, const Arguments&... arguments) {
  if (listener_ != nullptr) listener_->on_continuation(p.self);
  run_guarded(p, [&](actions& out) { k(arguments..., p.state, out); });
}

inline void shard::handle_event(process& p, endpoint& to, const event& what) {
  if (listener_ != nullptr) listener_->on_event(p.self, to.id, what);
  run_guarded(p, [&](actions& out) { to.on_event(what, p.state, out); });
}

// With many who wait, each step from an entry to its handler is a wait for memory. So those that
// come next are walked towards, a step each.
inline void shard::fetch_ahead() const noexcept {
  if (queue_.size() < 4) return;
  fetch(queue_[3].subject_address());
  if (queue_[2].which() == entry_kind::message) fetch_ahead(queue_[2].to());
}

inline void shard::fetch_ahead(const endpoint& to) noexcept {
  fetch(to.owner);
  fetch(reinterpret_cast<const std::byte*>(to.owner) + cache_line);
  fetch(to.on_event.address());
}

inline void shard::handle_message(entry& first) {
  endpoint& to = first.to();
  const event what = event::message(first.orientation(), std::move(first.topic()));
  queue_.pop_spent();
  process& p = *to.owner;
  if (!p.is_gone) handle_event(p, to, what);
  close(p);
}

// An entry leaves the queue before it is handled: what is handled may add entries. Of those who
// have ended the rest is dropped.
void shard::handle_some(unsigned budget) {
  while (!queue_.empty() && budget > 0) {
    fetch_ahead();
    entry& first = queue_.front();
    if (first.which() == entry_kind::message) [[likely]] {
      handle_message(first);
      --budget;
    } else {
      budget -= handle_next(budget);
    }
  }
}

/// What is no message for one.
unsigned shard::handle_next(unsigned budget) {
  entry& first = queue_.front();
  switch (first.which()) {
    case entry_kind::crowd: {
      entry all = std::move(first);
      queue_.pop();
      return handle_crowd(std::move(all), budget);
    }
    case entry_kind::errand: {
      std::unique_ptr<errand> job = std::move(first).take_job();
      queue_.pop();
      process& p = *job->owner;
      if (!p.is_gone) handle_errand(p, std::move(job));
      close(p);
      return 1;
    }
    default: handle_news(); return 1;
  }
}

unsigned shard::handle_crowd(entry one, unsigned budget) {
  auto& all = one.all().members;
  const std::size_t count = std::min<std::size_t>(all.size(), budget);
  const event what = event::message(one.orientation(), one.topic());
  for (std::size_t i = 0; i < count; ++i) {
    if (i + 2 < count) fetch_ahead(*all[i + 2]);
    process& p = *all[i]->owner;
    if (!p.is_gone) handle_event(p, *all[i], what);
    close(p);
  }
  if (count < all.size()) {  // the others come first in the next quantum
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    queue_.emplace_front(std::move(one));
  }
  return static_cast<unsigned>(count);
}

// What is queued before is performed before (CRA-2): it is performed already.
void shard::crash(process& p, const fault& why) {
  if (listener_ != nullptr) listener_->on_remark(p.self, "crashed: " + why.message);
  action_list all = actions{quit{term{why}}}.take();
  commit(p, all);
}

// A presence, or an absence and the reason that follows it.
void shard::handle_news() {
  entry news = std::move(queue_.front());
  queue_.pop();
  souk::role seen{news.orientation(), news.interest(), std::move(news.topic())};
  process& p = *news.to().owner;
  if (news.which() == entry_kind::presence) {
    if (!p.is_gone) handle_event(p, news.to(), event::presence(std::move(seen)));
    return close(p);
  }
  reason why{std::move(queue_.front().topic())};
  queue_.pop();
  ++p.handled;
  if (!p.is_gone) handle_event(p, news.to(), event::absence(std::move(seen), std::move(why)));
  close(p);
}

void shard::handle_registered(process& p, registered_event r) {
  machine* const inside = machine_in(p);
  if (inside != nullptr) inside->take_in_hand(r.handled);
  handle_event(p, *r.to, r.what);
  if (inside != nullptr) inside->take_in_hand({});
  vm_.send_out(std::move(r.handled));
}

void shard::handle_errand(process& p, std::unique_ptr<errand> job) {
  std::visit(overloaded{
                 [&](settle_in& s) { settle(p, s.first); },
                 [&](resume& r) { run_continuation(p, r.k); },
                 [&](greet_child& g) { run_continuation(p, g.k, g.child); },
                 [&](greet_outer_child& g) {
                   if (p.waiting.empty()) return;
                   auto& waiting = p.waiting.get();
                   const auto found =
                       std::ranges::find(waiting, g.number, &waiting_continuation::number);
                   if (found == waiting.end()) return;
                   const spawn_continuation k = found->k;
                   waiting.erase(found);
                   run_continuation(p, k, g.child);
                 },
                 [&](commit_later& c) { commit(p, c.all); },
                 [&](registered_event& r) { handle_registered(p, std::move(r)); },
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
                 [&](hand_out& h) { give_to_all(h.handled); },
                 [&](receipt_from_inside& r) { vm_.send_out(std::move(r.handled)); },
                 [](move_in&) {},  // deliver() takes it
             },
             job->what);
}

// Its home adopts it. Until then neither stop_machines() nor news from inside could find it.
void shard::settle(process& p, action_list& first) {
  adopt(p);
  commit(p, first);
  take_outbox_of(p.self.number);
  if (is_over_) stop_machine_in(p);
}

// The end of a process was committed, and all that came before it is handled (ABS-3, QUI-2).
void shard::end_process(process& p, const reason& why) {
  if (listener_ != nullptr) listener_->on_end(p.self, p.name, ending::quit, why);
  stop_machine_in(p);
  remove(p);
}

}  // namespace souk::parallel
