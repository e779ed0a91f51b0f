// A shard's life: quanta while there is something to do, and then it is parked.
#include "vm/parallel/shard.hpp"

#include <algorithm>
#include <memory>

namespace souk::parallel {

namespace {

constexpr std::uint32_t agent_number = std::numeric_limits<std::uint32_t>::max();
/// Entries handled in a quantum.
constexpr unsigned quantum = 1024;
/// So many graves are kept while the shard is busy.
constexpr std::size_t full_cemetery = 64;
}  // namespace

shard::shard(machine& of, unsigned index, std::uint64_t seed)
    : vm_{of},
      listener_{of.common().listener},
      has_others_{of.size().most() > 1},
      is_watched_{listener_ != nullptr},
      tells_of_calls_{is_watched_},
      notes_senders_{has_others_},
      index_{index},
      agent_{pid{of.id(), agent_number}, {}, index},
      burden_{has_others_ ? std::make_unique<burden>() : nullptr},
      dice_{seed} {
  most_queued_ = of.common().seed == 0 ? process::turn : static_cast<std::uint16_t>(1 + roll(3));
  agent_.room = most_queued_;
}

// Of a VM that was collected: the VMs inside are idle too, and nobody else knows them (GC-3).
shard::~shard() {
  for (const auto& p : processes_) {
    const std::unique_ptr<machine> inside{machine_in(*p)};
  }
}

/// Of memory, to the handlers of a run.
class shard::refusals final : public detail::handler_watch {
 public:
  explicit refusals(visit& of) noexcept : of_{of} {}
  [[nodiscard]] bool is_in_handler() const noexcept override { return of_.shown.has_begun(); }
  void tell_refused() noexcept override { of_.is_refused = true; }

 private:
  visit& of_;
};

bool shard::run(unsigned worker, sched::turn& shown) noexcept {
  universe& common = vm_.common();
  const surroundings_scope here{common.around.place};
  const detail::bound_scope as{vm_.bound()};
  common.sweep();
  common.quiet.enter(worker);
  bool more = true;
  {
    const detail::account_scope paying{vm_.payer()};
    visit mine{.answer = {}, .shown = shown};
    refusals watch{mine};
    const detail::refusal_scope may_fail{watch};
    const outcome how = run_quantum(mine);
    if (how == outcome::lost) come_back(mine);
    more = how == outcome::more;
  }
  detail::account::enforce_limits();
  // Parked or lost, another worker may run this shard from here on.
  if (!more) vm_.deactivate();
  common.quiet.leave(worker);
  if (!more) common.sweep();  // the last to leave frees what waited for the others
  return more;
}

shard::outcome shard::run_quantum(visit& mine) {
  now_ = &mine;
  mine.answer = std::move(answer_);
  snap_ = nullptr;
  if (left_ != nullptr) go_on_without(*std::exchange(left_, nullptr));
  open_epoch();
  collect();
  mark_graves();
  // Not at each grave: a look at all of them for each few.
  if (graves_.size() >= full_cemetery && vm_.common().quiet.passed(graves_.front().stamp)) sweep();
  if (shard* const to = heir(); to != nullptr && vm_.common().seed == 0) give_away(*to);
  if (vm_.wanted_end() != nullptr) [[unlikely]]
    cut_off_all();
  const std::int64_t began = has_others_ ? start_of_quantum() : 0;
  const unsigned most = vm_.common().seed == 0 ? quantum : 1 + roll(8);
  mine.budget = most;
  mine.break_at = first_turns_.empty() ? 0 : most;  // the quantum may be shorter than a break
  publish_counts();
  if (reflection::core* const mirror = vm_.common().mirror;
      mirror != nullptr && mirror->is_watching()) [[unlikely]]
    begin_observed();
  const verdict how = handle_some(mine);
  if (how == verdict::lost) return outcome::lost;
  const unsigned done = most - mine.budget - mine.forgone;
  handled_ += done;
  if (observed_ != nullptr) [[unlikely]]
    end_observed(done);
  answer_ = std::move(mine.answer);
  snap_ = nullptr;
  if (how == verdict::hurry) patience_ = 0;
  if (has_others_) share_load(done, began);
  publish_counts();
  if (has_work()) return outcome::more;
  sweep();
  inbox_.lock();
  if (!inbox_.empty()) {
    (void)inbox_.unlock();
    return outcome::more;
  }
  // Nobody may come here for a long time: what our graves hold, a socket perhaps, must not wait.
  // All that arrived is handled, so their stamps are all that they wait for. But if a process is
  // away, its handler may have its endpoint in a grave; it will come back here.
  std::vector<grave> left;
  if (away_ == 0) {
    left = std::exchange(graves_, {});
    marked_graves_ = 0;
  }
  inbox_.unlock_and_park();
  if (!left.empty()) {
    vm_.common().bury(vm_.common().quiet.stamp(), std::make_unique<buried_graves>(std::move(left)));
  }
  return outcome::parked;
}

// The table first and then the word: a commit that we do not find in the inbox has locked it after
// our load of the word, hence takes effect after our epoch began.
void shard::open_epoch() {
  const bool too_early = broken(mutant::word_before_table) && inbox_.is_idle();
  const table* const now = vm_.load_table();
  const std::uint64_t stamp = take_stamp();
  const bool too_late = broken(mutant::stale_epoch) && !queue_.empty();
  if (too_early || too_late || inbox_.is_idle()) {
    snap_ = now;
    epoch_stamp_ = stamp;
  } else {
    inbox_.lock();
    drain_locked();
  }
}

// Unlocks. The table is loaded while the inbox is locked: who pushes later commits later.
void shard::drain_locked() {
  inbox_.take(room_);
  snap_ = vm_.load_table();
  epoch_stamp_ = take_stamp();
  (void)inbox_.unlock();
  if (broken(mutant::table_after_drain)) {
    snap_ = vm_.load_table();
    epoch_stamp_ = take_stamp();
  }
  for (entry& one : room_) deliver(std::move(one));
  room_.clear();
}

void shard::deliver(entry one) {
  if (one.which() == entry_kind::crowd) {
    const orientation o = one.orientation();
    term body = std::move(one.topic());
    return deliver_to_all(std::move(one).take_all(), o, std::move(body));
  }
  process& p = one.owner();
  if (one.which() == entry_kind::errand) {
    if (one.is<rejoin>()) return take_back(p, std::move(one));
    if (one.is<settle_in>()) return expect(std::move(one));
    if (one.is<move_in>()) {
      adopt(p);
      aside_ += p.backlog.size();
      return refill(p);
    }
  }
  // A reason stays behind its absence.
  const bool has_room = one.which() == entry_kind::reason ? p.backlog.empty() : has_room_for(p);
  if (has_room) {
    queue_.emplace(std::move(one));
  } else {
    put_aside(p, std::move(one));
  }
  ++p.arrived;
}

void shard::deliver_to_all(std::unique_ptr<crowd> all, orientation o, term body) {
  std::erase_if(all->members, [&](endpoint* to) {
    process& p = *to->owner;
    const bool has_room = has_room_for(p);
    if (!has_room)
      put_aside(p, entry_kind::message, *to, o, interest_type::participant, term{body});
    ++p.arrived;
    return !has_room;
  });
  if (!all->members.empty()) queue_.emplace(std::move(all), o, std::move(body));
}

/// What waited behind its turn goes into the queue, behind what others have there by now.
void shard::refill(process& p) {
  p.room = 0;
  if (p.awaits_children) return;
  while (!p.backlog.empty()) {
    const bool is_reason = p.backlog.front().which() == entry_kind::reason;
    if (p.queued() >= most_queued_of(p) && !is_reason) return;
    queue_.emplace(std::move(p.backlog.front()));
    p.backlog.pop();
    --aside_;
  }
  p.room = most_queued_of(p);
}

/// What waits is held for it: it pays.
void shard::put_aside_kept(process& p, entry one) {
  detail::account& payer = vm_.payer_of(p);
  const payer_scope pays{payer};  // by which its limit is looked at, too
  if (one.which() != entry_kind::errand) one.topic().pass_on(payer);
  p.put_aside(std::move(one));
  ++aside_;
}

// GC-1, GC-2. The agent stays, and who is dead is buried in its turn.
void shard::note_if_idle(process& p) {
  if (vm_.is_stopped()) return;  // its processes vanish with it (VM-6)
  const auto alive = [](const process& one) {
    // relaxed: whoever wins the exchange of collect() decides.
    return one.dead_from.load(std::memory_order_relaxed) == process::never;
  };
  if (p.is_noted || &p == &agent_ || !p.endpoints.empty() || !p.meta_endpoints.empty() ||
      p.has_waiting() || !alive(p)) {
    return;
  }
  if (p.is_kept && p.is_cut_off) return;  // its first actions were dropped: end_custody() says so
  if (machine* const inside = machine_in(p); inside != nullptr) {
    // GC-3. If it is busy now, it tells us when it is not; it may have become idle in between.
    inside->ask_for_idle_news();
    if (inside->is_active()) return;
  }
  p.is_noted = true;
  idle_.push_back(&p);
}

// Of those noted in the last quantum: since then all that was committed for them before has been
// drained, and nothing new can reach a process without endpoints.
void shard::collect() {
  for (process* const p : std::exchange(idle_, {})) {
    p->is_noted = false;
    if (vm_.is_stopped()) continue;
    if (!p->is_quiet() || !p->endpoints.empty() || !p->meta_endpoints.empty() || p->has_waiting()) {
      continue;
    }
    machine* const inside = machine_in(*p);
    if (inside != nullptr && inside->has_outbox()) continue;
    // A killer marks it dead in the same way: one of us is first.
    if (!mark_dead(*p, 0)) continue;
    if (listener_ != nullptr) listener_->on_end(p->self, p->name(), ending::collected, {});
    if (inside != nullptr) vm_.common().bury(*inside);
    remove(*p);
  }
}

void shard::adopt(process& p) {
  p.place = static_cast<std::uint32_t>(processes_.size());
  if (p.backlog.empty()) p.room = most_queued_of(p);
  p.is_settled = true;
  if (p.bound() || p.is_kept) watch();  // before anything of it is called
  if (p.is_kept) adopt_kept(p);
  processes_.emplace_back(&p);
}

std::unique_ptr<process> shard::let_go(process& p) {
  if (p.is_kept) {
    p.rare->kept_in->count_processes(-1);
    vm_.count_kept(-1);
  }
  std::unique_ptr<process> gone = std::move(processes_[p.place]);
  if (p.place + 1 < processes_.size()) {
    processes_[p.place] = std::move(processes_.back());
    processes_[p.place]->place = p.place;
  }
  processes_.pop_back();
  return gone;
}

// A worker may have found the process in the directory or an endpoint of it in the table.
void shard::remove(process& p) {
  if (auto piece = vm_.processes().forget(p.self.number); piece != nullptr)
    vm_.common().bury(vm_.common().quiet.stamp(), std::move(piece));
  std::unique_ptr<process> gone = let_go(p);
  gone->is_gone = true;
  gone->state = {};
  if (std::exchange(gone->is_kept, false)) gone->rare->kept_in.reset();
  gone->handled += gone->backlog.size();  // nobody will: it is dropped
  aside_ -= gone->backlog.size();
  gone->backlog = {};
  graves_.push_back({.old_process = std::move(gone)});
}

void shard::retire(std::unique_ptr<endpoint> gone) {
  graves_.push_back({.old_endpoint = std::move(gone)});
}

/// All that was committed before they were buried has arrived by now. Pre: an epoch was opened
/// since then.
void shard::mark_graves() noexcept {
  if (marked_graves_ == graves_.size()) return;
  const std::uint64_t stamp = vm_.common().quiet.stamp();
  for (; marked_graves_ < graves_.size(); ++marked_graves_) {
    grave& g = graves_[marked_graves_];
    g.stamp = stamp;
    if (g.old_endpoint != nullptr) g.mark = g.old_endpoint->owner->arrived;
  }
}

void shard::sweep() {
  // Those of this quantum have no mark yet, and their stamp cannot have passed.
  const std::size_t unmarked = graves_.size() - marked_graves_;
  // In their order, as far as the first whose stamp has not passed: the next one may have, in the
  // meantime, and be that of the process whose endpoint is here.
  bool passed = true;
  std::erase_if(graves_, [&](const grave& g) {
    sched::hooks::step();
    passed = passed && vm_.common().quiet.passed(g.stamp);
    if (!passed) return false;
    if (g.old_endpoint != nullptr) return g.old_endpoint->owner->has_handled(g.mark);
    return g.old_process == nullptr || g.old_process->is_quiet();
  });
  marked_graves_ = graves_.size() - unmarked;
}

void shard::publish_counts() noexcept {
  // relaxed: figures, which nothing is read through.
  counts_.store(std::uint64_t{processes_.size()} << 32 | (waiting() + aside_),
                std::memory_order_relaxed);
}

detail::account_counts shard::count() noexcept {
  const std::uint64_t word = counts_.load(std::memory_order_relaxed);  // relaxed: figures
  inbox_.lock();
  const std::size_t waiting = inbox_.size();
  (void)inbox_.unlock();  // nothing was pushed, so nobody is to be woken
  return {.processes = word >> 32, .queued = (word & 0xffff'ffffU) + waiting};
}

void shard::take_in(process& child, action_list first) {
  std::unique_ptr<errand> job{new errand{&child, settle_in{std::move(first)}}};
  inbox_.lock();
  vm_.processes().set(child.self.number, child);
  inbox_.push(std::move(job));
  if (inbox_.unlock()) vm_.wake(*this);
}

void shard::push_from_outside(process* owner, decltype(errand::what) what) {
  std::unique_ptr<errand> job{new errand{owner, std::move(what)}};
  inbox_.lock();
  inbox_.push(std::move(job));
  if (inbox_.unlock()) vm_.wake(*this);
}

}  // namespace souk::parallel
