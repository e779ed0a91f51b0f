// What was measured, and with what: for the output of `souk bench`.
#pragma once

#include <string>
#include <string_view>

namespace souk::bench {

/// As `git describe` names the sources, with -dirty when they were changed; or "unknown".
[[nodiscard]] std::string_view commit() noexcept;
/// "GNU 12.2.0"
[[nodiscard]] std::string_view compiler() noexcept;
[[nodiscard]] std::string_view build_type() noexcept;
/// The compiler flags that matter for speed.
[[nodiscard]] std::string_view flags() noexcept;
/// The processor's name for itself, or "unknown".
[[nodiscard]] std::string cpu();
/// Why the numbers of this build are not worth quoting; empty: they are.
[[nodiscard]] std::string warning();

}  // namespace souk::bench
