// Who pays for memory: an account for each VM and each custodian, charged when memory is allocated
// and credited when it is freed, whoever frees it.
//
// Accounts form a tree, as the VMs do. What one is charged counts for those around it too: it is
// folded into the account around in steps, so that a deep tree is not walked for each allocation.
//
// Threads    Any, but for scopes and the charges inside them, which are of one thread.
// Ownership  An account lives while somebody holds it (its VM, handles, the accounts inside), and
//            after that while bytes are charged to it: terms outlive the VM that made them when
//            others hold them.
// A0  Inside a scope a thread collects what the account of the scope is charged, and writes it down
//     when the scope ends or it becomes much. So charging costs an addition.
// A1  When no scope is open, live_bytes() is the sum of the size classes allocated and not yet
//     deallocated.
// A2  An id names one account from open() until it is let go by all and has no bytes left.
// A3  When no scope is open, the live_bytes() of all accounts add up to bytes_taken().
#pragma once

#include <souk/detail/ledger.hpp>
#include <souk/detail/size_class.hpp>
#include <souk/export.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <memory_resource>
#include <utility>
#include <vector>

namespace souk {
class term;
struct guard;
}  // namespace souk

namespace souk::detail {

template <class Signature>
class function;
struct open_resource;
struct open_resources;
struct guard_list;

/// What there is beside memory: see custodian.hpp.
struct account_counts {
  std::uint64_t processes = 0;  ///< a nested VM is one in the VM around it
  std::uint64_t endpoints = 0;  ///< one at meta level counts here and in the VM around
  /// What waits for processes: events and continuations, a message for several in one shard once;
  /// in a functional VM transitions.
  std::uint64_t queued = 0;
  std::uint64_t resources = 0;  ///< added, and neither closed nor released

  account_counts& operator+=(const account_counts& other) noexcept {
    processes += other.processes;
    endpoints += other.endpoints;
    queued += other.queued;
    resources += other.resources;
    return *this;
  }
};

/// What an account was opened for: a VM.
class SOUK_EXPORT account_owner {
 public:
  virtual ~account_owner();
  /// It is to end, for that reason; only tells somebody. Any thread; not after close().
  virtual void shut_down(const term& why) noexcept = 0;
  /// All but resources. Any thread, with the registry's lock held; not after close().
  [[nodiscard]] virtual account_counts count() noexcept = 0;
};

/// Knows whether this thread runs a handler, or another function of the program that may fail: only
/// there is memory refused.
class SOUK_EXPORT handler_watch {
 public:
  virtual ~handler_watch();
  [[nodiscard]] virtual bool is_in_handler() const noexcept = 0;
  /// It was refused memory: whatever it does now, it does not end as if nothing had happened.
  virtual void tell_refused() noexcept = 0;
};

class SOUK_EXPORT account final : public std::pmr::memory_resource {
 public:
  using id_type = std::uint32_t;
  static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

  account(const account&) = delete;
  account& operator=(const account&) = delete;

  /// A new account inside `around`, held by the caller until close() or let_go().
  [[nodiscard]] static account& open(account& around);
  /// The same inside the program's own.
  [[nodiscard]] static account& open() { return open(of_the_program()); }
  /// From now on the owner is asked and shut down, by any thread: so it is whole.
  void own(account_owner& owner) noexcept;
  /// From now on the owner is not to be shut down.
  void disown() noexcept;
  /// The owner is gone, and lets it go.
  void close() noexcept;
  void hold() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }  // relaxed: held
  void let_go() noexcept;

  /// The account that pays for what this thread allocates now: that of the VM whose code runs, or
  /// outside any VM the program's own.
  [[nodiscard]] static account& current() noexcept {
    return this_thread.current != nullptr ? *this_thread.current : of_the_program();
  }
  /// Pre: `id` was given out by an account with bytes still charged to it (A2).
  [[nodiscard]] static account& by_id(id_type id) noexcept;

  [[nodiscard]] void* take(std::size_t size) {
    const auto bytes = static_cast<std::int64_t>(size_class(size));
    if (this_thread.current_id != id_) return take_for_another(size, bytes);
    return take_here(size, bytes);
  }
  struct taken {
    void* memory;
    id_type payer;
  };
  /// On the current account.
  [[nodiscard]] static taken take_on_current(std::size_t size) {
    if (this_thread.current == nullptr) [[unlikely]]
      return {of_the_program().take(size), of_the_program().id()};
    void* const memory = take_here(size, static_cast<std::int64_t>(size_class(size)));
    return {memory, this_thread.current_id};
  }
  void give_back(void* memory, std::size_t size) noexcept { give_back(id_, memory, size); }
  /// The same for the account of that id (A2).
  static void give_back(id_type id, void* memory, std::size_t size) noexcept {
    this_thread.give_back(memory, size);
    relieve(id, size_class(size));
  }
  /// The same for a block of so many steps (ledger.hpp).
  static void give_back_steps(id_type id, void* memory, std::size_t steps) noexcept {
    this_thread.give_back_steps(memory, steps);
    relieve(id, steps * ledger::step <= even_classes ? steps * ledger::step
                                                     : size_class(steps * ledger::step));
  }
  /// Whoever paid for that block, `to` does from now on. Pre: nobody frees it meanwhile (A2).
  static void pass_on(std::atomic<id_type>& payer, account& to, std::size_t size) noexcept;

  [[nodiscard]] id_type id() const noexcept { return id_; }
  /// With what this thread has not written down yet.
  [[nodiscard]] std::uint64_t live_bytes() const noexcept;
  struct figures {
    std::uint64_t own;
    std::uint64_t total;  ///< with all accounts inside
    std::uint64_t peak;   ///< of the total, as far as it was written down
    std::uint64_t limit;
    account_counts own_counts;
    account_counts total_counts;
  };
  [[nodiscard]] figures read() const noexcept;

  /// From now on memory is refused to handlers that would take more, and whoever owns this, or what
  /// is inside, is shut down.
  void limit_memory(std::uint64_t bytes) noexcept;
  [[nodiscard]] bool is_over() const noexcept {
    return over_.load(std::memory_order_relaxed);  // relaxed: a matter of time
  }
  /// It is shut down when the machine cannot give so many bytes more: shortage.cpp.
  void require_memory(std::uint64_t bytes);
  /// Its owner is shut down, or else those of the accounts inside.
  void end_vms(const term& why) noexcept;
  /// If it is of no VM, closes what is open. (A VM does that when it has ended.)
  void close_if_made() noexcept;
  /// Both.
  void shut_down(const term& why) noexcept {
    end_vms(why);
    close_if_made();
  }

  // Resources: functions that close something. Here they are kept, never called.
  using closer = function<void()>;
  /// The number that it has from now on; 0: nobody will close it, since the VM has ended.
  [[nodiscard]] std::uint64_t keep_open(closer close);
  /// It is not kept any more. Empty: nor was it.
  [[nodiscard]] closer take_open(std::uint64_t number) noexcept;
  /// All that is open here and in the accounts inside that are of no VM, the newest first.
  [[nodiscard]] std::vector<closer> take_all_open();
  /// The same, and from now on nothing is kept here: its VM has ended.
  [[nodiscard]] std::vector<closer> take_last_open();

  /// Shuts down what was found over its limit by this thread. Not while a lock of a VM is held.
  static void enforce_limits() noexcept {
    if (this_thread.exceeded != nullptr) [[unlikely]]
      enforce();
  }

  // Guards: guards.cpp.
  void narrow(guard by);
  /// Those of this and of all around. Any time.
  [[nodiscard]] std::vector<std::shared_ptr<const guard>> guards() const;
  [[nodiscard]] bool is_guarded() const noexcept {
    return guarded_.load(std::memory_order_relaxed);  // relaxed: a matter of time
  }

  /// Live in the memory of all accounts, counted where it is taken and given back. For checks.
  [[nodiscard]] static std::int64_t bytes_taken() noexcept;
  /// The sum over all accounts; and how many there are.
  [[nodiscard]] static std::int64_t bytes_charged() noexcept;
  [[nodiscard]] static std::size_t count() noexcept;

 private:
  friend class account_scope;
  friend struct account_registry;
  /// Set in live_ once nobody holds it, so that one word tells when the account can go. What is
  /// beside it is signed: a credit may come before the charge that it belongs to is written down.
  static constexpr std::uint64_t closed = std::uint64_t{1} << 63;

  account(id_type id, account* around) noexcept;
  ~account() override;

  static account& of_the_program() noexcept;
  static void enforce() noexcept;
  /// The current account of this thread is charged what was collected for it.
  static void write_down() noexcept;
  /// So are the others credited what was.
  static void write_down_credits() noexcept;
  /// What this thread may collect until it looks again.
  [[nodiscard]] std::int64_t allowance() const noexcept;
  static void look(std::int64_t asked_for);
  static void write_down_early() noexcept;
  void set_bounds() const noexcept {
    this_thread.highest = allowance();
    this_thread.lowest = -ledger::far;
  }

  [[nodiscard]] static void* take_here(std::size_t size, std::int64_t bytes) {
    this_thread.charged += bytes;
    if (this_thread.charged > this_thread.highest) [[unlikely]]
      look(bytes);
    if (void* const memory = this_thread.take_freed(size)) [[likely]]
      return memory;
    return take_new_here(size, bytes);
  }
  [[nodiscard]] static void* take_new_here(std::size_t size, std::int64_t bytes);
  [[nodiscard]] void* take_for_another(std::size_t size, std::int64_t bytes);
  static void relieve(id_type id, std::size_t bytes) noexcept {
    if (this_thread.current_id != id) [[unlikely]]
      return relieve_another(id, bytes);
    this_thread.charged -= static_cast<std::int64_t>(bytes);
    if (this_thread.charged < this_thread.lowest) [[unlikely]]
      write_down_early();
  }
  static void relieve_another(id_type id, std::size_t bytes) noexcept;
  static void tell() noexcept;

  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  void charge(std::int64_t bytes) noexcept;
  void credit(std::int64_t bytes) noexcept;
  void fold(std::int64_t bytes) noexcept;
  void absorb(std::int64_t bytes) noexcept;
  void end() noexcept;
  void note_peak() noexcept;
  [[nodiscard]] std::int64_t own() const noexcept;
  [[nodiscard]] std::int64_t total() const noexcept {
    return own() + below_.load(std::memory_order_relaxed);  // relaxed: a figure
  }
  [[nodiscard]] bool is_limited() const noexcept {
    return limited_.load(std::memory_order_relaxed);  // relaxed: a matter of time
  }
  // resources.cpp
  [[nodiscard]] bool has_vm_ended() const noexcept;
  void take_below(std::vector<open_resource>& into);
  [[nodiscard]] account_counts count_own() const noexcept;
  [[nodiscard]] account* tightest_over() noexcept;
  void exceed() noexcept;
  // shortage.cpp
  void set_limit(std::uint64_t bytes) noexcept;
  void limit_program() noexcept;
  static void relieve_machine() noexcept;
  [[nodiscard]] bool is_to_go_for_memory() const noexcept;
  [[nodiscard]] bool is_ending() const noexcept;
  [[nodiscard]] bool is_leaf() const noexcept;
  [[nodiscard]] static account* biggest() noexcept;

  std::atomic<std::uint64_t> live_{0};     // own bytes, and `closed`
  std::atomic<std::int64_t> below_{0};     // of the accounts inside, as far as folded
  std::atomic<std::int64_t> unfolded_{0};  // the account around does not know of these yet
  std::atomic<std::uint64_t> peak_{0};
  std::atomic<std::uint64_t> limit_{no_limit};
  account* around_;
  account_owner* owner_ = nullptr;  // registry's lock
  account* inside_ = nullptr;       // registry's lock: the first of those inside,
  account* next_ = nullptr;         // and the others, both ways
  account* before_ = nullptr;
  account* next_exceeded_ = nullptr;      // of the thread that found it; of those that ended
  std::unique_ptr<open_resources> open_;  // registry's lock; null: none ever was
  std::unique_ptr<guard_list> guards_;    // registry's lock; null: none
  std::atomic<std::uint32_t> holders_{1};
  id_type id_;
  std::atomic<bool> limited_{false};  // it or one around has a limit
  std::atomic<bool> over_{false};     // it was found over its limit
  std::atomic<bool> guarded_{false};  // it or one around has a guard
  bool has_ended_ = false;            // registry's lock: its VM has
};
static_assert(sizeof(account) <= 128, "there may be a hundred thousand");

/// Holds an account, or none.
class held_account {
 public:
  held_account() noexcept = default;
  /// The caller's hold is taken over.
  explicit held_account(account& held) noexcept : one_{&held} {}
  held_account(const held_account& other) noexcept : one_{other.one_} {
    if (one_ != nullptr) one_->hold();
  }
  held_account(held_account&& other) noexcept : one_{std::exchange(other.one_, nullptr)} {}
  held_account& operator=(held_account other) noexcept {
    std::swap(one_, other.one_);
    return *this;
  }
  ~held_account() {
    if (one_ != nullptr) one_->let_go();
  }
  [[nodiscard]] account* get() const noexcept { return one_; }

 private:
  account* one_ = nullptr;
};

/// While it lives, `payer` pays for what this thread allocates, and nothing is refused.
class SOUK_EXPORT account_scope {
 public:
  explicit account_scope(account& payer) noexcept
      : before_{this_thread.current},
        charged_{std::exchange(this_thread.charged, 0)},
        highest_{this_thread.highest},
        handlers_{std::exchange(this_thread.handlers, nullptr)},
        before_id_{this_thread.current_id} {
    this_thread.current = &payer;
    this_thread.current_id = payer.id();
    payer.set_bounds();
  }
  ~account_scope() {
    if (this_thread.charged != 0) account::write_down();
    this_thread.current = before_;
    this_thread.charged = charged_;
    this_thread.highest = highest_;
    this_thread.handlers = handlers_;
    this_thread.current_id = before_id_;
    if (before_ == nullptr) account::tell();
  }
  account_scope(const account_scope&) = delete;
  account_scope& operator=(const account_scope&) = delete;

 private:
  account* before_;
  std::int64_t charged_;  // for that one
  std::int64_t highest_;
  handler_watch* handlers_;
  account::id_type before_id_;
};

/// While it lives, memory may be refused to the handlers that this thread runs.
class refusal_scope {
 public:
  explicit refusal_scope(handler_watch& watch) noexcept
      : before_{std::exchange(this_thread.handlers, &watch)} {}
  ~refusal_scope() { this_thread.handlers = before_; }
  refusal_scope(const refusal_scope&) = delete;
  refusal_scope& operator=(const refusal_scope&) = delete;

 private:
  handler_watch* before_;
};

}  // namespace souk::detail
