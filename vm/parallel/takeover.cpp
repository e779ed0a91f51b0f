// A shard goes on while a handler of it takes its time: it is taken over from the worker that is in
// the handler, and run by another one.
//
// While a handler runs, nothing of its shard is on the way from one place to another. So all is
// there for the next run: the queue, the crowd that is half handled, and the process whose handler
// it is. That is away (P4). All else goes on, and what comes for it waits, in order.
//
//     worker 1   run .. handler of p .........................., p rejoins: push to the inbox
//     worker 2            | take_over()   run .. run .. run .........| rejoin commits, p goes on
//
// What the handler answers is committed by the shard, when it finds it in its inbox, like any other
// transition of p. Between the handler and that, nothing of p is handled. So p has the same history
// as if the handler had run just then, and nobody else can tell when it ran.
//
// A process that is a nested VM is never away: its handlers are this VM's, and short. Boot
// functions are not taken over from, since their parent is in the middle of its commit.
#include "vm/parallel/shard.hpp"

#include <utility>

namespace souk::parallel {

// On the watch's thread, while the worker that runs us can do nothing. It has been counted as
// active for the run; that count is now of the run to come, and it gets one of its own (M1).
bool shard::take_over(const void* whose) noexcept {
  auto* const p = static_cast<process*>(const_cast<void*>(whose));  // NOLINT(*-const-cast)
  if (p->is_vm) return false;
  const bool is_test = vm_.common().seed != 0;
  if (!has_work() && inbox_.is_idle() && !is_test) return false;
  vm_.activate();
  left_ = p;
  return true;
}

/// Begins the run after that.
void shard::go_on_without(process& p) {
  ++away_;
  if (observed_ != nullptr) observed_->leave_behind(p);
  if (crowd_done_ > 0) {
    if (broken(mutant::crowd_forgotten)) {
      queue_.pop();
      crowd_done_ = 0;
    } else {
      drop_done();
    }
  }
  if (broken(mutant::away_is_handled)) return;
  p.is_away = true;
  p.room = 0;
  if (p.queued() > 1) set_aside(p);
}

/// What is in the queue for it goes to the front of its backlog.
void shard::set_aside(process& p) {
  backlog later = std::exchange(p.backlog, {});
  aside_ -= later.size();
  for (auto all = std::exchange(queue_, {}); !all.empty(); all.pop()) {
    entry& one = all.front();
    if (one.which() == entry_kind::crowd) {
      auto& members = one.all().members;
      std::erase_if(members, [&](endpoint* to) {
        if (to->owner != &p) return false;
        p.backlog.emplace(entry_kind::message, *to, one.orientation(), interest_type::participant,
                          term{one.topic()});
        return true;
      });
      if (!members.empty()) queue_.emplace(std::move(one));
    } else if (&one.owner() == &p) {
      p.backlog.emplace(std::move(one));
    } else {
      queue_.emplace(std::move(one));
    }
  }
  for (; !later.empty(); later.pop()) p.backlog.emplace(std::move(later.front()));
  aside_ += p.backlog.size();
}

/// By the worker that has lost us: of this shard only the inbox is its to touch. The shard stays
/// until then, since the worker is still counted; and the process, since what was handled is not.
void shard::come_back(visit& from) {
  process& p = *from.lost_in;
  push_from_outside(&p, rejoin{std::move(from.answer).take(), std::move(from.failure),
                               std::move(from.handled), from.is_refused});
}

/// Stands for what was handled, so it is counted already.
void shard::take_back(process& p, entry one) {
  --away_;
  if (observed_ != nullptr) observed_->welcome_back(p);
  p.is_away = false;
  if (p.is_kept) p.rare->is_rejoining = true;
  p.room = most_queued_of(p);
  if (broken(mutant::rejoins_late)) refill(p);
  queue_.emplace(std::move(one));
  refill(p);
}

void shard::commit_rejoin(process& p, rejoin& r) {
  if (p.is_kept) p.rare->is_rejoining = false;
  if (r.is_refused) {
    cut_off(p, true);
  } else if (r.failure) {
    crash(p, *r.failure);
  } else {
    commit(p, r.answer);
  }
  if (r.handled != nullptr) vm_.send_out(std::move(r.handled));
}

}  // namespace souk::parallel
