// What processes are in that were spawned under a custodian: an account inside that custodian's,
// which pays for them and for all that they spawn, and ends with them or ends them.
//
// Threads    As of account_owner; wanted_end() and the counts: any. payer_scope: one.
// Ownership  The processes in it hold it. With the last it goes, and what it has open is closed.
// C1  Who is in it is called no more once wanted_end() says so, and quits with that reason soon.
#pragma once

#include <souk/action.hpp>
#include <souk/detail/account.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace souk {

/// A VM with processes in custody.
class custody_host {
 public:
  /// Some of them are to end. Any thread, with the registry's lock held.
  virtual void look_at_custody() noexcept = 0;

 protected:
  ~custody_host() = default;
};

class custody final : public detail::account_owner {
 public:
  /// Inside that account, of processes of that VM.
  custody(detail::account& under, custody_host& of)
      : payer_{detail::account::open(under)}, of_{of} {
    payer_.own(*this);
  }
  ~custody() override;
  custody(const custody&) = delete;
  custody& operator=(const custody&) = delete;

  [[nodiscard]] detail::account& payer() const noexcept { return payer_; }
  /// The reason of shut_down(); null: none.
  [[nodiscard]] const term* wanted_end() const noexcept {
    return end_.load(std::memory_order_acquire);  // <- shut_down
  }
  void shut_down(const term& why) noexcept override;
  [[nodiscard]] detail::account_counts count() noexcept override;
  /// From now on it ends nobody, and what is open is closed. Again: nothing. No lock is held.
  void close() noexcept;

  // relaxed, all: figures, which nothing is read through.
  void publish(const detail::account_counts& now) noexcept {
    processes_.store(now.processes, std::memory_order_relaxed);
    endpoints_.store(now.endpoints, std::memory_order_relaxed);
  }
  void count_processes(std::int64_t more) noexcept {
    processes_.fetch_add(static_cast<std::uint64_t>(more), std::memory_order_relaxed);
  }
  void count_endpoints(std::int64_t more) noexcept {
    endpoints_.fetch_add(static_cast<std::uint64_t>(more), std::memory_order_relaxed);
  }

 private:
  detail::account& payer_;
  custody_host& of_;
  std::atomic<const term*> end_{nullptr};  // owned
  std::atomic<std::uint64_t> processes_{0};
  std::atomic<std::uint64_t> endpoints_{0};
};

/// What a child is in: its own, if its spawn names a custodian; otherwise what the process is in
/// that spawns it. Null: nothing. (A nested VM of which a custodian is named has an account of its
/// own inside that, and its process is in nothing.)
[[nodiscard]] std::shared_ptr<custody> custody_of_child(const spawn_action& child,
                                                        const std::shared_ptr<custody>& of_parent,
                                                        custody_host& vm);

/// While it lives, `payer` pays for what this thread allocates. Whom memory is refused, it is
/// refused still.
class payer_scope {
 public:
  explicit payer_scope(detail::account& payer) noexcept {
    if (&detail::account::current() == &payer) return;
    detail::handler_watch* const watch = detail::this_thread.handlers;
    pays_.emplace(payer);
    if (watch != nullptr) may_fail_.emplace(*watch);
  }

 private:
  std::optional<detail::account_scope> pays_{};
  std::optional<detail::refusal_scope> may_fail_{};
};

}  // namespace souk
