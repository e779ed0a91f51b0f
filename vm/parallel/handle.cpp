// One entry of a mailbox: the handler of an endpoint, or an errand of the process itself.
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

}  // namespace

void shard::handle_next(process& p) {
  entry one = p.mailbox.pop();
  if (one.which() == entry_kind::errand) {
    handle_errand(p, std::move(one).take_job());
  } else {
    handle_event(p, one);
  }
}

/// Runs what gives the actions of a transition, and commits it. An exception is a crash of the
/// process, and of nothing else (CRA-1).
template <class F>
void shard::run_guarded(process& p, F f) {
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

// What is queued before is performed before (CRA-2): it is performed already.
void shard::crash(process& p, const fault& why) {
  if (vm_.common().listener != nullptr)
    vm_.common().listener->on_remark(p.self, "crashed: " + why.message);
  action_list all = actions{quit{term{why}}}.take();
  commit(p, all);
}

void shard::handle_event(process& p, entry& one) {
  endpoint& to = one.to();
  --to.queued;
  const event what = event_of(p, one);
  if (vm_.common().listener != nullptr) vm_.common().listener->on_event(p.self, to.id, what);
  run_guarded(p, [&](actions& out) { to.on_event(what, p.state, out); });
}

event shard::event_of(process& p, entry& one) {
  souk::role seen{one.orientation(), one.interest(), std::move(one.topic())};
  switch (one.which()) {
    case entry_kind::presence: return event::presence(std::move(seen));
    case entry_kind::absence: {
      entry why = p.mailbox.pop();  // it follows its absence
      --why.to().queued;
      return event::absence(std::move(seen), reason{std::move(why.topic())});
    }
    default: return event::message(seen.orientation, std::move(seen.topic));
  }
}

void shard::handle_errand(process& p, std::unique_ptr<errand> job) {
  std::visit(
      overloaded{
          [&](settle_in& s) { settle(p, s.first); },
          [&](resume& r) { run_guarded(p, [&](actions& out) { r.k(p.state, out); }); },
          [&](greet_child& g) {
            run_guarded(p, [&](actions& out) { g.k(g.child, p.state, out); });
          },
          [&](greet_outer_child& g) {
            const auto found =
                std::ranges::find(p.waiting, g.number, &waiting_continuation::number);
            if (found == p.waiting.end()) return;
            const spawn_continuation k = found->k;
            p.waiting.erase(found);
            run_guarded(p, [&](actions& out) { k(g.child, p.state, out); });
          },
          [&](commit_later& c) { commit(p, c.all); }, [&](bury& b) { end_process(p, b.why); },
          [&](inject& i) { commit_inject(i); }, [&](arrival& a) { commit_arrival(a); },
          [&](arrival_of_child& a) { commit_child(a); }, [&](stop&) { vm_.hear_of_stop(); },
          [&](stop_inside&) { stop_machines(); }, [&](stop_own&) { stop_machine_in(p); },
          [&](inside_is_idle& i) { look_at_idle(i.number); },
          [&](outbox_filled& o) { take_outbox_of(o.number); },
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
  if (vm_.common().listener != nullptr)
    vm_.common().listener->on_end(p.self, p.name, ending::quit, why);
  stop_machine_in(p);
  remove(p);
}

}  // namespace souk::parallel
