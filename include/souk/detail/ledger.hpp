// What a thread keeps at hand for allocating: the account that pays, what it has been charged since
// it was written down last, and small blocks that were freed a moment ago.
//
// Threads    Each has its own.
// L1  Between two scopes (account.hpp) nothing is left to be written down.
// L2  A list keeps at most `most_bytes`, the rest goes back to the heap: what a thread holds back
//     is bounded (some 256 KiB), whatever VMs come and go.
#pragma once

#include <souk/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace souk::detail {

class account;

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

  static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t step = 16;
  static constexpr std::size_t largest = 256;
  static constexpr std::size_t most_bytes = 16384;

  account* current = nullptr;         ///< null: the program's own
  std::uint32_t current_id = nobody;  ///< of the account of a scope, whose charges are collected
  std::int64_t charged = 0;           ///< bytes, since they were written down
  std::array<free_block*, largest / step + 1> lists{};
  /// How many more blocks each may take: none at first and in the end, when no list is used.
  std::array<std::uint16_t, largest / step + 1> room{};
  phase now = phase::fresh;

  [[nodiscard]] static constexpr std::uint16_t most_in(std::size_t list) noexcept {
    return static_cast<std::uint16_t>(list == 0 ? 0 : most_bytes / (list * step));
  }

  [[nodiscard]] void* take(std::size_t size) {
    if constexpr (keeps_blocks) {
      const std::size_t list = (size + step - 1) / step;
      if (list < lists.size() && lists[list] != nullptr) {
        free_block* const first = lists[list];
        lists[list] = first->next;
        ++room[list];
        return first;
      }
      if (list < lists.size()) return ::operator new(list* step);  // may be any block of it later
    }
    return ::operator new(size);
  }
  void give_back(void* memory, std::size_t size) noexcept {
    if constexpr (keeps_blocks) {
      const std::size_t list = (size + step - 1) / step;
      if (list < lists.size()) {
        if (room[list] == 0) return give_back_to_full(list, memory);
        lists[list] = new (memory) free_block{lists[list]};
        --room[list];
        return;
      }
    }
    ::operator delete(memory);
  }

 private:
  SOUK_EXPORT void give_back_to_full(std::size_t list, void* memory) noexcept;
};

/// Constant-initialised, and without a destructor: reading it costs no more than a plain variable.
extern SOUK_EXPORT constinit thread_local ledger this_thread;

}  // namespace souk::detail
