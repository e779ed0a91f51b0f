// How messages show a piece of somebody's text: on one line, in quotes, and not all of it.
#pragma once

#include <string>
#include <string_view>

#include "tools/scenario/utf8.hpp"

namespace souk::tool {

/// The text in quotes; control characters and bytes that are not UTF-8 as \xNN.
[[nodiscard]] inline std::string in_quotes(std::string_view text, char quote = '"') {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(1, quote);
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out + quote;
}

/// The first 40 bytes or so, ending with `...` if there is more.
[[nodiscard]] inline std::string shortened(std::string_view text) {
  constexpr std::size_t limit = 40;
  if (text.size() <= limit) return std::string{text};
  std::size_t end = 0;
  while (true) {
    const std::size_t length = utf8_length(text.substr(end));
    const std::size_t step = length == 0 ? 1 : length;
    if (end + step > limit) break;
    end += step;
  }
  return std::string{text.substr(0, end)} + "...";
}

}  // namespace souk::tool
