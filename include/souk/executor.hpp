// Whose threads run a parallel VM, and how they stand to the rest of the program.
#pragma once

#include <cstdint>

namespace souk {

enum class executor_kind : std::uint8_t {
  /// tbb; threads where souk was built for ThreadSanitizer.
  best,
  /// A task arena of oneTBB. Its workers are shared with all else in the program that uses oneTBB,
  /// and a limit that the program sets (global_control) holds for the VM, too.
  tbb,
  /// Threads of the VM's own.
  threads
};

/// Whose work comes first, where VMs and other arenas of oneTBB want more workers than there are.
/// It is looked at when a worker has been with one VM for a while. VMs on `threads` have none.
enum class vm_priority : std::uint8_t { low, normal, high };

}  // namespace souk
