// A VM as a part of a program: make it, run it until nothing is left to do, talk to it.
//
//     vm market{vm_options{}, spawn(...), spawn(...)};
//     market.run_until_inert();
//     market.inject(send_message(says{me, "hello"}));
//
// The outermost VM of a program that meets the outside world is ground_vm() of ground.hpp.
// Threads: one at a time; a parallel VM has workers of its own, that run handlers from the first
// call on. Errors: those of handlers stay inside (CRA-1); usage_error for a
// call that makes no sense.
#pragma once

#include <souk/action.hpp>
#include <souk/custodian.hpp>
#include <souk/executor.hpp>
#include <souk/export.hpp>
#include <souk/journal.hpp>
#include <souk/process.hpp>
#include <souk/term.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace souk {

class reflection;  // reflection.hpp

/// Which implementation runs the VM. All mean the same: docs/semantics.md.
enum class vm_kind : std::uint8_t {
  /// The reference: sequential, in rounds, plain.
  functional,
  /// On many cores: every run equals some run of the functional VM, transition by transition.
  parallel
};

/// How a process ended.
enum class ending : std::uint8_t {
  quit,      ///< by itself, by another, or by a crash: there is a reason
  collected  ///< idle and without endpoints (GC-1)
};

/// Is told what happens in a VM and in the VMs nested in it: for tools, logs and tests. Must not
/// throw, and must not call the VM. The functional VM calls it inside the commit, on the thread
/// that runs the VM; the parallel VM on its workers, several at a time.
class SOUK_EXPORT vm_listener {
 public:
  virtual ~vm_listener();
  virtual void on_start(pid, const term& /*name*/) {}
  virtual void on_end(pid, const term& /*name*/, ending, const reason&) {}
  /// An endpoint that was not there before; its deletion. Not its update.
  virtual void on_endpoint_added(pid, const role&) {}
  virtual void on_endpoint_deleted(pid, const role&) {}
  /// A handler is about to be called, of the endpoint of that id.
  virtual void on_event(pid, const term& /*endpoint_id*/, const event&) {}
  /// A continuation is about to be called, of a yield or after a spawn.
  virtual void on_continuation(pid) {}
  /// Something worth knowing when debugging, such as a topic that can match nothing (TOP-6).
  virtual void on_remark(pid, std::string_view /*text*/) {}
};

struct vm_options {
  vm_kind kind = vm_kind::functional;
  /// Functional: the order of processes in a round, and of endpoints when one event concerns
  /// several (ORD-6, ORD-7); 0: by pid and by age. Parallel: not 0, for tests: processes are
  /// scattered over the shards, and quanta are short and of any length.
  std::uint64_t seed = 0;
  /// Parallel: how many threads run the VM, at most. 0: one for each core.
  unsigned workers = 0;
  /// Parallel: whose threads, and what comes first among VMs.
  executor_kind executor = executor_kind::best;
  vm_priority priority = vm_priority::normal;
  vm_listener* listener = nullptr;
  /// Parallel: where the commits are recorded. Must outlive the VM.
  journal* record = nullptr;
  /// Through which others see the VM while it runs. Must outlive it.
  reflection* reflect = nullptr;
  /// What at-meta-level actions of the outermost VM's processes do (VM-11): endpoint ids are
  /// #(pid id). Without it they are dropped with a remark.
  std::function<void(const action&)> on_escape{};
};

class SOUK_EXPORT vm {
 public:
  /// A VM with one process, made of actions, a transition or a function as for spawn().
  template <class... Parts>
    requires(sizeof...(Parts) > 0)
  explicit vm(vm_options options, Parts&&... parts)
      : vm{from_boot{}, souk::boot(std::forward<Parts>(parts)...), std::move(options)} {}
  vm(vm&&) noexcept;
  vm& operator=(vm&&) noexcept;
  ~vm();

  /// One round: every process performs all that it had pending (ORD-1). False: nothing was pending
  /// any more after it. The parallel VM has no rounds: it runs until it is inert.
  bool run_round();
  /// Rounds until no process has anything to do.
  void run_until_inert();
  /// The message as if sent by a process without endpoints (INJ-1); does not run the VM.
  void inject(const send_message&);
  /// The messages one after the other, as one transition: nothing is performed between them.
  void inject(std::span<const send_message>);

  /// Performs the next transition of the process that `path` names, and nothing else: `path` goes
  /// from the outermost VM inwards, a number for each VM and last one for the process; or 2^32 - 1
  /// there, for the next event of the VM around to enter. False: it
  /// has nothing to perform, or there is none. A VM that is driven so does not run rounds; a
  /// parallel VM cannot be driven.
  bool step(std::span<const std::uint32_t> path);
  /// The paths of all that step() can perform.
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> steppable() const;
  /// Performs the commits of the journal, in an order in which they may have taken effect, but no
  /// more than `most` of them. The VM is a new one, functional, of the program that was recorded.
  /// How many were performed. Throws journal_error when one of them cannot be, or when after all of
  /// them something is left to do: then the recorded run was none of this program.
  std::uint64_t replay(const journal& of, std::uint64_t most = ~std::uint64_t{0});

  /// That of this VM. What it says and does: custodian.hpp.
  [[nodiscard]] custodian get_custodian() const;
  /// Its custodian was shut down, maybe by a memory limit: nothing runs in it any more.
  [[nodiscard]] bool is_shut_down() const;

 private:
  class implementation;
  class functional_vm;
  class parallel_vm;
  struct from_boot {};
  vm(from_boot, const boot_function& boot, vm_options options);
  std::unique_ptr<implementation> inside_;
};

}  // namespace souk
