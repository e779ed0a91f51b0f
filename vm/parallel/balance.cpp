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

namespace souk::parallel {

namespace {

/// Quanta between two looks at the load.
constexpr unsigned interval = 16;
/// Fewer than this stay where they are.
constexpr std::size_t crowd = 2;

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
  process& next = *ready_.front();
  if (roll(4) != 0 || !may_move(next)) return;
  shard& to = *vm_.shards()[roll(static_cast<unsigned>(vm_.shards().size()))];
  if (&to != this) move({&next}, to);
}

shard* shard::find_hungry() {
  const auto found =
      std::ranges::find_if(vm_.shards(), [](const auto& s) { return s->inbox_.is_parked(); });
  return found == vm_.shards().end() ? nullptr : found->get();
}

/// It has settled in, nothing of it is elsewhere in this shard, and every worker knows of its last
/// move.
bool shard::may_move(const process& p) const {
  return p.home.latest() == index_ && p.is_settled && !p.is_noted && !p.state.holds<nested_vm>() &&
         vm_.common().quiet.passed(p.moved) &&
         // relaxed: a process that is dead does not gain by a move, that is all.
         p.dead_from.load(std::memory_order_relaxed) == process::never &&
         std::ranges::none_of(graves_, [&](const grave& g) {
           return g.old_endpoint != nullptr && g.old_endpoint->owner == &p;
         });
}

std::vector<process*> shard::choose_half() {
  std::unordered_map<std::uint32_t, unsigned> heard;  // by sender, how many ready ones heard it
  for (std::uint32_t i = 0; i < ready_.size(); ++i) ++heard[ready_[i]->last_sender];
  std::vector<process*> group;
  std::size_t clusters = 0;
  bool take = false;
  for (std::uint32_t i = 0; i < ready_.size(); ++i) {
    process* const p = ready_[i];
    if (p == &agent_ || (p->last_sender != process::nobody && heard[p->last_sender] > 1)) continue;
    if (heard.contains(p->self.number) && p->last_sender != p->self.number) continue;
    ++clusters;
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
  if (clusters < crowd) group.clear();
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
  auto following = inbox_.extract([&](const entry& one) { return !lives_here(one.owner()); });
  leave_ready();
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

/// Those who moved are not in the ready queue any more.
void shard::leave_ready() {
  for (std::uint32_t left = ready_.size(); left > 0; --left) {
    process& p = *ready_.front();
    ready_.pop();
    p.is_ready = false;
    if (lives_here(p)) make_ready(p);
  }
}

}  // namespace souk::parallel
