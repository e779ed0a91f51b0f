// Systems in which everybody meets everybody all the time: what the commit protocol is there for.
#pragma once

#include <souk/souk.hpp>

#include <cstdint>

namespace souk::testing {

/// A dozen processes that send to one, to some and to all of the others, come and go, change their
/// endpoints in the middle of what they send, and kill. What each does follows from the seed and
/// from what it sees; each answers only so many events, so that the system comes to rest.
[[nodiscard]] boot_function dense_system(std::uint64_t seed);

/// One tells two others; one of those tells the last (the counterexample of the naive scheme).
[[nodiscard]] boot_function triangles(std::uint64_t rounds);

/// Processes without endpoints that say something and quit, while others kill them.
[[nodiscard]] boot_function mayflies(std::uint64_t count);

}  // namespace souk::testing
