// Who pays for memory: one account per VM, charged when memory is allocated and credited when it
// is freed, whoever frees it.
//
// Threads    allocate(), deallocate(): any.
// Ownership  An account belongs to the registry. It lives while its VM does, and after that while
//            bytes are charged to it: terms outlive the VM that made them when others hold them.
// A0  Inside a scope a thread collects what the account of the scope is charged, and writes it down
//     when the scope ends or another begins. So charging costs an addition.
// A1  When no scope of it is open, live_bytes() is the sum of the sizes allocated and not yet
//     deallocated.
// A2  An id names one account from open() until it is closed and has no bytes left.
#pragma once

#include <souk/detail/ledger.hpp>
#include <souk/export.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>

namespace souk::detail {

class SOUK_EXPORT account final : public std::pmr::memory_resource {
 public:
  using id_type = std::uint32_t;

  account(const account&) = delete;
  account& operator=(const account&) = delete;

  /// A new account. close() ends it.
  [[nodiscard]] static account& open();
  /// The VM is gone. The account goes when its last byte does.
  void close() noexcept;

  /// The account that pays for what this thread allocates now: that of the VM whose code runs, or
  /// outside any VM the program's own.
  [[nodiscard]] static account& current() noexcept {
    return this_thread.current != nullptr ? *this_thread.current : of_the_program();
  }
  /// Pre: `id` was given out by an account with bytes still charged to it (A2).
  [[nodiscard]] static account& by_id(id_type id) noexcept;

  [[nodiscard]] void* take(std::size_t size) {
    void* const memory = this_thread.take(size);
    charge(size);
    return memory;
  }
  struct taken {
    void* memory;
    id_type payer;
  };
  /// On the current account.
  [[nodiscard]] static taken take_on_current(std::size_t size) {
    if (this_thread.current == nullptr) {
      account& program = of_the_program();
      return {program.take(size), program.id()};
    }
    void* const memory = this_thread.take(size);
    this_thread.charged += static_cast<std::int64_t>(size);  // in its scope: see account_scope
    return {memory, this_thread.current_id};
  }
  void give_back(void* memory, std::size_t size) noexcept { give_back(id_, memory, size); }
  /// The same for the account of that id (A2).
  static void give_back(id_type id, void* memory, std::size_t size) noexcept {
    this_thread.give_back(memory, size);
    if (this_thread.current_id == id) {
      this_thread.charged -= static_cast<std::int64_t>(size);
    } else {
      by_id(id).credit(size);
    }
  }

  [[nodiscard]] id_type id() const noexcept { return id_; }
  /// With what this thread has not written down yet.
  [[nodiscard]] std::uint64_t live_bytes() const noexcept {
    const std::uint64_t here =
        this_thread.current_id == id_ ? static_cast<std::uint64_t>(this_thread.charged) : 0;
    // relaxed: a figure, nothing is read through it.
    return (live_.load(std::memory_order_relaxed) + here) & ~closed;
  }

 private:
  friend class account_scope;
  friend struct account_registry;
  /// Set in live_ once the VM is gone, so that one word tells when the account can go.
  static constexpr std::uint64_t closed = std::uint64_t{1} << 63;

  explicit account(id_type id) noexcept : id_{id} {}
  ~account() override = default;

  static account& of_the_program() noexcept;
  /// The current account of this thread is charged what was collected for it.
  static void write_down() noexcept;

  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  void charge(std::size_t size) noexcept {
    if (this_thread.current_id == id_) {
      this_thread.charged += static_cast<std::int64_t>(size);
    } else {
      charge_shared(size);
    }
  }
  void charge_shared(std::size_t size) noexcept;
  void credit(std::size_t size) noexcept;

  std::atomic<std::uint64_t> live_{0};
  id_type id_;
};

/// While it lives, `payer` pays for what this thread allocates.
class SOUK_EXPORT account_scope {
 public:
  explicit account_scope(account& payer) noexcept
      : before_{this_thread.current}, before_id_{this_thread.current_id} {
    account::write_down();
    this_thread.current = &payer;
    this_thread.current_id = payer.id();
  }
  ~account_scope() {
    account::write_down();
    this_thread.current = before_;
    this_thread.current_id = before_id_;
  }
  account_scope(const account_scope&) = delete;
  account_scope& operator=(const account_scope&) = delete;

 private:
  account* before_;
  account::id_type before_id_;
};

}  // namespace souk::detail
