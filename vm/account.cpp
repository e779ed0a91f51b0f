#include <souk/custodian.hpp>
#include <souk/detail/account.hpp>

#include "vm/account_registry.hpp"
#include "vm/guards.hpp"  // whole, for ~account
#include "vm/heap.hpp"
#include "vm/resources.hpp"  // whole, for ~account

#include <algorithm>
#include <mutex>
#include <new>

namespace souk::detail {

account_owner::~account_owner() = default;
handler_watch::~handler_watch() = default;

namespace {

account_registry& registry() { return account_registry::the(); }

/// What an account may have before the one around hears of it, by how much there is: an eighth, so
/// that small ones are not lost in the sum of many.
std::int64_t step_of(std::int64_t total) noexcept {
  return std::clamp<std::int64_t>(total / 8, 256, ledger::far);
}

}  // namespace

account::account(id_type id, account* around) noexcept : around_{around}, id_{id} {}
account::~account() = default;

account& account::open(account& around) { return registry().open(&around); }

void account::own(account_owner& owner) noexcept {
  const std::scoped_lock held{registry().tree};
  owner_ = &owner;
}

account& account::of_the_program() noexcept {
  static account& program = registry().open(nullptr);
  return program;
}

account& account::by_id(id_type id) noexcept { return registry().by_id(id); }

void account::close() noexcept {
  disown();
  note_freed(peak_.load(std::memory_order_relaxed));  // relaxed: a figure
  let_go();
}

void account::disown() noexcept {
  const std::scoped_lock held{registry().tree};
  owner_ = nullptr;
}

void account::let_go() noexcept {
  // acq_rel: what all holders did with it is over for the last.
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // acq_rel: with the last credit(), whoever comes second sees all that the other did.
  if (live_.fetch_or(closed, std::memory_order_acq_rel) == 0) end();
}

/// Nobody knows it any more.
void account::end() noexcept {
  if (around_ != nullptr)
    around_->absorb(unfolded_.load(std::memory_order_relaxed));  // relaxed: alone
  registry().end(*this);
}

// Charges and credits. What is folded comes first: after the last credit the account may be gone.

void account::charge(std::int64_t bytes) noexcept {
  fold(bytes);
  // relaxed: a figure; credit() orders the end.
  live_.fetch_add(static_cast<std::uint64_t>(bytes), std::memory_order_relaxed);
  note_peak();
}

void account::credit(std::int64_t bytes) noexcept {
  fold(-bytes);
  const auto less = static_cast<std::uint64_t>(bytes);
  // release -> the last credit() or let_go(), which acquires: it deletes the account.
  if (live_.fetch_sub(less, std::memory_order_acq_rel) - less == closed) end();
}

void account::fold(std::int64_t bytes) noexcept {
  if (around_ == nullptr) return;
  // relaxed, here and below: figures.
  const std::int64_t now = unfolded_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (std::abs(now) < step_of(total())) return;
  around_->absorb(unfolded_.exchange(0, std::memory_order_relaxed));
}

void account::absorb(std::int64_t bytes) noexcept {
  if (bytes == 0) return;
  below_.fetch_add(bytes, std::memory_order_relaxed);  // relaxed: a figure
  if (bytes > 0) note_peak();
  fold(bytes);
}

void account::note_peak() noexcept {
  // relaxed: figures.
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(total(), 0));
  std::uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < now && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

std::int64_t account::own() const noexcept {
  // The mark is moved out, and the sign comes from the bit below it.
  const std::uint64_t word = live_.load(std::memory_order_relaxed);  // relaxed: a figure
  return static_cast<std::int64_t>(word << 1) >> 1;
}

// What a thread has collected.

void account::write_down_credits() noexcept {
  for (ledger::credit& one : this_thread.credits) {
    if (one.bytes != 0) by_id(one.payer).credit(std::exchange(one.bytes, 0));
  }
}

void account::write_down() noexcept {
  const std::int64_t charged = std::exchange(this_thread.charged, 0);
  // The account of an open scope is held, so it cannot end here.
  if (charged > 0) {
    this_thread.current->charge(charged);
  } else if (charged < 0) {
    this_thread.current->credit(-charged);
  }
  // Also where nothing more is asked for, as when messages come in.
  if (charged > 0 && this_thread.current->is_limited()) {
    if (account* const over = this_thread.current->tightest_over(); over != nullptr) over->exceed();
  }
}

void account::write_down_early() noexcept {
  write_down();
  this_thread.current->set_bounds();
}

std::int64_t account::allowance() const noexcept {
  if (!is_limited()) return ledger::far;
  std::int64_t room = ledger::far * 4;
  for (const account* a = this; a != nullptr; a = a->around_) {
    const std::uint64_t limit = a->limit_.load(std::memory_order_relaxed);  // relaxed: a figure
    if (limit == no_limit) continue;
    const std::int64_t left = static_cast<std::int64_t>(limit) - a->total();
    // Who is over the program's limit need not be whom it ends: that one is not asked each time.
    room = std::min(room, a->around_ == nullptr ? std::max(left, ledger::far) : left);
  }
  // Other threads collect as well.
  return std::max<std::int64_t>(room / 4, 0);
}

/// More was collected than a thread may before it looks at the limits.
void account::look(std::int64_t asked_for) {
  account& mine = *this_thread.current;
  write_down();
  account* const over = mine.is_limited() ? mine.tightest_over() : nullptr;
  mine.set_bounds();
  handler_watch* const handlers = this_thread.handlers;
  if (over == nullptr || handlers == nullptr || !handlers->is_in_handler()) return;
  if (over->around_ == nullptr && !mine.is_to_go_for_memory()) return;
  this_thread.charged -= asked_for;
  handlers->tell_refused();
  throw memory_limit_error{};
}

account* account::tightest_over() noexcept {
  for (account* a = this; a != nullptr; a = a->around_) {
    const std::uint64_t limit = a->limit_.load(std::memory_order_relaxed);  // relaxed: a figure
    if (limit != no_limit && a->total() > static_cast<std::int64_t>(limit)) return a;
  }
  return nullptr;
}

void account::exceed() noexcept {
  // acquire <- enforce: the link is free. One of us is first, and tells the owner under a lock.
  if (over_.exchange(true, std::memory_order_acquire)) return;
  hold();
  next_exceeded_ = std::exchange(this_thread.exceeded, this);
}

void account::enforce() noexcept {
  while (account* const over = this_thread.exceeded) {
    this_thread.exceeded = over->next_exceeded_;
    // What is under it later may exceed it, too. release -> exceed: we have read the link.
    over->over_.store(false, std::memory_order_release);
    over->around_ == nullptr ? relieve_machine() : over->shut_down(symbol{"memory-limit"});
    over->let_go();
  }
}

void account::end_vms(const term& why) noexcept {
  const std::scoped_lock held{registry().tree};
  account_registry::shut_down_below(*this, why);
}

void account::limit_memory(std::uint64_t bytes) noexcept {
  {
    const std::scoped_lock held{registry().tree};
    constexpr auto most = std::uint64_t{1} << 62;
    set_limit(bytes > most ? no_limit : bytes);
    account_registry::mark_limited_below(*this);
  }
  if (tightest_over() == this) exceed();
  if (this_thread.current != nullptr) this_thread.current->set_bounds();
}

std::uint64_t account::live_bytes() const noexcept {
  std::int64_t bytes = own();
  if (this_thread.current_id == id_) bytes += this_thread.charged;
  for (const ledger::credit& one : this_thread.credits) {
    if (one.payer == id_) bytes -= one.bytes;
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
}

account::figures account::read() const noexcept {
  const std::scoped_lock held{registry().tree};
  std::int64_t all = 0;
  account_counts counts;
  account_registry::each_below(const_cast<account&>(*this),  // NOLINT(*-const-cast): only read
                               [&](const account& a) {
                                 all += static_cast<std::int64_t>(a.live_bytes());
                                 counts += a.count_own();
                               });
  const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(all, 0));
  return {live_bytes(),
          total,
          std::max(total, peak_.load(std::memory_order_relaxed)),
          around_ == nullptr ? registry().program_limit
                             : limit_.load(std::memory_order_relaxed),  // relaxed: figures
          count_own(),
          counts};
}

// Taking memory and giving it back, where that is not done in passing.

void* account::take_new_here(std::size_t size, std::int64_t bytes) {
  try {
    return this_thread.take_new(size);
  } catch (...) {
    this_thread.charged -= bytes;
    throw;
  }
}

void* account::take_for_another(std::size_t size, std::int64_t bytes) {
  void* memory = this_thread.take_freed(size);
  if (memory == nullptr) memory = this_thread.take_new(size);
  charge(bytes);
  if (this_thread.current == nullptr) tell();
  return memory;
}

void account::relieve_another(id_type id, std::size_t bytes) noexcept {
  if (this_thread.current == nullptr) {
    by_id(id).credit(static_cast<std::int64_t>(bytes));
    return tell();
  }
  ledger::credit& one = this_thread.credits.at(id % this_thread.credits.size());
  if (one.payer != id && one.bytes != 0) by_id(one.payer).credit(std::exchange(one.bytes, 0));
  one.payer = id;
  if (bytes > ledger::most_credit) return by_id(id).credit(static_cast<std::int64_t>(bytes));
  one.bytes += static_cast<std::uint32_t>(bytes);
  if (one.bytes > ledger::most_credit) by_id(id).credit(std::exchange(one.bytes, 0));
}

// Whoever passes it on after us takes from `to` what it was charged by then.
void account::pass_on(std::atomic<id_type>& payer, account& to, std::size_t size) noexcept {
  if (payer.load(std::memory_order_relaxed) == to.id_) return;  // relaxed: the exchange decides
  const std::size_t bytes = size_class(size);
  if (this_thread.current_id == to.id_) {
    this_thread.charged += static_cast<std::int64_t>(bytes);
    if (this_thread.charged > this_thread.highest) write_down_early();
  } else {
    to.charge(static_cast<std::int64_t>(bytes));
  }
  // acq_rel: the charge comes before the credit of the next one.
  relieve(payer.exchange(to.id_, std::memory_order_acq_rel), bytes);
}

void account::tell() noexcept {
  write_down_credits();
  const std::int64_t out = this_thread.bytes_out();
  const std::int64_t told = std::exchange(this_thread.told, out);
  // relaxed: a figure.
  if (out != told) registry().taken.fetch_add(out - told, std::memory_order_relaxed);
}

std::int64_t account::bytes_taken() noexcept {
  return registry().taken.load(std::memory_order_relaxed) +  // relaxed: a figure
         this_thread.bytes_out() - this_thread.told;
}

std::int64_t account::bytes_charged() noexcept {
  const std::scoped_lock held{registry().tree};
  std::int64_t all = 0;
  account_registry::each_below(of_the_program(), [&](const account& a) {
    all += a.own() + (this_thread.current_id == a.id_ ? this_thread.charged : 0);
  });
  for (const ledger::credit& one : this_thread.credits) all -= one.bytes;
  return all;
}

std::size_t account::count() noexcept {
  const std::scoped_lock held{registry().tree};
  registry().bury_ended();
  return registry().accounts;
}

void* account::do_allocate(std::size_t size, std::size_t alignment) {
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return take(size);
  const auto bytes = static_cast<std::int64_t>(size_class(size));
  void* const memory = ::operator new(size, std::align_val_t{alignment});
  this_thread.heap += bytes;
  charge(bytes);
  if (this_thread.current == nullptr) tell();
  return memory;
}

void account::do_deallocate(void* memory, std::size_t size, std::size_t alignment) {
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return give_back(memory, size);
  ::operator delete(memory, std::align_val_t{alignment});
  this_thread.heap -= static_cast<std::int64_t>(size_class(size));
  relieve(id_, size_class(size));
}

}  // namespace souk::detail
