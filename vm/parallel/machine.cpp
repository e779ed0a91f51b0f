#include "vm/parallel/machine.hpp"

#include "vm/call_watch.hpp"
#include "vm/crossing.hpp"
#include "vm/parallel/shard.hpp"
#include "vm/resources.hpp"

#include <algorithm>

namespace souk::parallel {

namespace {

struct buried_machine final : buried {
  explicit buried_machine(machine& m) noexcept : gone{&m} {}
  std::unique_ptr<machine> gone;
};

}  // namespace

// Pre: nothing is active.
universe::~universe() {
  workers.reset();
  cemetery_.clear();
}

void universe::bury(machine& gone) {
  gone.disown();
  bury(quiet.stamp(), std::make_unique<buried_machine>(gone));
}

void universe::bury(std::uint64_t stamp, std::unique_ptr<buried> gone) {
  const std::scoped_lock held{lock_};
  cemetery_.emplace_back(stamp, std::move(gone));
  filled_.store(true, std::memory_order_relaxed);  // relaxed: a hint to take the lock
}

void universe::sweep() {
  if (!filled_.load(std::memory_order_relaxed)) return;  // relaxed: a hint
  std::vector<std::unique_ptr<buried>> gone;
  const std::scoped_lock held{lock_};
  std::erase_if(cemetery_, [&](auto& grave) {
    if (!quiet.passed(grave.first)) return false;
    gone.push_back(std::move(grave.second));
    return true;
  });
  filled_.store(!cemetery_.empty(), std::memory_order_relaxed);  // relaxed: a hint
}

machine::machine(universe& common, std::uint64_t id, machine* around, shard* home,
                 std::uint32_t number, detail::account& under, detail::bindings bound)
    : common_{common},
      payer_{detail::account::open(under)},
      bound_{std::move(bound)},
      id_{id},
      around_{around},
      home_{home},
      number_{number},
      size_{(around == nullptr || common.seed != 0) && common.root_shards > 1
                ? std::make_unique<growth>(common.root_shards)
                : nullptr} {
  const detail::account_scope paying{payer_};
  table_.store(new table, std::memory_order_relaxed);  // relaxed: no shard runs yet
  const unsigned count = size().most();
  for (unsigned i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<shard>(*this, i, common.seed ^ (id + i)));
  }
  if (around == nullptr) outside_ = std::make_unique<shard>(*this, count, common.seed);
  if (common.record != nullptr) {
    auto& sequences = common.record->open(path(), count + (outside_ == nullptr ? 0 : 1));
    for (unsigned i = 0; i < count; ++i) shards_[i]->record_into(sequences[i]);
    if (outside_ != nullptr) outside_->record_into(sequences[count]);
  }
  payer_.own(*this);
}

vm_path machine::path() const {
  if (around_ == nullptr) return {};
  vm_path all = around_->path();
  all.push_back(number_);
  return all;
}

// Pre: not active. So the machines in its processes are not active either.
machine::~machine() {
  {
    const detail::account_scope paying{payer_};
    // relaxed: a figure.
    for (const auto& s : shards_)
      common_.handled_before.fetch_add(s->handled(), std::memory_order_relaxed);
    shards_.clear();
    outside_.reset();
    const std::unique_ptr<const table> last{
        table_.load(std::memory_order_relaxed)};  // relaxed: alone
    routing::graveyard nodes;
    routing::trie{last->publishers}.clear(nodes);
    routing::trie{last->subscribers}.clear(nodes);
    routing::trie{last->meta_endpoints}.clear(nodes);
    outbox_.clear();
    const std::unique_ptr<const term> end{end_.load(std::memory_order_relaxed)};  // relaxed: alone
  }
  payer_.close();
}

void machine::boot(boot_function first) {
  const detail::account_scope paying{payer_};
  shard& home = *shards_.front();
  const pid self{id_, directory_.take_number()};
  auto made = std::make_unique<process>(self, term{}, home.index());
  action_list actions = begin(*made, spawn_action{std::move(first)});
  process* const p = made.release();  // its home adopts it when it settles in
  directory_.set(self.number, *p);
  home.push_from_outside(p, settle_in{std::move(actions)});
}

action_list machine::begin(process& p, const spawn_action& how) {
  if (common_.listener != nullptr) common_.listener->on_start(p.self, p.name());
  if (p.is_kept && p.rare->kept_in->wanted_end() != nullptr) return cut_off_unborn(p);
  const detail::bound_scope as{bound_for(p)};
  const payer_scope pays{payer_of(p)};
  call_watch watch;
  action_list first;
  std::optional<fault> failure;
  {
    const detail::refusal_scope may_fail{watch};  // what comes of a failure may not
    failure = begin_guarded(p, how, first);
  }
  ++p.calls;
  if (watch.was_refused()) return cut_off_unborn(p);
  if (!failure) return first;
  if (common_.listener != nullptr)
    common_.listener->on_remark(p.self, "crashed: " + failure->message);
  return actions{quit{term{*failure}}}.take();
}

/// Its boot function is not called, or does not count.
action_list machine::cut_off_unborn(process& p) {
  p.is_gone = p.is_cut_off = true;
  common_.note_cut_off(p.self, {0, 0});
  return {};
}

std::optional<fault> machine::begin_guarded(process& p, const spawn_action& how,
                                            action_list& first) {
  try {
    if (const auto* boot_of = std::get_if<boot_function>(&how.what); boot_of != nullptr) {
      booted made = (*boot_of)(p.self);
      p.state = std::move(made.state);
      first = std::move(made.first);
    } else {
      begin_nested(p, how);
    }
    return std::nullopt;
  } catch (const std::exception& e) {
    return fault{e.what()};
  } catch (...) {
    return fault{"an exception that is not a std::exception"};
  }
}

void machine::begin_nested(process& p, const spawn_action& how) {
  const detail::upbringing own = how.raised();
  auto inside = std::make_unique<machine>(
      *this, p, own.under.get() != nullptr ? *own.under.get() : payer_of(p));
  const boot_function first = std::get<detail::function<boot_function(pid)>>(how.what)(p.self);
  p.state = detail::state_box{nested_vm{inside.get()}};
  p.is_vm = true;
  inside.release()->boot(first);  // runs from now on, and ends by itself
}

void machine::inject(std::span<const send_message> messages) {
  const detail::account_scope paying{payer_};
  action_list all;
  all.reserve(messages.size());
  for (const send_message& each : messages) all.emplace_back(each);
  shard& s = *shards_.front();
  s.push_from_outside(&s.agent(), parallel::inject{std::move(all)});
}

// All that comes from the VM around goes through one agent, so that it stays in order.
void machine::arrive(std::uint32_t number, const term& id, const event& e) {
  const detail::account_scope paying{payer_};
  pass_on(e, payer_);
  shard& s = *shards_.front();
  s.push_from_outside(&s.agent(), arrival{number, id, e, in_hand_});
}

void machine::arrive_child(std::uint32_t number, std::uint64_t continuation_number, pid child) {
  const detail::account_scope paying{payer_};
  shard& s = *shards_.front();
  s.push_from_outside(&s.agent(), arrival_of_child{number, continuation_number, child});
}

void machine::shut_down(const term& why) noexcept {
  auto mine = std::make_unique<const term>(why);
  const term* none = nullptr;
  // release -> wanted_end. If it fails, another was first.
  if (!end_.compare_exchange_strong(none, mine.get(), std::memory_order_release)) return;
  (void)mine.release();
  if (around_ != nullptr) return tell_container(end_wanted{number_});
  if (common_.listener != nullptr)
    common_.listener->on_remark({id_, 0}, "shut down: " + reason{why}.text());
  if (common_.record != nullptr) common_.record->cut_short();
  stop();
  if (common_.around.on_news) common_.around.on_news();
}

detail::account_counts machine::count() noexcept {
  detail::account_counts all{.endpoints = endpoints_.load(std::memory_order_relaxed)};  // a figure
  for (const auto& s : shards_) all += s->count();
  // relaxed: a figure; a process may have been counted before its shard counted it.
  all.processes -= std::min<std::uint64_t>(all.processes, kept_.load(std::memory_order_relaxed));
  return all;
}

// By way of the VM around, since this one may be about to be collected.
void machine::look_at_custody() noexcept {
  is_end_of_custody_wanted_.store(true, std::memory_order_release);  // -> end_custody
  around_ == nullptr ? end_custody() : tell_container(end_wanted{number_});
}

void machine::end_custody() {
  // acquire <- look_at_custody: whose end was wanted. If we are too early, it tells again.
  if (!is_end_of_custody_wanted_.exchange(false, std::memory_order_acq_rel)) return;
  const detail::account_scope paying{payer_};
  for (const auto& s : shards_) s->ask_about_custody();
}

void machine::disown() noexcept {
  for (const auto& s : shards_) s->disown_machines();
  close_resources();
  payer_.disown();
}

void machine::close_resources() noexcept {
  const detail::account_scope paying{payer_};
  for (const auto& s : shards_) s->close_custody();
  detail::close_all(payer_.take_last_open(), [this](const std::string& why) {
    if (common_.listener != nullptr)
      common_.listener->on_remark({id_, 0}, "a resource could not be closed: " + why);
  });
}

void machine::stop() {
  const detail::account_scope paying{payer_};
  activate();
  // relaxed: M2, the word's own order.
  if ((active_.fetch_or(ending, std::memory_order_relaxed) & ending) == 0) {
    for (const auto& s : shards_) s->push_from_outside(&s->agent(), parallel::stop{});
  }
  deactivate();
}

void machine::hear_of_stop() {
  stopped_.store(true, std::memory_order_release);  // -> is_stopped
  // acq_rel: what the other shards pushed before they heard it comes before what the last one says.
  if (stopped_shards_.fetch_add(1, std::memory_order_acq_rel) + 1 < shards_.size()) return;
  for (const auto& s : shards_) s->push_from_outside(&s->agent(), stop_inside{});
}

void machine::wait_until_idle() const noexcept {
  // acquire <- deactivate: all that was done.
  for (auto active = active_.load(std::memory_order_acquire); (active & ~ending) != 0;
       active = active_.load(std::memory_order_acquire)) {
    if constexpr (sched::hooks::enabled) {
      sched::hooks::wait();
    } else {
      active_.wait(active, std::memory_order_acquire);
    }
  }
}

void machine::activate() noexcept {
  sched::hooks::step();
  // seq_cst: see ask_for_idle_news.
  const std::uint32_t before = active_.fetch_add(1, std::memory_order_seq_cst);
  if ((before & ~ending) == 0 && around_ != nullptr) around_->activate();
}

// When the last is gone, the machine may be deleted as soon as this worker leaves its quantum.
void machine::deactivate() {
  machine* const around = around_;
  sched::hooks::step();
  // seq_cst: see ask_for_idle_news; and release -> wait_until_idle.
  const std::uint32_t before = active_.fetch_sub(1, std::memory_order_seq_cst);
  if ((before & ~ending) != 1) return;
  if (around == nullptr) {
    active_.notify_all();
    // seq_cst: see ask_for_idle_news. on_news is there: who asks has given it.
    if (wanted_idle_.exchange(false, std::memory_order_seq_cst)) common_.around.on_news();
    return;
  }
  if ((before & ending) != 0) {
    common_.bury(*this);
  } else if (wanted_idle_.load(std::memory_order_seq_cst)) {
    tell_container(inside_is_idle{number_});
  }
  around->deactivate();
}

void machine::wake(shard& s) {
  activate();
  common_.workers->submit(s);
}

bool machine::send_out(action_list out) {
  const bool was_empty = outbox_.empty();
  outbox_.push_back(std::move(out));
  return was_empty;
}

std::vector<action_list> machine::take_outbox() {
  const std::scoped_lock held{outbox_lock_};
  return std::exchange(outbox_, {});
}

bool machine::has_outbox() {
  const std::scoped_lock held{outbox_lock_};
  return !outbox_.empty();
}

void machine::tell_of_outbox() {
  if (around_ != nullptr) {
    tell_container(outbox_filled{number_});
  } else if (common_.around.on_news) {
    common_.around.on_news();
  }
}

// Its process may not be there any more, or not yet: whoever hears it looks.
void machine::tell_container(decltype(errand::what) news) {
  const detail::account_scope paying{around_->payer()};
  home_->push_from_outside(&home_->agent(), std::move(news));
}

}  // namespace souk::parallel
