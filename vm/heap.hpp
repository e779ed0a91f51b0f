// The heap of the program, where it is jemalloc: what is free goes back to the system.
//
// Threads    Any.
#pragma once

#include <cstdint>

namespace souk::detail {

/// An account with so much at its most was closed. When all since the last time had much, what the
/// heap has free goes back to the system at once, and not in the ten seconds that jemalloc takes:
/// so that is paid for by what is given back.
void note_freed(std::uint64_t bytes) noexcept;

}  // namespace souk::detail
