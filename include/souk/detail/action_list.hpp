// A list of actions in one word: nearly every transition has one action or none, and its list is
// made, handed on and emptied for each message.
//
// Its memory is paid for by the account of whoever makes it grow. After a move the list is empty.
#pragma once

#include <souk/detail/account.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace souk::detail {

template <class Action>
class list_of_actions {
 public:
  using value_type = Action;

  list_of_actions() noexcept = default;
  list_of_actions(const list_of_actions& other) { append(other); }
  list_of_actions(list_of_actions&& other) noexcept
      : block_{std::exchange(other.block_, nullptr)} {}
  list_of_actions& operator=(list_of_actions other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~list_of_actions() {
    if (block_ != nullptr) release();
  }

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }
  [[nodiscard]] Action* begin() noexcept { return block_ == nullptr ? nullptr : first(); }
  [[nodiscard]] Action* end() noexcept { return begin() + size(); }
  [[nodiscard]] const Action* begin() const noexcept {
    return block_ == nullptr ? nullptr : first();
  }
  [[nodiscard]] const Action* end() const noexcept { return begin() + size(); }
  /// Pre: not empty.
  [[nodiscard]] Action& front() noexcept { return *first(); }

  template <class... Arguments>
  void emplace_back(Arguments&&... arguments) {
    if (block_ == nullptr) {
      block_ = header::template make<1>();
      new (first()) Action(std::forward<Arguments>(arguments)...);
      block_->size = 1;
    } else if (block_->size < block_->capacity) {
      new (first() + block_->size) Action(std::forward<Arguments>(arguments)...);
      ++block_->size;
    } else {
      add_to_full(Action(std::forward<Arguments>(arguments)...));
    }
  }
  void push_back(const Action& one) { emplace_back(one); }
  void push_back(Action&& one) { emplace_back(std::move(one)); }

  void append(const list_of_actions& more) {
    reserve(size() + more.size());
    for (const Action& one : more) emplace_back(one);
  }
  /// `more` is empty afterwards.
  void append(list_of_actions&& more) {
    if (empty()) return std::swap(block_, more.block_);
    append_to_some(more);
  }

  void reserve(std::size_t wanted) {
    if (wanted == 0 || (block_ != nullptr && wanted <= block_->capacity)) return;
    header* const wider = header::make(wanted);
    if (block_ != nullptr) {
      auto* const to = reinterpret_cast<Action*>(wider + 1);
      static_assert(std::is_nothrow_move_constructible_v<Action>);
      std::uninitialized_move(begin(), end(), to);
      wider->size = block_->size;
      release();
    }
    block_ = wider;
  }
  /// Keeps the memory.
  void clear() noexcept {
    if (block_ == nullptr) return;
    destroy_all();
    block_->size = 0;
  }

 private:
  /// Up to here a list that grows takes four times as much, then twice: each step moves them all.
  static constexpr std::uint32_t some = 64;

  // In front of the actions.
  struct alignas(std::max_align_t) header {
    account::id_type payer;
    std::uint32_t size;
    std::uint32_t capacity;

    static constexpr std::size_t bytes(std::size_t capacity) noexcept {
      return sizeof(header) + capacity * sizeof(Action);
    }
    template <std::uint32_t Capacity>
    static header* make() {
      const auto [memory, payer] = account::take_on_current(bytes(Capacity));
      return new (memory) header{payer, 0, Capacity};
    }
    static header* make(std::size_t capacity) {
      if (capacity > std::numeric_limits<std::uint32_t>::max()) throw std::bad_array_new_length{};
      const auto [memory, payer] = account::take_on_current(bytes(capacity));
      return new (memory) header{payer, 0, static_cast<std::uint32_t>(capacity)};
    }
  };

  [[nodiscard]] Action* first() const noexcept { return reinterpret_cast<Action*>(block_ + 1); }
  // What holds nothing needs no destructor: a message whose body went on, mostly.
  void destroy_all() noexcept {
    Action* const past = first() + block_->size;
    for (Action* one = first(); one != past; ++one) {
      if (!one->is_spent()) destroy_one(*one);
    }
  }
  [[gnu::noinline]] static void destroy_one(Action& one) noexcept { std::destroy_at(&one); }
  void release() noexcept {
    if (block_->capacity > 1 || block_->size > 0) return release_full();
    account::give_back(block_->payer, block_, header::bytes(1));
  }
  [[gnu::noinline]] void release_full() noexcept {
    destroy_all();
    account::give_back(block_->payer, block_, header::bytes(block_->capacity));
  }
  [[gnu::noinline]] void append_to_some(list_of_actions& more) {
    reserve(size() + more.size());
    for (Action& one : more) emplace_back(std::move(one));
    more.clear();
  }
  // Made before, since it may be made from what is in here.
  [[gnu::noinline]] void add_to_full(Action one) {
    reserve((block_->capacity < some ? 4 : 2) * std::size_t{block_->capacity});
    emplace_back(std::move(one));
  }

  header* block_ = nullptr;
};

}  // namespace souk::detail
