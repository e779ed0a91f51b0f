// Custodians: who pays for memory, how much it may be, and how to end what they look after.
//
// Each VM has a custodian, inside that of the VM around it. All that its processes cause is charged
// to it: terms, what waits for them, endpoints, and states that use souk::allocator. More can be
// made, to look after several VMs at once:
//
//     const custodian users = make_custodian();
//     users.limit_memory(std::uint64_t{64} << 20);
//     ... spawn_vm(program).under(users)
//
// A custodian that is over its limit is shut down, and no other: see docs/custodians.md.
//
// What is to be closed when the work is over is given to the custodian when it is opened:
//
//     const resource log = custodian::current().add_resource([file] { file->close(); });
//
// Threads    Any.
// Source: Flatt, Findler, Krishnamurthi, Felleisen, "Programming Languages as Operating Systems"
// (custodians); Wick and Flatt, "Memory Accounting without Partitions" (limits, and who is charged
// for what is shared).
#pragma once

#include <souk/detail/account_allocator.hpp>
#include <souk/detail/function.hpp>
#include <souk/export.hpp>
#include <souk/guard.hpp>
#include <souk/term.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace souk {

/// What there is beside memory: processes, endpoints, queued, resources.
using counts = detail::account_counts;

/// Memory is in bytes, each block counted as its size class (docs/custodians.md).
struct custodian_usage {
  std::uint64_t own = 0;    ///< charged to this custodian itself
  std::uint64_t total = 0;  ///< and with all custodians inside it
  std::uint64_t peak = 0;  ///< the most that the total has been; what is less than 64 KiB above may
                           ///< have been missed
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();  ///< of the total
  counts own_counts{};
  counts total_counts{};  ///< with those of all custodians inside
};

/// Thrown by an allocation in a handler whose VM is over its memory limit. The VM ends: its peers
/// see absence with the reason `memory-limit`, whatever the handler does about it.
class SOUK_EXPORT memory_limit_error : public std::bad_alloc {
 public:
  [[nodiscard]] const char* what() const noexcept override;
};

/// Something open that a custodian closes in the end. A handle: copies name the same, and when they
/// go nothing happens.
///
/// Threads    Any.
class SOUK_EXPORT resource {
 public:
  /// Closes it now, on this thread, unless that was done before. Throws what closing throws.
  void close() const;
  /// Takes it from the custodian: closing it is the caller's from now on. False: the custodian has
  /// closed it, or is about to.
  [[nodiscard]] bool release() const;

 private:
  friend class custodian;
  resource(detail::held_account keeper, std::uint64_t number) noexcept
      : keeper_{std::move(keeper)}, number_{number} {}

  detail::held_account keeper_;
  std::uint64_t number_;  // 0: closed when it was added
};

/// A handle; copies name the same custodian. It keeps the figures alive, not the VM.
class SOUK_EXPORT custodian {
 public:
  /// That of the VM whose code runs; outside any VM, the program's, which all others are inside of.
  [[nodiscard]] static custodian current();

  /// Behind by what running handlers have not written down yet: at most 64 KiB a thread; processes
  /// and what is queued, by the quantum under way in each shard (at most 1,024 handlers), or the
  /// round of a functional VM. What a VM that has ended had is not counted.
  [[nodiscard]] custodian_usage usage() const;
  /// Of the total. When it is exceeded, this custodian is shut down with reason `memory-limit`: the
  /// innermost of those that are over. A handler that asks for more memory then gets
  /// memory_limit_error, and never runs again.
  ///
  /// Of the program's custodian: when that is exceeded, one goes with reason `out-of-memory`: the
  /// VM, or the processes spawned together under a custodian, that has most itself, of those that
  /// have no other inside and more than an equal share. If there is still too much when it has
  /// ended, the next.
  void limit_memory(std::uint64_t bytes) const;
  /// Shuts this custodian down, with reason `out-of-memory`, when all that the program may have
  /// would not do for so many bytes more: what the program's custodian is limited to, or else
  /// memory_of_the_machine(). Of several the one that requires most goes first.
  void require_memory(std::uint64_t bytes) const;
  /// Ends its VM, or all VMs and processes under it, as if each had quit: peers see absence with
  /// the reason. What waits there is dropped.
  void shut_down(const term& why) const;
  /// `close()` is called once, unless the resource is released. What is open is closed in reverse
  /// order: the last first, and that of VMs inside before.
  ///
  /// When     Of a VM, when it has ended, for whatever reason, and none of its handlers runs any
  ///          more. Of a custodian that was made, when it is shut down, or when the VM that it was
  ///          made in has ended. Of the program's, when that is shut down. If that is past, at
  ///          once.
  /// Threads  That on which the VM or the shutting down ends; of the outermost VM, that which runs
  ///          or destroys it. It holds no lock. `close` may not call the VM.
  /// Errors   What `close` throws ends nothing: of a VM's, a listener hears it as a remark.
  template <std::invocable Close>
    requires std::is_invocable_v<const Close&>
  resource add_resource(Close close) const {
    return keep_open(detail::function<void()>{std::move(close)});
  }

  /// From now on what happens under this custodian must be allowed by that guard too. A process
  /// that asks for what is not ends, with a reason that begins with `not-permitted` and says what;
  /// nobody outside sees any of it. Do it before the VMs start: one that runs may have acted
  /// before.
  void narrow(guard by) const;
  /// What the guards of this custodian and of those around say.
  [[nodiscard]] bool may_open(std::string_view path) const;
  [[nodiscard]] bool allows(const role& at_meta_level) const;

  custodian(const custodian&) noexcept = default;
  custodian& operator=(const custodian&) noexcept = default;
  ~custodian() = default;

  friend bool operator==(const custodian& left, const custodian& right) noexcept {
    return left.inside_.get() == right.inside_.get();
  }

 private:
  friend class vm;
  friend struct spawn_action;
  friend custodian make_custodian();
  explicit custodian(detail::account& held) noexcept : inside_{held} {}
  [[nodiscard]] resource keep_open(const detail::function<void()>& close) const;

  detail::held_account inside_;  // always one: a move copies
};

/// Inside the current custodian.
[[nodiscard]] SOUK_EXPORT custodian make_custodian();

/// Bytes that the machine has for this program: the least of its memory, the limits of the control
/// groups that the program is in, and RLIMIT_AS. Reads files: not for each message.
[[nodiscard]] SOUK_EXPORT std::uint64_t memory_of_the_machine();

/// Charges the custodian of the VM whose code allocates, and credits it when the memory is freed.
template <class T>
using allocator = detail::account_allocator<T>;

}  // namespace souk
