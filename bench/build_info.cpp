#include "bench/build_info.hpp"

#include <fstream>

#include "souk_commit.hpp"  // made anew by each build, see commit.cmake

namespace souk::bench {

std::string_view commit() noexcept { return SOUK_COMMIT; }
std::string_view compiler() noexcept { return SOUK_COMPILER; }
std::string_view build_type() noexcept { return SOUK_BUILD_TYPE; }
std::string_view flags() noexcept { return SOUK_FLAGS; }

std::string cpu() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string warning() {
  std::string why;
  const auto add = [&why](std::string_view fact) {
    why += why.empty() ? "" : ", ";
    why += fact;
  };
  // NOLINTNEXTLINE(readability-redundant-string-init): empty in some builds
  constexpr std::string_view sanitizers{SOUK_SANITIZERS};
  if (!sanitizers.empty()) add("sanitizers (" + std::string{sanitizers} + ")");
#ifndef NDEBUG
  add("asserts");
#endif
#ifndef __OPTIMIZE__
  add("no optimisation");
#endif
  return why.empty() ? why : "not a build to measure: it has " + why;
}

}  // namespace souk::bench
