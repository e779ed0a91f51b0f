// The first turns of processes: which of those who were born come next.
//
// They wait apart from all else, and the youngest comes first, so a tree of processes is walked
// depth first: what waits, and its memory, grows with the depth of the tree rather than its
// breadth. Between two of them what else waits is handled, much while few first turns wait, and
// little while there are many: children may well be born faster than they come to anything. Now and
// then it is the turn of the eldest, so that nobody waits for ever.
//
// What comes for a process before its first turn is in its backlog: its room is 0 (P3). So is what
// comes for a parent before those of its children are over: what it says next, they can hear. No
// rule promises that, since they may have moved; but it is what a program expects.
//
// A hungry shard is given the eldest, which are the roots of the largest subtrees, and will be the
// home of what they spawn. Siblings stay together: they may be about to talk to each other.
#include "vm/parallel/shard.hpp"

#include <algorithm>

namespace souk::parallel {

namespace {

/// So many first turns are many.
constexpr std::uint32_t many = 512;
/// Entries that are handled between two of them.
constexpr unsigned while_few = 8;
constexpr unsigned while_many = 1;
/// The eldest's turn is one of so many.
constexpr unsigned turn_of_eldest = 1024;

}  // namespace

void shard::expect(entry first_turn) {
  process& p = first_turn.owner();
  p.room = 0;
  aside_ += p.backlog.size();
  ++p.arrived;
  first_turns_.emplace(std::move(first_turn));
  if (first_turns_.size() == 1) plan_break();
}

/// Sets what is left of the budget when a first turn comes next.
void shard::plan_break() noexcept {
  visit& mine = *now_;
  const unsigned between = first_turns_.size() < many ? while_few : while_many;
  mine.break_at = first_turns_.empty() ? 0 : mine.budget - std::min(mine.budget, between);
}

/// Pre: somebody waits for his.
shard::first_turn shard::take_first_turn() {
  const bool is_eldest =
      vm_.common().seed != 0 ? roll(2) == 0 : ++first_turns_taken_ % turn_of_eldest == 0;
  const auto next = [&]() -> entry& {
    return is_eldest ? first_turns_.front() : first_turns_.back();
  };
  first_turn taken{std::move(next()).take_job(), false};
  is_eldest ? first_turns_.pop() : first_turns_.pop_back();
  taken.ends_family =
      first_turns_.empty() || next().owner().last_sender != taken.job->owner->last_sender;
  return taken;
}

/// In a commit, before what it has for the parent is delivered.
void shard::hold_for_children(process& p) {
  const auto waits_here = [this](const plan::child& one) { return lives_here(*one.born); };
  if (std::ranges::none_of(plan_.children, waits_here)) return;
  p.awaits_children = true;
  p.room = 0;
}

void shard::let_parent_go_on(std::uint32_t number) {
  process* const parent = vm_.processes().find(number);
  if (parent == nullptr || !lives_here(*parent) || !parent->awaits_children) return;
  parent->awaits_children = false;
  if (parent->is_settled && !parent->is_away && parent->queued() == 0) refill(*parent);
}

/// How many are the elder half, whole families.
std::uint32_t shard::elder_half() const noexcept {
  const auto parent = [this](std::uint32_t i) { return first_turns_[i].owner().last_sender; };
  const std::uint32_t all = first_turns_.size();
  std::uint32_t half = all / 2;
  while (half > 0 && half < all && parent(half - 1) == parent(half)) ++half;
  if (half < all) return half;
  for (half = all / 2; half > 0 && parent(half - 1) == parent(half);) --half;
  return half;
}

/// Of the eldest so many, those that may move.
std::vector<entry> shard::take_eldest(std::uint32_t count) {
  std::vector<entry> taken;
  std::vector<entry> kept;
  for (; count > 0; --count, first_turns_.pop()) {
    entry& one = first_turns_.front();
    let_parent_go_on(one.owner().last_sender);
    (may_leave(one.owner()) ? taken : kept).push_back(std::move(one));
  }
  for (auto one = kept.rbegin(); one != kept.rend(); ++one)
    first_turns_.emplace_front(std::move(*one));
  return taken;
}

}  // namespace souk::parallel
