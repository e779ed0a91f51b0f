// What the reader and the writer of terms agree on: where a word ends, and which names may stand as
// bare words, how a byte is escaped. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace souk::detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

/// Ends a word. Some mean nothing yet and are kept for later.
[[nodiscard]] constexpr bool is_delimiter(char c) noexcept {
  return c == ' ' || is_control(c) ||
         std::string_view{"()[]{}\"|;'`,\\"}.find(c) != std::string_view::npos;
}

/// How many bytes the first code point of `text` has; 0 if that is not UTF-8. Pre: not empty.
[[nodiscard]] constexpr std::size_t code_point_size(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const auto rest = [&](std::size_t from, std::size_t size) {
    for (; from < size; ++from) {
      if (!within(from, 0x80, 0xbf)) return std::size_t{0};
    }
    return size;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return rest(1, 2);
  // The bounds of the second byte keep out surrogates, what is beyond U+10FFFF, and long forms.
  if (first >= 0xe0 && first <= 0xef) {
    return within(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) ? rest(2, 3) : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return within(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) ? rest(2, 4) : 0;
  }
  return 0;
}

/// How many bytes of `text` may be written as they are: its first code point, or 0 if that is a
/// control character (U+0000 to U+001F, U+007F to U+009F) or not UTF-8. Pre: not empty.
[[nodiscard]] constexpr std::size_t printable_size(std::string_view text) noexcept {
  const std::size_t size = code_point_size(text);
  if (is_control(text[0])) return 0;
  return size == 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0 ? 0 : size;
}

/// It must be a number, or is nothing at all: 12, -.5, 1x, +inf.0.
[[nodiscard]] constexpr bool looks_like_number(std::string_view word) noexcept {
  if (word == "+inf.0" || word == "-inf.0" || word == "+nan.0" || word == "-nan.0") return true;
  if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
  if (word.starts_with('.')) word.remove_prefix(1);
  return !word.empty() && is_digit(word[0]);
}

/// As a word of its own, `name` is read as the symbol of that name.
[[nodiscard]] constexpr bool is_bare(std::string_view name) noexcept {
  if (name.empty() || name == "." || name[0] == '?' || looks_like_number(name)) return false;
  while (!name.empty()) {
    const std::size_t size = printable_size(name);
    if (size == 0 || is_delimiter(name[0]) || name[0] == '#') return false;
    name.remove_prefix(size);
  }
  return true;
}

/// "\xHH;"
inline void append_byte_escape(std::string& out, char byte) {
  constexpr std::string_view hex{"0123456789abcdef"};
  const auto value = static_cast<unsigned char>(byte);
  out += "\\x";
  out += hex[value >> 4];
  out += hex[value & 0xf];
  out += ';';
}

}  // namespace souk::detail
