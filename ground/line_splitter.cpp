#include "ground/line_splitter.hpp"

#include <algorithm>
#include <cassert>

namespace souk::ground {

namespace {

// Taken bytes are moved out of the way when they are this many and half of the buffer: then each
// byte is moved at most once on average.
constexpr std::size_t compact_from = 4096;
// An empty buffer larger than this (after a long line) gives its memory back.
constexpr std::size_t keep_capacity = 128 * 1024;

}  // namespace

void line_splitter::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (newline_owed_) {
    assert(empty() && "L2: a newline is owed behind bytes");
    newline_owed_ = false;
    if (bytes.front() == '\n') bytes.remove_prefix(1);
  }
  buffer_.append(bytes);
  search();
}

void line_splitter::clear() noexcept {
  std::string().swap(buffer_);
  head_ = searched_ = 0;
  newline_owed_ = false;
}

bool line_splitter::has_line() const noexcept {
  return !line_too_long() && (terminated() || (finished_ && !empty()));
}

std::optional<std::string> line_splitter::take_line() {
  if (!has_line()) return std::nullopt;
  const std::size_t length = line_length();
  std::string line(buffer_, head_, length);
  if (!terminated()) {
    drop(length);
    return line;
  }
  const bool carriage_return = buffer_[searched_] == '\r';
  const std::size_t after = searched_ + 1;
  const bool at_end = after == buffer_.size();
  const bool pair = carriage_return && !at_end && buffer_[after] == '\n';
  drop(length + (pair ? 2 : 1));
  newline_owed_ = carriage_return && at_end;
  return line;
}

std::optional<std::string> line_splitter::take_bytes(std::size_t max) {
  const std::size_t count = std::min(max, size());
  if (count == 0) return std::nullopt;
  std::string bytes(buffer_, head_, count);
  drop(count);
  return bytes;
}

void line_splitter::search() noexcept {
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(searched_);
  const auto found =
      std::find_if(from, buffer_.end(), [](char c) { return c == '\n' || c == '\r'; });
  searched_ = static_cast<std::size_t>(found - buffer_.begin());
}

void line_splitter::drop(std::size_t count) {
  head_ += count;
  searched_ = std::max(searched_, head_);
  if (head_ == buffer_.size()) {
    buffer_.clear();
    head_ = searched_ = 0;
    if (buffer_.capacity() > keep_capacity) std::string().swap(buffer_);
    return;
  }
  if (head_ >= compact_from && head_ >= buffer_.size() / 2) {
    buffer_.erase(0, head_);
    searched_ -= head_;
    head_ = 0;
  }
  search();
}

}  // namespace souk::ground
