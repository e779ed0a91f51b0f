// The parallel VM: a set of small sequential VMs, the shards, that commit jointly.
//
//     shard.cpp      a shard's quanta: drain, run processes, park
//     handle.cpp     one entry of the queue: a handler, a continuation, an errand
//     commit.cpp     a transition without changes: local, or under the receivers' locks
//     commit_in_passing.cpp  the same for several messages inside the shard
//     change.cpp     a transition with changes: a new version of the table
//     balance.cpp    which processes live in which shard
//     nested.cpp     the VM around, and the VMs inside
//     outside.cpp    what the ground VM brings in, and when it has been handled
//     takeover.cpp   a shard goes on while a handler of it takes its time
//
// Every run equals a run of the functional VM that performs one transition after the other. The
// argument is that of the commit protocol (DESIGN.md); the names here are its names.
//
// Threads    As marked. A machine is used by the workers that run its shards, and from outside by
//            arrive(), inject(), stop().
// Ownership  The outermost machine belongs to the universe; a nested one to itself: when it is over
//            and idle, or collected, it goes to the universe's cemetery.
// M1  active_ counts the shards that are not parked, the machines inside that are active, and the
//     handlers from under which a shard was taken over. A worker that makes something active is
//     itself counted, so 0 means that nothing is left to do.
// M2  stop() adds `ending` to the same word, and is itself counted until all shards were told. So
//     the count of an ending machine becomes 0 once, and whoever makes it 0 buries the machine.
#pragma once

#include <souk/detail/account.hpp>
#include <souk/vm.hpp>

#include "sched/atomic.hpp"
#include "sched/executor.hpp"
#include "sched/hooks.hpp"
#include "sched/quiescence.hpp"
#include "sched/spin_lock.hpp"
#include "vm/parallel/buried.hpp"
#include "vm/parallel/directory.hpp"
#include "vm/parallel/growth.hpp"
#include "vm/parallel/process.hpp"
#include "vm/parallel/table.hpp"
#include "vm/reflection/core.hpp"
#include "vm/reflection/vm_owner.hpp"
#include "vm/replay/contents.hpp"
#include "vm/surroundings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace souk::parallel {

class machine;
class shard;

/// What is around the outermost VM.
struct surroundings {
  /// What its processes find.
  const souk::place* place = nullptr;
  /// The outermost VM is idle, if that was asked for, or its outbox is not empty any more.
  std::function<void()> on_news{};
};

/// A message from outside, and what is dropped when it has been handled.
struct delivery {
  send_message message;
  receipt handled;
  std::optional<send_message> as_recorded{};  ///< if not as it is
};
using message_maker = std::function<std::optional<delivery>()>;

/// What the machines of one tree share.
struct universe {
  universe(std::unique_ptr<sched::executor> e, const vm_options& options, unsigned shards,
           surroundings outside = {})
      : workers{std::move(e)},
        quiet{workers->workers() + guests},
        listener{options.listener},
        mirror{options.reflect == nullptr ? nullptr : &options.reflect->inside()},
        record{options.record == nullptr ? nullptr : &options.record->inside()},
        root_shards{shards},
        seed{options.seed},
        around{std::move(outside)} {}
  universe(const universe&) = delete;
  universe& operator=(const universe&) = delete;
  ~universe();

  /// Ends the threads. Pre: nothing is active.
  void stop_workers() noexcept { workers.reset(); }
  /// The machine is over: deleted when no worker can be in it.
  void bury(machine& gone);
  /// Deleted when no worker can see it that came in before the stamp was taken.
  void bury(std::uint64_t stamp, std::unique_ptr<buried> gone);
  /// Deletes what can be.
  void sweep();

  /// That handles and hears nothing more.
  void note_cut_off(pid who, cut at) {
    if (record != nullptr) record->cut_off(who, at);
  }

  /// In whose handlers the workers are now. Any thread, one at a time.
  [[nodiscard]] std::vector<pid> running();

  std::unique_ptr<sched::executor> workers;
  static constexpr unsigned guests = 1;  ///< who looks what the workers do
  sched::quiescence quiet;
  vm_listener* listener;
  reflection::core* const mirror;  ///< null: nobody can look
  journal::contents* record;
  unsigned root_shards;
  /// 0: children start where their parents are. Otherwise anywhere, and quanta are of any length.
  std::uint64_t seed;
  surroundings around;
  /// Entries that were handled in machines that are gone.
  sched::atomic<std::uint64_t> handled_before{0};

 private:
  std::mutex lock_;  // guards cemetery_
  std::vector<std::pair<std::uint64_t, std::unique_ptr<buried>>> cemetery_;
  sched::atomic<bool> filled_{false};
};

class machine final : public vm_owner, public custody_host {
 public:
  /// The outermost VM.
  explicit machine(universe& common)
      : machine{common,
                root_vm,
                nullptr,
                nullptr,
                0,
                detail::account::current(),
                detail::bound_here()} {}
  /// The VM in a process of `around`, inside the account `under`.
  machine(machine& around, const process& self, detail::account& under)
      : machine{around.common_,
                self.self.as_vm(),
                &around,
                around.shards_[self.home.latest()].get(),
                self.self.number,
                under,
                around.bound_for(self)} {}
  ~machine() override;
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// Makes the first process.
  void boot(boot_function first);
  /// Runs the boot function of a process of this VM (SPN-1). Its first actions; after a failure the
  /// quit of its crash (CRA-3).
  [[nodiscard]] action_list begin(process& p, const spawn_action& how);

  // From outside, any thread.
  void inject(std::span<const send_message> messages);
  void arrive(std::uint32_t number, const term& id, const event& e);
  void arrive_child(std::uint32_t number, std::uint64_t continuation_number, pid child);
  /// Of the outermost VM: see outermost.
  void deliver(const message_maker& take);
  /// A copy of the receipt for each process that has something to handle now, behind it. (One that
  /// moves from shard to shard just then may get none.)
  void spread(const receipt& handled);
  /// Asks each shard, which asks the VMs inside it.
  void ask(const inquiry& what);
  /// By the worker that runs our process in the VM around: what arrives from now on is to be
  /// receipted; with null not any more.
  void take_in_hand(receipt of) noexcept { in_hand_ = std::move(of); }
  /// The VM is over: it handles what it was told, and performs nothing more. Again: nothing.
  void stop();
  /// The process that it is in the VM around quits, for that reason; the outermost stops.
  void shut_down(const term& why) noexcept override;
  [[nodiscard]] detail::account_counts count() noexcept override;
  void look_at_custody() noexcept override;
  /// By the worker that runs our process in the VM around: what look_at_custody() asked for.
  void end_custody();
  /// No more of that: this VM and those inside are about to be deleted, and what they have open is
  /// closed. Pre: not active.
  void disown() noexcept;
  /// The VM has ended, or will do nothing more. Pre: not active.
  void close_resources() noexcept;
  /// The reason of shut_down(); null: none.
  [[nodiscard]] const term* wanted_end() const noexcept {
    return end_.load(std::memory_order_acquire);  // <- shut_down
  }
  [[nodiscard]] bool is_stopped() const noexcept {
    return stopped_.load(std::memory_order_acquire);  // <- the agent that handles `stop`
  }
  [[nodiscard]] bool is_active() const noexcept {
    // seq_cst: see ask_for_idle_news.
    return (active_.load(std::memory_order_seq_cst) & ~ending) != 0;
  }
  /// Blocks until nothing is left to do.
  void wait_until_idle() const noexcept;
  /// What at-meta-level actions ask of the VM around, a transition each, since the last call.
  [[nodiscard]] std::vector<action_list> take_outbox();
  [[nodiscard]] bool has_outbox();

  // For shards.
  void activate() noexcept;
  void deactivate();
  void wake(shard& s);
  /// Pre: the outbox is locked. True: it was empty, so the container is to be told.
  [[nodiscard]] bool send_out(action_list out);
  void tell_of_outbox();
  /// Goes to the VM around, behind what was sent out before; from the outermost VM nowhere.
  void send_out(receipt handled);
  void lock_outbox() noexcept { outbox_lock_.lock(); }
  void unlock_outbox() noexcept { outbox_lock_.unlock(); }
  /// The container, or who is outside, wants to hear when this VM is idle. A Dekker pair with
  /// deactivate(): each writes its own word and then reads the other's, all seq_cst, so one of the
  /// two sees the other.
  void ask_for_idle_news() noexcept { wanted_idle_.store(true, std::memory_order_seq_cst); }
  /// By each shard. When the last has heard it, the VMs inside are stopped.
  void hear_of_stop();

  [[nodiscard]] universe& common() const noexcept { return common_; }
  [[nodiscard]] std::uint64_t id() const noexcept override { return id_; }
  [[nodiscard]] detail::account& payer() const noexcept { return payer_; }
  [[nodiscard]] const detail::bindings& bound() const noexcept { return bound_; }
  [[nodiscard]] const detail::bindings& bound_for(const process& p) const noexcept {
    return p.bound() ? p.bound() : bound_;
  }
  /// Who pays for what that process allocates.
  [[nodiscard]] detail::account& payer_of(const process& p) const noexcept {
    return p.is_kept ? p.rare->kept_in->payer() : payer_;
  }
  [[nodiscard]] std::vector<std::unique_ptr<shard>>& shards() noexcept { return shards_; }
  [[nodiscard]] directory& processes() noexcept { return directory_; }
  /// In how many shards its processes live.
  [[nodiscard]] growth& size() noexcept { return size_ != nullptr ? *size_ : growth::none(); }
  [[nodiscard]] bool is_outermost() const noexcept { return around_ == nullptr; }

  // The table. load: any worker in its quantum. The rest: whoever holds `writer`.
  [[nodiscard]] const table* load_table() const noexcept {
    sched::hooks::step();
    return table_.load(std::memory_order_seq_cst);  // seq_cst: the commit protocol
  }
  [[nodiscard]] const table* publish(const table* next) noexcept {
    sched::hooks::step();
    return table_.exchange(next, std::memory_order_seq_cst);  // seq_cst: the commit protocol
  }
  [[nodiscard]] sched::spin_lock& writer() noexcept { return writer_; }
  /// So many more processes are in custody, and are not counted here.
  void count_kept(std::int32_t more) noexcept {
    kept_.fetch_add(static_cast<std::uint32_t>(more), std::memory_order_relaxed);  // a figure
  }
  /// A version has so many more. Pre: `writer` is held.
  void count_endpoints(std::int32_t more) noexcept {
    // relaxed: a figure, written under the lock.
    endpoints_.store(endpoints_.load(std::memory_order_relaxed) + static_cast<std::uint32_t>(more),
                     std::memory_order_relaxed);
  }

 private:
  machine(universe& common, std::uint64_t id, machine* around, shard* home, std::uint32_t number,
          detail::account& under, detail::bindings bound);
  void tell_container(decltype(errand::what) news);
  void begin_nested(process& p, const spawn_action& how);
  [[nodiscard]] action_list cut_off_unborn(process& p);
  [[nodiscard]] std::optional<fault> begin_guarded(process& p, const spawn_action& how,
                                                   action_list& first);

  [[nodiscard]] vm_path path() const;

  static constexpr std::uint32_t ending = std::uint32_t{1} << 31;

  universe& common_;
  detail::account& payer_;
  detail::bindings bound_;  // of its processes, unless they have their own
  std::uint64_t id_;
  machine* around_;
  shard* home_;           // of its process in the VM around,
  std::uint32_t number_;  // and the number of that
  receipt in_hand_{};     // its worker's
  directory directory_;
  const std::unique_ptr<growth> size_;  // null: it is one shard
  std::vector<std::unique_ptr<shard>> shards_;
  std::unique_ptr<shard> outside_;  // no process lives there: it commits what comes by deliver()
  sched::atomic<const term*> end_{nullptr};  // owned
  sched::atomic<std::uint32_t> active_{0};
  sched::atomic<std::uint32_t> stopped_shards_{0};
  sched::atomic<std::uint32_t> kept_{0};
  sched::atomic<bool> stopped_{false};
  sched::atomic<bool> wanted_idle_{false};
  sched::atomic<bool> is_end_of_custody_wanted_{false};
  sched::spin_lock outbox_lock_;
  std::vector<action_list> outbox_;  // outbox_lock_

  // Apart from what is only read, since each change of the table writes to these.
  sched::spin_lock writer_;
  sched::atomic<std::uint32_t> endpoints_{0};
  sched::atomic<const table*> table_{nullptr};
};

/// The state of a process that is a nested VM.
struct nested_vm {
  machine* inside;
};

/// The machine in a process, if it is a nested VM; otherwise null. `is_vm` comes first: the state
/// of a process that is away is not ours to read (P4).
[[nodiscard]] inline machine* machine_in(process& p) {
  return p.is_vm && p.state.holds<nested_vm>() ? p.state.get<nested_vm>().inside : nullptr;
}

}  // namespace souk::parallel
