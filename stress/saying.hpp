// What processes of a trial say to each other, and show to who attends to them. Each message tells
// who said it, and what that was told before it, so that whoever hears it can be asked later
// whether all came, and in order.
#pragma once

#include <souk/souk.hpp>

#include <cstdint>

namespace souk::stress {

/// Names one message.
struct said_by {
  pid sender{};
  std::int64_t serial = 0;  ///< among all that it says, from 1

  friend constexpr auto operator<=>(const said_by&, const said_by&) noexcept = default;
};
SOUK_RECORD(said_by, sender, serial);

struct saying {
  term to;              ///< a group, by its number, or one process
  bool lifted = false;  ///< said in the VM around
  pid sender{};
  std::int64_t serial = 0;
  std::int64_t number = 0;  ///< among what it says to them there, from 1
  term cause;               ///< a said_by: what it heard last; or false
};
SOUK_RECORD(saying, to, lifted, sender, serial, number, cause);

/// Who is attended to shows this.
struct alive {
  pid parent{};
  std::uint32_t part = 0;  ///< of the trial
  pid child{};
};
SOUK_RECORD(alive, parent, part, child);

}  // namespace souk::stress
