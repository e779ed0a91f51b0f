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

// An entry leaves the mailbox before it is handled: what is handled may add entries.
void shard::handle_next(process& p) {
  entry& first = p.mailbox.front();
  switch (first.which()) {
    case entry_kind::message: {
      endpoint& to = first.to();
      const event what = event::message(first.orientation(), std::move(first.topic()));
      p.mailbox.pop();
      return handle_event(p, to, what);
    }
    case entry_kind::errand: {
      std::unique_ptr<errand> job = std::move(first).take_job();
      p.mailbox.pop();
      return handle_errand(p, std::move(job));
    }
    default: return handle_news(p);
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

void shard::handle_event(process& p, endpoint& to, const event& what) {
  --to.queued;
  if (vm_.common().listener != nullptr) vm_.common().listener->on_event(p.self, to.id, what);
  run_guarded(p, [&](actions& out) { to.on_event(what, p.state, out); });
}

// A presence, or an absence and the reason that follows it.
void shard::handle_news(process& p) {
  entry news = std::move(p.mailbox.front());
  p.mailbox.pop();
  souk::role seen{news.orientation(), news.interest(), std::move(news.topic())};
  if (news.which() == entry_kind::presence) {
    return handle_event(p, news.to(), event::presence(std::move(seen)));
  }
  reason why{std::move(p.mailbox.front().topic())};
  p.mailbox.pop();
  --news.to().queued;
  handle_event(p, news.to(), event::absence(std::move(seen), std::move(why)));
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
