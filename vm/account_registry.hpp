// Where accounts live, and the tree that they form.
//
// Threads    by_id(): any, without a lock. All else holds `tree`.
// R1  The lock is recursive: to shut an owner down allocates, and may free what was the last of
//     another account. It is never waited for with the lock of an inbox held, though an account may
//     end under one (a queue that grows frees memory); but `tree` may be held when one is taken.
#pragma once

#include <souk/detail/account.hpp>
#include <souk/reflection.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace souk::detail {

struct account_registry {
  static constexpr std::size_t chunk_size = 4096;
  static constexpr std::size_t max_chunks = 4096;
  using chunk = std::array<account*, chunk_size>;

  [[nodiscard]] static account_registry& the();

  [[nodiscard]] account& open(account* around);
  /// Nobody holds it, and nothing is charged to it. Maybe under the lock of an inbox, where memory
  /// was freed: so if `tree` is held by another thread this does not wait, and somebody else
  /// buries it.
  void end(account& gone) noexcept;
  /// Those that ended; none if another thread holds `tree`.
  void bury_ended() noexcept;
  [[nodiscard]] account& by_id(account::id_type id) noexcept;

  // Below an account, itself included. Pre: `tree` is held.
  template <class F>
  static void each_below(account& top, const F& f) {
    f(top);
    for (account* a = top.inside_; a != nullptr; a = a->next_) each_below(*a, f);
  }
  [[nodiscard]] bool is_somebody_going() const noexcept;
  static void shut_down_below(account& top, const term& why) noexcept;
  static void mark_limited_below(account& top) noexcept;

  /// All of the program, each behind that around it.
  [[nodiscard]] std::vector<custodian_view> list();

  std::recursive_mutex tree;
  /// Bytes taken less bytes given back, as far as threads have told.
  std::atomic<std::int64_t> taken{0};
  std::size_t accounts = 0;         // tree
  std::size_t resources = 0;        // tree: that are open
  std::uint64_t last_resource = 0;  // tree: its number

  // When the machine is short of memory: shortage.cpp. All tree.
  struct requirement {
    held_account of;
    std::uint64_t bytes;
  };
  std::vector<requirement> requirements{};
  std::uint64_t program_limit = account::no_limit;
  held_account going{};        // is ended for want of memory,
  std::int64_t going_had = 0;  // when it had so much,
  std::chrono::steady_clock::time_point going_since{};

 private:
  /// Takes it out of the tree and deletes it. Pre: `tree` is held.
  void forget(account& gone) noexcept;
  void add_chunk();

  // release -> by_id: the chunk and the account in it.
  std::array<std::atomic<chunk*>, max_chunks> chunks_{};
  std::vector<account::id_type> free_;  // ids to use again
  account::id_type next_ = 0;
  std::atomic<account*> ended_{nullptr};  // a stack, by next_exceeded_
};

}  // namespace souk::detail
