// What goes on, on one line of a terminal; elsewhere as lines, now and then.
//
// Threads    One.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

namespace souk::stress {

class live_line {
 public:
  live_line(std::ostream& to, bool is_terminal);

  void show(const std::string& text);
  /// Before something else is written.
  void clear();

 private:
  std::ostream& to_;
  bool is_terminal_;
  std::chrono::steady_clock::time_point shown_at_;
};

/// With commas between thousands.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1:02", "2:03:04".
[[nodiscard]] std::string as_clock(std::chrono::seconds time);

}  // namespace souk::stress
