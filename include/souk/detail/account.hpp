// Who pays for memory: one account per VM, charged when memory is allocated and credited when it
// is freed, whoever frees it.
//
// Threads    allocate(), deallocate(): any.
// Ownership  An account belongs to the registry. It lives while its VM does, and after that while
//            bytes are charged to it: terms outlive the VM that made them when others hold them.
// A1  live_bytes() is the sum of the sizes allocated and not yet deallocated.
// A2  An id names one account from open() until it is closed and has no bytes left.
#pragma once

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
  [[nodiscard]] static account& current() noexcept;
  /// Pre: `id` was given out by an account with bytes still charged to it (A2).
  [[nodiscard]] static account& by_id(id_type id) noexcept;

  [[nodiscard]] void* take(std::size_t size);
  void give_back(void* memory, std::size_t size) noexcept;

  [[nodiscard]] id_type id() const noexcept { return id_; }
  [[nodiscard]] std::uint64_t live_bytes() const noexcept {
    return live_.load(std::memory_order_relaxed) &
           ~closed;  // relaxed: a figure, nothing is read through it
  }

 private:
  friend class account_scope;
  friend struct account_registry;
  /// Set in live_ once the VM is gone, so that one word tells when the account can go.
  static constexpr std::uint64_t closed = std::uint64_t{1} << 63;

  explicit account(id_type id) noexcept : id_{id} {}
  ~account() override = default;

  static account*& current_slot() noexcept;

  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  void charge(std::size_t size) noexcept;
  void credit(std::size_t size) noexcept;

  std::atomic<std::uint64_t> live_{0};
  id_type id_;
};

/// While it lives, `payer` pays for what this thread allocates.
class SOUK_EXPORT account_scope {
 public:
  explicit account_scope(account& payer) noexcept
      : before_{std::exchange(account::current_slot(), &payer)} {}
  ~account_scope() { account::current_slot() = before_; }
  account_scope(const account_scope&) = delete;
  account_scope& operator=(const account_scope&) = delete;

 private:
  account* before_;
};

}  // namespace souk::detail
