// Bytes in, lines or chunks of bytes out: the input buffer of a stream.
//
// "\n", "\r\n" and "\r" each end a line, and are not part of it. A line that ends in "\r" is there
// at once; if the next byte that comes is "\n", it belongs to that terminator and is dropped.
//
// Threads    none of its own: its owner guards it.
// L1  What comes out does not depend on how the input was cut into append()s.
// L2  A "\n" is owed (after "\r") only while the buffer is empty.
// L3  take_line() costs the length of the line: no byte is searched twice for a terminator.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace souk::ground {

class line_splitter {
 public:
  /// Lines of up to `max_line` bytes, terminator not counted.
  explicit line_splitter(std::size_t max_line) noexcept : max_line_(max_line) {}

  void append(std::string_view bytes);
  /// No more will come: an unterminated rest is a line now.
  void finish() noexcept { finished_ = true; }
  /// Drops what is there, and gives its memory back.
  void clear() noexcept;

  /// The next line without its terminator; none if there is no whole one, or it is too long.
  [[nodiscard]] std::optional<std::string> take_line();
  /// The next bytes, at most `max`; none if there are none or `max` is 0.
  [[nodiscard]] std::optional<std::string> take_bytes(std::size_t max);

  /// take_line() would yield.
  [[nodiscard]] bool has_line() const noexcept;
  /// The next line, whole or not, is longer than allowed: take_line() will never yield.
  [[nodiscard]] bool line_too_long() const noexcept { return line_length() > max_line_; }
  [[nodiscard]] std::size_t size() const noexcept { return buffer_.size() - head_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

 private:
  // Of the next line, as far as it is there.
  [[nodiscard]] std::size_t line_length() const noexcept { return searched_ - head_; }
  [[nodiscard]] bool terminated() const noexcept { return searched_ < buffer_.size(); }
  void search() noexcept;
  void drop(std::size_t count);

  std::size_t max_line_;
  std::string buffer_;
  std::size_t head_ = 0;      // taken so far
  std::size_t searched_ = 0;  // the first terminator at or after head_, or the end
  bool newline_owed_ = false;
  bool finished_ = false;
};

}  // namespace souk::ground
