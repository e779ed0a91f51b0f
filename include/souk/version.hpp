/// The version of the library, as `major.minor.patch`.
/// Threads    any.
#pragma once

#include <souk/export.hpp>
#include <string_view>

namespace souk {

/// The version of the libsouk in use, e.g. "0.1.0"; valid for the life of the program.
[[nodiscard]] SOUK_EXPORT std::string_view version() noexcept;

}  // namespace souk
