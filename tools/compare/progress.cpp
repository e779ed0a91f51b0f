#include "tools/compare/progress.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

namespace souk::tool {
namespace {

constexpr int bar_width = 16;

std::string bar(double share) {
  const auto filled =
      static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * bar_width));
  return '[' + std::string(filled, '#') + std::string(bar_width - filled, '.') + ']';
}

}  // namespace

std::string time_left(double seconds) {
  if (seconds < 1) return "nearly done";
  if (seconds < 90) return "about " + grouped(std::ceil(seconds)) + " s left";
  return "about " + grouped(std::ceil(seconds / 60)) + " min left";
}

double progress::left() const noexcept { return std::max(expected_seconds_ - elapsed(), 0.0); }

void progress::show(const std::string& what) const {
  const double done = elapsed();
  line_.show(bar(done / std::max(done + left(), 1e-9)) + ' ' + time_left(left()) + "  " + what);
}

void progress::begin_part(const std::string& what) const {
  if (line_.is_shown()) {
    show(what);
  } else {
    std::cerr << what << "; " << time_left(left()) << std::endl;
  }
}

void progress::remark(const std::string& text) const {
  clear();
  std::cerr << text << std::endl;
}

}  // namespace souk::tool
