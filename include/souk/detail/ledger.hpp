// What a thread keeps at hand for allocating: the account that pays, what it has been charged since
// it was written down last, and small blocks that were freed a moment ago.
//
// Threads    Each has its own.
// L1  Between two scopes (account.hpp) nothing is left to be written down.
// L2  A list keeps at most `most_bytes`, the rest goes back to the heap: what a thread holds back
//     is bounded (some 256 KiB), whatever VMs come and go.
// L3  lowest <= charged <= highest, or it is written down: so what other threads read of an account
//     is behind by no more than that.
#pragma once

#include <souk/detail/size_class.hpp>
#include <souk/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace souk::detail {

class account;
class handler_watch;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool keeps_blocks = false;  // so that the sanitizers see each block live and die
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool keeps_blocks = false;
#else
inline constexpr bool keeps_blocks = true;
#endif
#else
inline constexpr bool keeps_blocks = true;
#endif

/// A free block while it is in a list.
struct free_block {
  free_block* next;
};

struct ledger {
  enum class phase : std::uint8_t { fresh, running, ended };
  /// What was given back for an account that is not the current one, not written down yet.
  struct credit {
    std::uint32_t payer;
    std::uint32_t bytes;
  };

  static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t step = 16;
  static constexpr std::size_t largest = 256;
  static constexpr std::size_t most_bytes = 16384;
  /// Between two looks at an account without limits.
  static constexpr std::int64_t far = std::int64_t{64} << 10;
  /// Of a credit.
  static constexpr std::uint32_t most_credit = 4096;

  static constexpr auto class_of_list = [] {
    std::array<std::int16_t, largest / step + 1> all{};
    for (std::size_t list = 0; list < all.size(); ++list)
      all[list] = static_cast<std::int16_t>(size_class(list * step));
    return all;
  }();
  /// Bytes that all lists hold when they are full.
  static constexpr std::int32_t most_held = [] {
    std::int32_t all = 0;
    for (std::size_t list = 1; list < class_of_list.size(); ++list)
      all += static_cast<std::int32_t>(most_bytes / (list * step)) * class_of_list[list];
    return all;
  }();

  account* current = nullptr;         ///< null: the program's own
  std::uint32_t current_id = nobody;  ///< of the account of a scope, whose charges are collected
  std::int64_t charged = 0;           ///< bytes, since they were written down
  std::int64_t highest = 0;
  std::int64_t lowest = 0;
  std::array<free_block*, largest / step + 1> lists{};
  /// How many more blocks each may take: none at first and in the end, when no list is used.
  std::array<std::int16_t, largest / step + 1> room{};
  phase now = phase::fresh;
  std::array<credit, 4> credits{};
  /// Bytes taken from the heap less bytes given back by this thread, whoever pays; what it holds
  /// back included.
  std::int64_t heap = 0;
  std::int64_t told = 0;              ///< of what bytes_out() says
  handler_watch* handlers = nullptr;  ///< knows whether a handler runs: see account.hpp
  account* exceeded = nullptr;        ///< the first of those found over their limit here

  [[nodiscard]] static constexpr std::int16_t most_in(std::size_t list) noexcept {
    return static_cast<std::int16_t>(list == 0 ? 0 : most_bytes / (list * step));
  }

  /// A block that was freed a moment ago, if there is one of that size.
  [[nodiscard]] void* take_freed(std::size_t size) noexcept {
    if constexpr (keeps_blocks) {
      const std::size_t list = (size + step - 1) / step;
      if (list < lists.size() && lists[list] != nullptr) {
        free_block* const first = lists[list];
        lists[list] = first->next;
        ++room[list];
        return first;
      }
    }
    return nullptr;
  }
  [[nodiscard]] void* take_new(std::size_t size) {
    const std::size_t list = (size + step - 1) / step;
    const bool may_be_kept = keeps_blocks && list < lists.size();
    void* const memory = ::operator new(may_be_kept ? list* step : size);
    heap += static_cast<std::int64_t>(size_class(size));
    return memory;
  }
  void give_back(void* memory, std::size_t size) noexcept {
    if constexpr (keeps_blocks) {
      const std::size_t list = (size + step - 1) / step;
      if (list < lists.size()) return keep(memory, list);
    }
    give_back_to_heap(memory, size);
  }
  void give_back_steps(void* memory, std::size_t steps) noexcept {
    if constexpr (keeps_blocks) {
      if (steps < lists.size()) [[likely]]
        return keep(memory, steps);
    }
    give_back_to_heap(memory, steps * step);
  }
  void give_back_to_heap(void* memory, std::size_t size) noexcept {
    ::operator delete(memory);
    heap -= static_cast<std::int64_t>(size_class(size));
  }
  /// Bytes that this thread took less those given back to it: all in use, if it were alone.
  [[nodiscard]] std::int64_t bytes_out() const noexcept {
    if (now != phase::running) return heap;
    std::int32_t free = 0;
    for (std::size_t list = 0; list < lists.size(); ++list)
      free += std::int32_t{room[list]} * std::int32_t{class_of_list[list]};
    return heap - (most_held - free);
  }

 private:
  void keep(void* memory, std::size_t list) noexcept {
    if (room[list] == 0) return give_back_to_full(list, memory);
    lists[list] = new (memory) free_block{lists[list]};
    --room[list];
  }
  SOUK_EXPORT void give_back_to_full(std::size_t list, void* memory) noexcept;
};

/// Constant-initialised, and without a destructor: reading it costs no more than a plain variable.
extern SOUK_EXPORT constinit thread_local ledger this_thread;

}  // namespace souk::detail
