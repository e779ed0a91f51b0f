// An STL allocator that charges the account of whoever allocates.
//
// It has no state: the payer is noted in front of each block, so that containers move freely
// between VMs and each block is credited to the account that paid for it.
#pragma once

#include <souk/detail/account.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace souk::detail {

template <class T>
struct account_allocator {
  using value_type = T;

  account_allocator() noexcept = default;
  template <class U>
  account_allocator(const account_allocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    if (count > (std::numeric_limits<std::size_t>::max() - prefix) / sizeof(T))
      throw std::bad_array_new_length{};
    const auto [memory, payer] = account::take_on_current(prefix + count * sizeof(T));
    new (memory) account::id_type{payer};
    return reinterpret_cast<T*>(static_cast<std::byte*>(memory) + prefix);
  }
  void deallocate(T* first, std::size_t count) noexcept {
    auto* const block = reinterpret_cast<std::byte*>(first) - prefix;
    const account::id_type payer = *std::launder(reinterpret_cast<account::id_type*>(block));
    account::give_back(payer, block, prefix + count * sizeof(T));
  }

  friend bool operator==(const account_allocator&, const account_allocator&) noexcept {
    return true;
  }

 private:
  // A block of the heap is aligned for anything; so are its elements behind this.
  static constexpr std::size_t prefix = alignof(T) > sizeof(std::uint64_t) ? alignof(T)
                                                                           : sizeof(std::uint64_t);
};

/// What is made of it on the heap is charged to whoever allocates. Its alignment is that of a word
/// at most.
struct charged {
  static void* operator new(std::size_t size) {
    return account_allocator<std::byte>{}.allocate(size);
  }
  static void operator delete(void* memory, std::size_t size) noexcept {
    account_allocator<std::byte>{}.deallocate(static_cast<std::byte*>(memory), size);
  }
};

}  // namespace souk::detail
