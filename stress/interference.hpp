// What can be done to souk from inside only: its commit protocol held up between any two accesses
// to what is shared, memory that is not there, and faults that were made on purpose. The command
// `souk` has nothing of it (interference_none.cpp); `souk-stress-hooks` is souk built once more,
// with it (interference_hooks.cpp).
//
// Threads    Any, but for hold_up() and break_rule(): while no VM lives.
#pragma once

#include "stress/trial.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace souk::stress::interference {

[[nodiscard]] bool is_compiled_in() noexcept;

/// The VMs from now on are.
void hold_up(delays how, std::uint64_t seed) noexcept;

/// While it lives, the n-th allocation of this thread fails with std::bad_alloc, and no other.
class failing_allocation {
 public:
  explicit failing_allocation(std::uint32_t n) noexcept;
  ~failing_allocation();  // NOLINT(performance-trivially-destructible): not so with hooks
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;

  /// It was asked for.
  [[nodiscard]] bool has_failed() const noexcept;
};

/// The ways in which the VM can be broken on purpose, by name.
[[nodiscard]] std::vector<std::string> mutants();
/// From now on the VM is broken in that way. Pre: it is one of them.
void break_rule(std::string_view mutant);

}  // namespace souk::stress::interference
