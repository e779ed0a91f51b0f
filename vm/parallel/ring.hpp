// A queue in a ring: no memory while it is empty for the first time, and none kept after a flood.
#pragma once

#include <souk/detail/account_allocator.hpp>

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
    new (slots_ + ((first_ + size_) & (capacity_ - 1))) T(std::forward<Arguments>(arguments)...);
    ++size_;
  }
  /// Pre: not empty.
  [[nodiscard]] T& front() noexcept { return slots_[first_]; }
  [[nodiscard]] const T& front() const noexcept { return slots_[first_]; }
  /// From the front on. Pre: index < size().
  [[nodiscard]] const T& operator[](std::uint32_t index) const noexcept {
    return slots_[(first_ + index) & (capacity_ - 1)];
  }
  /// Pre: not empty.
  void pop() noexcept {
    std::destroy_at(slots_ + first_);
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

  [[gnu::noinline]] void grow() {
    const std::uint32_t wider = capacity_ == 0 ? 2 : capacity_ * 2;
    T* const fresh = memory_.allocate(wider);
    for (std::uint32_t i = 0; i < size_; ++i) {
      T* const old = slots_ + ((first_ + i) & (capacity_ - 1));
      new (fresh + i) T{std::move(*old)};
      std::destroy_at(old);
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

  [[no_unique_address]] detail::account_allocator<T> memory_{};
  T* slots_ = nullptr;
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;  // a power of two
};

}  // namespace souk::parallel
