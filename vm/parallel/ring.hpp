// A queue in a ring: no memory while it is empty for the first time, and none kept after a flood.
#pragma once

#include <souk/detail/account_allocator.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace souk::parallel {

template <class T>
class ring {
 public:
  ring() noexcept = default;
  ring(ring&& other) noexcept { swap(other); }
  ring& operator=(ring&& other) noexcept {
    ring taken{std::move(other)};
    swap(taken);
    return *this;
  }
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() {
    while (!empty()) pop();
    release();
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  template <class... Arguments>
  void emplace(Arguments&&... arguments) {
    if (size_ == capacity_) grow();
    new (&at(size_)) T(std::forward<Arguments>(arguments)...);
    ++size_;
  }
  void emplace_front(T&& one) {
    if (size_ == capacity_) grow();
    first_ = (first_ - 1) & (capacity_ - 1);
    new (&at(0)) T(std::move(one));
    ++size_;
  }
  /// Pre: not empty.
  [[nodiscard]] T& front() noexcept { return at(0); }
  [[nodiscard]] const T& front() const noexcept { return at(0); }
  /// Pre: not empty.
  [[nodiscard]] T& back() noexcept { return at(size_ - 1); }
  /// Pre: not empty.
  void pop_back() noexcept {
    std::destroy_at(&back());
    --size_;
  }
  /// From the front on. Pre: index < size().
  [[nodiscard]] const T& operator[](std::uint32_t index) const noexcept { return at(index); }
  /// Pre: not empty.
  void pop() noexcept {
    std::destroy_at(&at(0));
    pop_spent();
  }
  /// Pre: not empty, and what is in front holds nothing that a destructor would free.
  void pop_spent() noexcept {
    first_ = (first_ + 1) & (capacity_ - 1);
    if (--size_ == 0 && capacity_ > kept) release();
  }

  void swap(ring& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  static constexpr std::uint32_t kept = 256;
  /// A power of two, so that none lies across two lines of the caches: an entry of 24 bytes that
  /// was just written and does is read a tenth slower.
  struct alignas(T) slot {
    std::array<std::byte, std::bit_ceil(sizeof(T))> room;
  };

  [[gnu::noinline]] void grow() {
    const std::uint32_t wider = capacity_ == 0 ? 2 : capacity_ * 2;
    slot* const fresh = memory_.allocate(wider);
    for (std::uint32_t i = 0; i < size_; ++i) {
      T& old = at(i);
      new (fresh + i) T{std::move(old)};
      std::destroy_at(&old);
    }
    if (slots_ != nullptr) memory_.deallocate(slots_, capacity_);
    slots_ = fresh;
    capacity_ = wider;
    first_ = 0;
  }
  [[gnu::noinline]] void release() noexcept {
    if (slots_ != nullptr) memory_.deallocate(slots_, capacity_);
    slots_ = nullptr;
    capacity_ = 0;
    first_ = 0;
  }

  [[nodiscard]] T& at(std::uint32_t index) const noexcept {
    return reinterpret_cast<T&>(slots_[(first_ + index) & (capacity_ - 1)]);
  }

  [[no_unique_address]] detail::account_allocator<slot> memory_{};
  slot* slots_ = nullptr;
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;  // a power of two
};

}  // namespace souk::parallel
