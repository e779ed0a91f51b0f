// Runs a scenario on a VM and tells its outcome, or makes it a program that a VM can boot.
//
// The interpreter uses nothing but souk's public API: each endpoint's rules become a handler, each
// process definition a boot function, closed over the names that were visible there.
// Threads: a run belongs to the thread that calls run_scenario(); several may run at the same time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <souk/vm.hpp>

#include "tools/scenario/ast.hpp"
#include "tools/scenario/audience.hpp"
#include "tools/scenario/outcome.hpp"

namespace souk::tool {

struct run_options {
  vm_kind kind = vm_kind::functional;
  std::uint64_t seed = 0;
  /// Of the parallel VM; 0: as many as cores.
  unsigned workers = 0;
  executor_kind executor = executor_kind::best;
  /// Drives the VM instead of letting it run in rounds: one transition at a time, of a process that
  /// the seed draws.
  bool by_transition = false;
  /// Is told what the VM does, too.
  vm_listener* listener = nullptr;
  /// Where the commits of the parallel VM are recorded; and what is repeated instead of running.
  journal* record = nullptr;
  const journal* replay = nullptr;
  std::uint64_t most_replayed = ~std::uint64_t{0};
  /// Through which others see the VM.
  reflection* reflect = nullptr;
  /// Give up after so many rounds (or transitions); a scenario may run for ever.
  std::optional<std::uint64_t> most_rounds{};
};

/// The outcome. Throws load_error when the scenario asks for something that cannot be (an unbound
/// name, arithmetic on other things than integers) or runs for too many rounds.
[[nodiscard]] json run_scenario(const scenario& program, const run_options& options);

/// The scenario as the first process of a VM, without what it injects. `told` hears of all that its
/// processes do.
[[nodiscard]] boot_function boot_scenario(std::shared_ptr<const scenario> program,
                                          std::shared_ptr<audience> told);

[[nodiscard]] constexpr orientation to_souk(orientations o) noexcept {
  return o == orientations::publisher ? orientation::publisher : orientation::subscriber;
}

}  // namespace souk::tool
