// Systems of processes made up from a seed: they send, subscribe, spawn, quit, kill, crash, nest.
#pragma once

#include <souk/souk.hpp>

#include <cstdint>
#include <vector>

namespace souk::tool {

/// The first process of the system of that seed. All that its processes do follows from the seed
/// and from what they see; each does only so much, so that the system comes to rest.
[[nodiscard]] boot_function random_system(std::uint64_t seed);

/// What to send in from outside, once it is at rest.
[[nodiscard]] std::vector<send_message> random_messages(std::uint64_t seed);

}  // namespace souk::tool
