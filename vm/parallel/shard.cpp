// A shard's life: quanta while there is something to do, and then it is parked.
#include "vm/parallel/shard.hpp"

#include <algorithm>

namespace souk::parallel {

namespace {

constexpr std::uint32_t agent_number = std::numeric_limits<std::uint32_t>::max();
/// Entries handled in a quantum, and by one process in a row.
constexpr unsigned quantum = 1024;
constexpr unsigned turn = 64;
/// So many graves are kept while the shard is busy.
constexpr std::size_t full_cemetery = 64;
constexpr std::size_t cache_line = 64;

void fetch(const void* address) noexcept { __builtin_prefetch(address); }

}  // namespace

shard::shard(machine& of, unsigned index, std::uint64_t seed)
    : vm_{of}, index_{index}, agent_{pid{of.id(), agent_number}, {}, index}, dice_{seed} {}

// Of a VM that was collected: the VMs inside are idle too, and nobody else knows them (GC-3).
shard::~shard() {
  for (const auto& p : processes_) {
    const std::unique_ptr<machine> inside{machine_in(*p)};
  }
}

bool shard::run(unsigned worker) noexcept {
  universe& common = vm_.common();
  common.sweep();
  common.quiet.enter(worker);
  bool more = true;
  {
    const detail::account_scope paying{vm_.payer()};
    more = run_quantum();
  }
  // Parked, another worker may run this shard from here on.
  if (!more) vm_.deactivate();
  common.quiet.leave(worker);  // and after this, unless there is more, the universe may be gone
  return more;
}

// False: it is parked.
bool shard::run_quantum() {
  snap_ = nullptr;
  open_epoch();
  collect();
  // Not at each grave: a look at all of them for each few.
  if (graves_.size() >= full_cemetery && vm_.common().quiet.passed(graves_.front().stamp)) sweep();
  unsigned budget = vm_.common().seed == 0 ? quantum : 1 + roll(8);
  while (!ready_.empty() && budget > 0) {
    process& next = *ready_.front();
    ready_.pop();
    fetch_ahead();
    run_process(next, budget);
  }
  snap_ = nullptr;
  if (vm_.shards().size() > 1 && !ready_.empty()) share_load();
  if (!ready_.empty() || !idle_.empty()) return true;
  sweep();
  inbox_.lock();
  if (!inbox_.empty()) {
    (void)inbox_.unlock();
    return true;
  }
  inbox_.unlock_and_park();
  return false;
}

void shard::run_process(process& p, unsigned& budget) {
  unsigned left = std::min(budget, vm_.common().seed == 0 ? turn : 1 + roll(2));
  budget -= left;
  for (; left > 0 && !p.mailbox.empty() && !p.is_gone; --left) handle_next(p);
  budget += left;
  if (p.is_gone) return;  // what comes after its burial, to stop a VM in it, is done already
  p.is_ready = false;
  if (!p.mailbox.empty()) {
    make_ready(p);
  } else if (p.endpoints.empty()) {
    note_if_idle(p);
  }
}

// Who is ready was last looked at a round ago: with many of them, each of the steps from a process
// to its handler is a wait for memory. So those that come next are walked towards, a step each.
void shard::fetch_ahead() noexcept {
  if (ready_.size() < 4) return;
  fetch(ready_[3]);
  fetch(reinterpret_cast<const std::byte*>(ready_[3]) + cache_line);
  const process& third = *ready_[2];
  if (!third.mailbox.empty()) fetch(&third.mailbox.front());
  const process& second = *ready_[1];
  if (!second.mailbox.empty()) fetch(second.mailbox.front().subject_address());
  const process& first = *ready_[0];
  if (!first.mailbox.empty() && first.mailbox.front().which() != entry_kind::errand)
    fetch(first.mailbox.front().to().on_event.address());
}

// The table first and then the word: a commit that we do not find in the inbox has locked it after
// our load of the word, hence takes effect after our epoch began.
void shard::open_epoch() {
  const bool too_early = broken(mutant::word_before_table) && inbox_.is_idle();
  const table* const now = vm_.load_table();
  const std::uint64_t stamp = take_stamp();
  const bool too_late = broken(mutant::stale_epoch) && !ready_.empty();
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
  process& p = one.owner();
  if (one.which() != entry_kind::errand) {
    ++one.to().queued;
  } else if (one.is<move_in>()) {
    adopt(p);
    if (!p.mailbox.empty()) make_ready(p);
    return;
  }
  p.mailbox.emplace(std::move(one));
  make_ready(p);
}

void shard::deliver_message(endpoint& to, orientation o, term body) {
  process& p = *to.owner;
  p.mailbox.emplace(entry_kind::message, to, o, interest_type::participant, std::move(body));
  ++to.queued;
  make_ready(p);
}

// GC-1, GC-2. The agent stays, and who is dead is buried in its turn.
void shard::note_if_idle(process& p) {
  if (vm_.is_stopped()) return;  // its processes vanish with it (VM-6)
  const auto alive = [](const process& one) {
    // relaxed: whoever wins the exchange of collect() decides.
    return one.dead_from.load(std::memory_order_relaxed) == process::never;
  };
  if (p.is_noted || &p == &agent_ || !p.endpoints.empty() || !p.meta_endpoints.empty() ||
      !p.waiting.empty() || !alive(p)) {
    return;
  }
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
    if (!p->mailbox.empty() || !p->endpoints.empty() || !p->meta_endpoints.empty() ||
        !p->waiting.empty()) {
      continue;
    }
    machine* const inside = machine_in(*p);
    if (inside != nullptr && inside->has_outbox()) continue;
    // A killer marks it dead in the same way: one of us is first. acq_rel: what the killer did, or
    // what we did.
    sched::hooks::step();
    std::uint64_t expected = process::never;
    if (!p->dead_from.compare_exchange_strong(expected, 0, std::memory_order_acq_rel)) continue;
    if (vm_.common().listener != nullptr)
      vm_.common().listener->on_end(p->self, p->name, ending::collected, {});
    if (inside != nullptr) vm_.common().bury(*inside);
    remove(*p);
  }
}

void shard::adopt(process& p) {
  p.place = static_cast<std::uint32_t>(processes_.size());
  p.is_settled = true;
  processes_.emplace_back(&p);
}

std::unique_ptr<process> shard::let_go(process& p) {
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
  vm_.processes().set(p.self.number, nullptr);
  std::unique_ptr<process> gone = let_go(p);
  gone->is_gone = true;
  gone->state = {};
  graves_.push_back({.stamp = vm_.common().quiet.stamp(), .old_process = std::move(gone)});
}

void shard::retire(std::unique_ptr<endpoint> gone) {
  graves_.push_back({.stamp = vm_.common().quiet.stamp(), .old_endpoint = std::move(gone)});
}

// Pre: what was in the inbox when they were buried has been drained (P2).
void shard::sweep() {
  std::erase_if(graves_, [&](const grave& g) {
    return (g.old_endpoint == nullptr || g.old_endpoint->queued == 0) &&
           vm_.common().quiet.passed(g.stamp);
  });
}

void shard::take_in(process& child, action_list first) {
  std::unique_ptr<errand> job{new errand{&child, settle_in{std::move(first)}}};
  inbox_.lock();
  vm_.processes().set(child.self.number, &child);
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
