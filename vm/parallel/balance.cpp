// Which processes live where: a crowded shard hands processes to one that waits for work.
//
// A shard is crowded when its quantum was too short for all that was ready. What talks to each
// other should stay together, since a message between shards costs locks. So of the ready
// processes those are moved, half of them, whose last message came from a process that sent none
// to the others; and that process moves along. A crowd around one process stays.
//
// A move is a change of the table, with nothing else changed: under the writer lock and the locks
// of both inboxes a new version is published, in which the process lives elsewhere. Whoever looked
// it up before finds that its version is not the current one, and looks again (the commit
// protocol).
#include "vm/parallel/shard.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace souk::parallel {

namespace {

/// Quanta between two looks at the load.
constexpr unsigned interval = 16;
/// Fewer groups than this stay where they are.
constexpr std::size_t fewest_groups = 2;

}  // namespace

void shard::share_load() {
  if (vm_.is_stopped()) return;
  if (vm_.common().seed != 0) return stir();
  if (patience_ > 0) {
    --patience_;
    return;
  }
  patience_ = interval;
  shard* const hungry = find_hungry();
  if (hungry == nullptr) return;
  if (const auto group = choose_half(); !group.empty()) move(group, *hungry);
}

// For tests: any process may go anywhere at any time.
void shard::stir() {
  process& next = queue_.front().owner();
  if (roll(4) != 0 || !may_move(next)) return;
  shard& to = *vm_.shards()[roll(static_cast<unsigned>(vm_.shards().size()))];
  if (&to != this) move({&next}, to);
}

shard* shard::find_hungry() {
  const auto found =
      std::ranges::find_if(vm_.shards(), [](const auto& s) { return s->inbox_.is_parked(); });
  return found == vm_.shards().end() ? nullptr : found->get();
}

/// It has settled in and is not away, nothing of it is elsewhere in this shard, and every worker
/// knows of its last move.
bool shard::may_move(const process& p) const {
  return p.home.latest() == index_ && p.is_settled && !p.is_noted && !p.is_vm && p.room != 0 &&
         vm_.common().quiet.passed(p.moved) &&
         // relaxed: a process that is dead does not gain by a move, that is all.
         p.dead_from.load(std::memory_order_relaxed) == process::never &&
         std::ranges::none_of(graves_, [&](const grave& g) {
           return g.old_endpoint != nullptr && g.old_endpoint->owner == &p;
         });
}

/// Those for whom something is in the queue, each once, in the order of the queue.
std::vector<process*> shard::list_waiting() {
  std::vector<process*> all;
  std::unordered_set<const process*> listed;
  const auto list = [&](process& p) {
    if (listed.insert(&p).second) all.push_back(&p);
  };
  for (std::uint32_t i = 0; i < queue_.size(); ++i) {
    if (queue_[i].which() != entry_kind::crowd) {
      list(queue_[i].owner());
    } else {
      for (const endpoint* const to : queue_[i].all().members) list(*to->owner);
    }
  }
  return all;
}

std::vector<process*> shard::choose_half() {
  const std::vector<process*> ready = list_waiting();
  std::unordered_map<std::uint32_t, unsigned> heard;  // by sender, how many of them heard it
  for (const process* const p : ready) ++heard[p->last_sender];
  std::vector<process*> group;
  std::size_t groups = 0;
  bool take = false;
  for (process* const p : ready) {
    if (p == &agent_ || (p->last_sender != process::nobody && heard[p->last_sender] > 1)) continue;
    if (heard.contains(p->self.number) && p->last_sender != p->self.number) continue;
    ++groups;
    take = !take;
    if (!take || !may_move(*p)) continue;
    process* const partner =
        p->last_sender == process::nobody ? nullptr : vm_.processes().find(p->last_sender);
    if (partner != nullptr && partner != p) {
      if (may_move(*partner)) {
        group.push_back(partner);
      } else if (lives_here(*partner)) {
        continue;
      }
    }
    group.push_back(p);
  }
  if (groups < fewest_groups) group.clear();
  return group;
}

void shard::move(const std::vector<process*>& group, shard& to) {
  const std::scoped_lock writing{vm_.writer};
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
  for (entry& one : following) to.inbox_.push(std::move(one));
  for (shard* const home : homes_) {
    if (home->inbox_.unlock()) vm_.wake(*home);
  }
  graves_.push_back({.stamp = stamp, .old_table = std::unique_ptr<const table>{old}});
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
  for (process* const p : group) later.push_back(std::exchange(p->backlog, {}));
  auto all = std::exchange(queue_, {});
  for (; !all.empty(); all.pop()) {
    part(
        std::move(all.front()), [this](entry stays) { queue_.emplace(std::move(stays)); },
        [](entry goes) {
          if (goes.which() != entry_kind::crowd)
            return goes.owner().backlog.emplace(std::move(goes));
          for (endpoint* const to : goes.all().members) {
            to->owner->backlog.emplace(entry_kind::message, *to, goes.orientation(),
                                       interest_type::participant, term{goes.topic()});
          }
        });
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    for (; !later[i].empty(); later[i].pop())
      group[i]->backlog.emplace(std::move(later[i].front()));
  }
}

}  // namespace souk::parallel
