// The private state of a process, type-erased, paid for by its VM.
//
// Small states that move without throwing are inside the box, others on the account.
// Threads    One at a time: whoever runs the process.
#pragma once

#include <souk/detail/account.hpp>
#include <souk/error.hpp>
#include <souk/export.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace souk::detail {

[[noreturn]] SOUK_EXPORT void refuse_state(const std::type_info& actual,
                                           const std::type_info& wanted);

class state_box {
 public:
  state_box() noexcept = default;
  template <class S>
    requires(!std::same_as<std::remove_cvref_t<S>, state_box>)
  explicit state_box(S&& state) {
    using type = std::decay_t<S>;
    if constexpr (fits_inside<type>) {
      new (room_.data()) type(std::forward<S>(state));
    } else {
      put(on_account<type>(std::forward<S>(state)));
    }
    operations_ = &operations_for<type>;
  }
  state_box(state_box&& other) noexcept : operations_{std::exchange(other.operations_, nullptr)} {
    if (operations_ != nullptr) operations_->relocate(room_.data(), other.room_.data());
  }
  state_box& operator=(state_box&& other) noexcept {
    if (this != &other) {
      std::destroy_at(this);
      new (this) state_box{std::move(other)};
    }
    return *this;
  }
  state_box(const state_box&) = delete;
  state_box& operator=(const state_box&) = delete;
  ~state_box() {
    if (operations_ != nullptr) operations_->destroy(room_.data());
  }

  template <class S>
  [[nodiscard]] bool holds() const noexcept {
    // Another library may have its own table for the same type.
    return operations_ == &operations_for<S> ||
           (operations_ != nullptr && *operations_->type == typeid(S));
  }
  /// The state. Throws usage_error when it is not an `S`.
  template <class S>
  [[nodiscard]] S& get() {
    if (!holds<S>())
      refuse_state(operations_ == nullptr ? typeid(void) : *operations_->type, typeid(S));
    if constexpr (fits_inside<S>) {
      return *std::launder(reinterpret_cast<S*>(room_.data()));
    } else {
      return taken<S>()->state;
    }
  }

 private:
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t alignment = alignof(void*);
  template <class S>
  static constexpr bool fits_inside =
      sizeof(S) <= capacity && alignof(S) <= alignment && std::is_nothrow_move_constructible_v<S>;
  struct operations {
    const std::type_info* type;
    void (*relocate)(std::byte* to, std::byte* from) noexcept;
    void (*destroy)(std::byte* room) noexcept;
  };

  template <class S>
  struct cell {
    S state;
    account::id_type payer;
  };
  template <class S, class T>
  static cell<S>* on_account(T&& state) {
    account& payer = account::current();
    void* const memory = payer.allocate(sizeof(cell<S>), alignof(cell<S>));
    try {
      return new (memory) cell<S>{std::forward<T>(state), payer.id()};
    } catch (...) {
      payer.deallocate(memory, sizeof(cell<S>), alignof(cell<S>));
      throw;
    }
  }
  template <class Cell>
  void put(Cell* made) noexcept {
    new (room_.data()) Cell*(made);
  }
  template <class S>
  [[nodiscard]] cell<S>* taken() noexcept {
    return *std::launder(reinterpret_cast<cell<S>**>(room_.data()));
  }

  template <class S>
  static void relocate(std::byte* to, std::byte* from) noexcept {
    if constexpr (fits_inside<S>) {
      S* const old = std::launder(reinterpret_cast<S*>(from));
      new (to) S(std::move(*old));
      std::destroy_at(old);
    } else {
      new (to) cell<S>*(*std::launder(reinterpret_cast<cell<S>**>(from)));
    }
  }
  template <class S>
  static void destroy(std::byte* room) noexcept {
    if constexpr (fits_inside<S>) {
      std::destroy_at(std::launder(reinterpret_cast<S*>(room)));
    } else {
      cell<S>* const whole = *std::launder(reinterpret_cast<cell<S>**>(room));
      account& payer = account::by_id(whole->payer);
      std::destroy_at(whole);
      payer.deallocate(whole, sizeof(cell<S>), alignof(cell<S>));
    }
  }
  template <class S>
  static constexpr operations operations_for{&typeid(S), &relocate<S>, &destroy<S>};

  alignas(alignment) std::array<std::byte, capacity> room_;
  const operations* operations_ = nullptr;
};

}  // namespace souk::detail
