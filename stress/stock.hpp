// What a program holds: before and after a VM it must be the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace souk::stress {

struct stock {
  std::int64_t bytes = 0;    ///< in all accounts
  std::size_t accounts = 0;  ///< custodians
  std::size_t threads = 0;   ///< not counting those of oneTBB's, which stay
  std::size_t descriptors = 0;
};

/// Of this process, now. Threads that oneTBB made, once it was used, cannot be told from others.
[[nodiscard]] stock take_stock();

/// What is there now and was not then. Waits for threads that are on their way out; with oneTBB
/// used, `idle_threads` more may be there.
[[nodiscard]] std::optional<std::string> find_remains(const stock& before,
                                                      std::size_t idle_threads);

}  // namespace souk::stress
