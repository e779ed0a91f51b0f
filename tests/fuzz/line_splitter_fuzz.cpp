// The line splitter fed and emptied in an order that the input dictates, against a plain model.
//
// Input: commands of one byte. The low two bits say what: 0 append the next n bytes (64 times if n
// is 32 or more, so that short inputs fill the buffer), 1 take a line, 2 take n * n bytes, 3 ask;
// the upper six bits are n.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "ground/line_splitter.hpp"

namespace {

constexpr std::size_t max_line = 40;

// What a splitter would be if memory and time did not matter.
class model {
 public:
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (newline_owed_ && bytes.front() == '\n') bytes.remove_prefix(1);
    newline_owed_ = false;
    held_ += bytes;
  }
  void finish() { finished_ = true; }

  std::optional<std::string> take_line() {
    const auto end = held_.find_first_of("\r\n");
    const auto length = end == std::string::npos ? held_.size() : end;
    if (length > max_line) return std::nullopt;
    if (end == std::string::npos && (!finished_ || held_.empty())) return std::nullopt;
    std::string line = held_.substr(0, length);
    if (end == std::string::npos) {
      held_.clear();
    } else if (held_.compare(end, 2, "\r\n") == 0) {
      held_.erase(0, end + 2);
    } else {
      newline_owed_ = held_[end] == '\r' && end + 1 == held_.size();
      held_.erase(0, end + 1);
    }
    return line;
  }
  std::optional<std::string> take_bytes(std::size_t max) {
    if (held_.empty() || max == 0) return std::nullopt;
    std::string bytes = held_.substr(0, max);
    held_.erase(0, bytes.size());
    return bytes;
  }
  [[nodiscard]] bool too_long() const {
    const auto end = held_.find_first_of("\r\n");
    return (end == std::string::npos ? held_.size() : end) > max_line;
  }
  [[nodiscard]] std::size_t size() const { return held_.size(); }

 private:
  std::string held_;
  bool newline_owed_ = false;
  bool finished_ = false;
};

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  souk::ground::line_splitter splitter(max_line);
  model expected;
  while (!input.empty()) {
    const auto command = static_cast<std::uint8_t>(input.front());
    const std::size_t n = command >> 2;
    input.remove_prefix(1);
    switch (command & 3) {
      case 0:
        for (int times = n >= 32 ? 64 : 1; times > 0; --times) {
          splitter.append(input.substr(0, n));
          expected.append(input.substr(0, n));
        }
        input.remove_prefix(std::min(n, input.size()));
        break;
      case 1: check(splitter.take_line() == expected.take_line()); break;
      case 2: check(splitter.take_bytes(n * n) == expected.take_bytes(n * n)); break;
      default: check(splitter.line_too_long() == expected.too_long()); break;
    }
    check(splitter.size() == expected.size());
  }
  splitter.finish();
  expected.finish();
  for (;;) {
    const bool there = splitter.has_line();
    const auto line = splitter.take_line();
    check(there == line.has_value() && line == expected.take_line());
    if (!line) break;
  }
  check(splitter.take_bytes(size) == expected.take_bytes(size));
  return 0;
}
