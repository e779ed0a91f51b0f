// Which processes live where: a crowded shard hands processes to one that waits for work.
//
// A shard is crowded when its quantum was too short for all that was ready. What talks to each
// other should stay together, since a message between shards costs locks. So of the ready
// processes those are moved, half of them, whose last message came from a process that sent none
// to the others; and that process moves along. A crowd around one process stays. And half of those
// that wait for their first turn move: first_turns.cpp.
//
// In how many shards processes live at all is tried and measured: growth.hpp. A shard that is one
// too many hands all that it has to another, as it comes to handle something.
//
// A move is a change of the table, with nothing else changed: under the writer lock and the locks
// of both inboxes a new version is published, in which the process lives elsewhere. Whoever looked
// it up before finds that its version is not the current one, and looks again (the commit
// protocol).
#include "vm/parallel/shard.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>

namespace souk::parallel {

namespace {

/// Quanta between two moves.
constexpr unsigned interval = 16;
/// Fewer groups than this stay where they are.
constexpr std::size_t fewest_groups = 2;
/// Of what waits, so much is looked at: to share the load must not take longer, however long the
/// queue is.
constexpr std::uint32_t most_looked_at = 2048;

std::int64_t now() noexcept {
  const auto passed = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count();
}

}  // namespace

std::int64_t shard::start_of_quantum() const noexcept {
  return vm_.size().is_under_way() ? now() : 0;
}

void shard::share_load(unsigned handled, std::int64_t began) {
  if (vm_.is_stopped()) return;
  // relaxed: nobody else writes them, and who reads them wants to know how fast they grow.
  const auto add = [](sched::atomic<std::uint64_t>& sum, std::uint64_t more) {
    sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  };
  add(burden_->handled, handled);
  if (began != 0) add(burden_->busy, static_cast<std::uint64_t>(now() - began));
  add(burden_->crossed, std::exchange(crossings_, 0));
  if (vm_.common().seed != 0) return stir();
  const bool is_crowded = waiting() > 1;
  if ((is_crowded || vm_.size().is_under_way()) && vm_.size().is_due(now()) && look_at_size())
    patience_ = 0;
  if (!is_crowded || heir() != nullptr) return;
  if (patience_ > 0) {
    --patience_;
    return;
  }
  patience_ = interval;
  shard* const hungry = find_hungry(vm_.size().shards());
  if (hungry == nullptr) return;
  const std::vector<process*> group = choose_half();
  std::vector<entry> newborns = take_eldest(elder_half());
  if (!group.empty() || !newborns.empty()) move(group, std::move(newborns), *hungry);
}

bool shard::look_at_size() {
  return vm_.size().look([this] {
    growth::reading all{.at = now(), .handled = 0, .busy = 0, .crossed = 0};
    // relaxed: each is some value of late, that will do.
    for (const auto& s : vm_.shards()) {
      all.handled += s->burden_->handled.load(std::memory_order_relaxed);
      all.busy += s->burden_->busy.load(std::memory_order_relaxed);
      all.crossed += s->burden_->crossed.load(std::memory_order_relaxed);
    }
    return all;
  });
}

/// Where its parent is: it moves with its siblings, before its first turn.
unsigned shard::home_for_child() {
  if (vm_.common().seed != 0) return roll(static_cast<unsigned>(vm_.shards().size()));
  const shard* const to = heir();
  return to == nullptr ? index_ : to->index_;
}

/// All who have something to do now. Who has nothing follows when he has; nested VMs stay.
void shard::give_away(shard& to) {
  if (vm_.is_stopped()) return;  // they vanish where they are
  if (quanta_of_rest_ > 0) {
    --quanta_of_rest_;
    return;
  }
  std::vector<process*> group = list_waiting(queue_.size());
  std::erase_if(group, [this](const process* p) { return p == &agent_ || !may_move(*p); });
  std::vector<entry> newborns = take_eldest(first_turns_.size());
  const bool is_anybody = !group.empty() || !newborns.empty();
  // To look at all costs what it costs to handle some of it: so less often where the queue is long.
  quanta_of_rest_ = is_anybody ? queue_.size() / most_looked_at : interval;
  if (!is_anybody) return;
  snap_ = nullptr;
  move(group, std::move(newborns), to);
}

// For tests: any process may go anywhere at any time.
void shard::stir() {
  if (waiting() == 0 || roll(4) != 0) return;
  shard& to = *vm_.shards()[roll(static_cast<unsigned>(vm_.shards().size()))];
  if (&to == this) return;
  std::vector<process*> group;
  if (!queue_.empty() && may_move(queue_.front().owner())) group.push_back(&queue_.front().owner());
  std::vector<entry> newborns = take_eldest(roll(1 + first_turns_.size()));
  if (!group.empty() || !newborns.empty()) move(group, std::move(newborns), to);
}

/// Among the first so many.
shard* shard::find_hungry(unsigned shards) {
  const std::span all{vm_.shards().data(), shards};
  const auto found = std::ranges::find_if(all, [](const auto& s) { return s->inbox_.is_parked(); });
  return found == all.end() ? nullptr : found->get();
}

/// It has settled in and is not away, and nothing of it is elsewhere in this shard.
bool shard::may_move(const process& p) const {
  return lives_here(p) && p.is_settled && !p.is_noted && !p.is_away && may_leave(p) &&
         std::ranges::none_of(graves_, [&](const grave& g) {
           return g.old_endpoint != nullptr && g.old_endpoint->owner == &p;
         });
}

/// Every worker knows of its last move. Pre: it lives here.
bool shard::may_leave(const process& p) const {
  // relaxed: a process that is dead does not gain by a move, that is all.
  return !p.is_vm && !p.awaits_children &&
         p.dead_from.load(std::memory_order_relaxed) == process::never &&
         vm_.common().quiet.passed(p.moved);
}

/// Those for whom something is in the queue, all of it `near` its front, each once, in its order.
std::vector<process*> shard::list_waiting(std::uint32_t near) {
  std::vector<process*> all;
  std::unordered_map<const process*, std::uint32_t> entries;
  entries.reserve(near);
  const auto list = [&](process& p) {
    if (++entries[&p] == 1) all.push_back(&p);
  };
  for (std::uint32_t i = 0; i < near; ++i) {
    if (queue_[i].which() != entry_kind::crowd) {
      list(queue_[i].owner());
    } else {
      for (const endpoint* const to : queue_[i].all().members) list(*to->owner);
    }
  }
  std::erase_if(all, [&](const process* p) { return entries[p] != p->queued(); });
  return all;
}

std::vector<process*> shard::choose_half() {
  const std::vector<process*> ready = list_waiting(std::min(queue_.size(), most_looked_at));
  std::unordered_map<std::uint32_t, unsigned> heard;  // by sender, how many of them heard it
  for (const process* const p : ready) ++heard[p->last_sender];
  std::uint32_t groups = 0;
  std::vector<std::pair<std::uint32_t, process*>> all;  // by group
  for (process* const p : ready) {
    if (p == &agent_ || (p->last_sender != process::nobody && heard[p->last_sender] > 1)) continue;
    if (heard.contains(p->self.number) && p->last_sender != p->self.number) continue;
    const std::uint32_t own = groups++;
    if (!may_move(*p)) continue;
    process* const partner =
        p->last_sender == process::nobody ? nullptr : vm_.processes().find(p->last_sender);
    if (partner != nullptr && partner != p && lives_here(*partner)) {
      if (!may_move(*partner)) continue;
      all.emplace_back(own, partner);
    }
    all.emplace_back(own, p);
  }
  // Those in front, not every other one: what waits in a row was often made in a row, so that two
  // neighbours in one line of the caches would be written by two workers from then on.
  std::vector<process*> half;
  if (groups < fewest_groups) return half;
  for (const auto& [own, p] : all) {
    if (own < (groups + 1) / 2) half.push_back(p);
  }
  return half;
}

/// Pre: `to` is another shard.
void shard::move(const std::vector<process*>& group, std::vector<entry> newborns, shard& to) {
  const std::scoped_lock writing{vm_.writer()};
  const table& now = *vm_.load_table();
  auto next = std::make_unique<table>(now);
  ++next->id;

  homes_ = {this, &to};
  std::ranges::sort(homes_, {}, &shard::index);
  for (shard* const home : homes_) home->inbox_.lock();
  for (process* const p : group) {
    p->is_settled = false;  // before: who sees it at home over there sees that, too
    p->home.move(to.index_, next->id);
  }
  for (const entry& one : newborns) one.owner().home.move(to.index_, next->id);
  const table* const old = vm_.publish(next.release());
  // What waits for them here follows them, after them.
  sched::inbox<entry>::queue drained;
  inbox_.take(drained);
  std::vector<entry> following;
  for (entry& one : drained) {
    part(
        std::move(one), [this](entry stays) { inbox_.push(std::move(stays)); },
        [&](entry goes) { following.push_back(std::move(goes)); });
  }
  take_along(group);
  const std::uint64_t stamp = vm_.common().quiet.stamp();
  for (process* const p : group) {
    p->moved = stamp;
    process& released = *let_go(*p).release();
    to.inbox_.push(std::make_unique<errand>(&released, move_in{}));
  }
  for (entry& one : newborns) {
    process& p = one.owner();
    p.moved = stamp;
    aside_ -= p.backlog.size();
    --p.arrived;  // it comes again
    to.inbox_.push(std::move(one));
  }
  for (entry& one : following) to.inbox_.push(std::move(one));
  for (shard* const home : homes_) {
    if (home->inbox_.unlock()) vm_.wake(*home);
  }
  graves_.push_back({.old_table = std::unique_ptr<const table>{old}});
}

/// Gives what is for those who live here to `keep`, and the rest to `give`.
template <class Keep, class Give>
void shard::part(entry one, Keep keep, Give give) {
  if (one.which() != entry_kind::crowd) {
    lives_here(one.owner()) ? keep(std::move(one)) : give(std::move(one));
    return;
  }
  auto moved = std::make_unique<crowd>();
  std::erase_if(one.all().members, [&](endpoint* to) {
    const bool stays = lives_here(*to->owner);
    if (!stays) moved->members.push_back(to);
    return !stays;
  });
  if (!moved->members.empty()) give(entry{std::move(moved), one.orientation(), one.topic()});
  if (!one.all().members.empty()) keep(std::move(one));
}

/// What is in the queue for those who moved goes to the front of their backlogs.
void shard::take_along(const std::vector<process*>& group) {
  std::vector<backlog> later;
  std::uint32_t left = 0;
  for (process* const p : group) {
    left += p->queued();
    aside_ -= p->backlog.size();
    later.push_back(std::exchange(p->backlog, {}));
  }
  std::vector<entry> passed;
  for (; left > 0; queue_.pop()) {
    part(
        std::move(queue_.front()), [&](entry stays) { passed.push_back(std::move(stays)); },
        [&](entry goes) {
          if (goes.which() != entry_kind::crowd) {
            --left;
            return goes.owner().backlog.emplace(std::move(goes));
          }
          left -= static_cast<std::uint32_t>(goes.all().members.size());
          for (endpoint* const to : goes.all().members) {
            to->owner->backlog.emplace(entry_kind::message, *to, goes.orientation(),
                                       interest_type::participant, term{goes.topic()});
          }
        });
  }
  for (auto one = passed.rbegin(); one != passed.rend(); ++one)
    queue_.emplace_front(std::move(*one));
  for (std::size_t i = 0; i < group.size(); ++i) {
    for (; !later[i].empty(); later[i].pop())
      group[i]->backlog.emplace(std::move(later[i].front()));
  }
}

}  // namespace souk::parallel
