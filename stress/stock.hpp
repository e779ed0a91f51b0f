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
  std::size_t descriptors = 0;
};

/// Of this process, now.
[[nodiscard]] stock take_stock();

/// What is there now and was not then; or more threads than that. Waits for threads that are on
/// their way out.
[[nodiscard]] std::optional<std::string> find_remains(const stock& before,
                                                      std::size_t most_threads);

}  // namespace souk::stress
