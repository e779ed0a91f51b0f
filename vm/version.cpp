// The version: CMake's project(VERSION) is its only source.
#include <souk/version.hpp>

namespace souk {

std::string_view version() noexcept { return SOUK_VERSION; }

}  // namespace souk
