#include "stress/live_line.hpp"

#include <ostream>

namespace souk::stress {

namespace {
constexpr auto between_lines = std::chrono::seconds{10};
}

live_line::live_line(std::ostream& to, bool is_terminal)
    : to_{to}, is_terminal_{is_terminal}, shown_at_{std::chrono::steady_clock::now()} {}

void live_line::show(const std::string& text) {
  if (is_terminal_) {
    to_ << "\r\033[K" << text << std::flush;
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_at_ < between_lines) return;
  shown_at_ = now;
  to_ << text << std::endl;
}

void live_line::clear() {
  if (is_terminal_) to_ << "\r\033[K" << std::flush;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string as_clock(std::chrono::seconds time) {
  const auto two = [](auto n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const auto all = time.count();
  const std::string end = two(all % 60);
  if (all < 3600) return std::to_string(all / 60) + ':' + end;
  return std::to_string(all / 3600) + ':' + two(all / 60 % 60) + ':' + end;
}

}  // namespace souk::stress
