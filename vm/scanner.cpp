#include "vm/scanner.hpp"

#include <algorithm>
#include <array>

namespace souk::detail {
namespace {

constexpr auto npos = std::string_view::npos;

struct place {
  std::size_t line;
  std::size_t column;
};

place place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t newline = before.rfind('\n');
  const std::string_view line = before.substr(newline == npos ? 0 : newline + 1);
  const auto starts_point = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
  return {1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
          1 + static_cast<std::size_t>(std::ranges::count_if(line, starts_point))};
}

// What `text` starts with, for a message.
std::string shown(std::string_view text) {
  if (text.empty()) return "end of text";
  std::string result{"byte "};
  if (const std::size_t size = printable_size(text); size > 0) {
    result = '\'';
    result += text.substr(0, size);
    result += '\'';
  } else {
    append_byte_escape(result, text[0]);
  }
  return result;
}

}  // namespace

bool scanner::skip(std::string_view expected) noexcept {
  if (!next_is(expected)) return false;
  at_ += expected.size();
  return true;
}

void scanner::skip_blanks_and_comments() noexcept {
  for (;;) {
    while (!at_end() && is_space(peek())) ++at_;
    if (!next_is(';')) return;
    at_ = std::min(text_.find('\n', at_), text_.size());
  }
}

std::string_view scanner::take_word() noexcept {
  const std::string_view all = rest();
  const auto end = std::ranges::find_if(all, is_delimiter);
  const std::string_view word = all.substr(0, static_cast<std::size_t>(end - all.begin()));
  at_ += word.size();
  return word;
}

std::string_view scanner::take_until(char end) noexcept {
  const std::array<char, 2> stops{end, '\n'};
  const std::size_t size = rest().find_first_of(std::string_view{stops.data(), stops.size()});
  if (size == npos || rest()[size] != end) return {};
  const std::string_view word = rest().substr(0, size);
  at_ += size + 1;
  return word;
}

std::string scanner::take_quoted(std::string_view what) {
  const std::size_t open = at_;
  const char quote = text_[at_++];
  std::string text;
  while (!next_is(quote)) {
    if (at_end()) fail_expected(std::string{"'"} + quote + "' to close " + opened(what, open));
    if (next_is('\\')) {
      text += take_escape(quote);
      continue;
    }
    const std::string_view point = rest().substr(0, code_point_size(rest()));
    if (point.empty()) fail(at_, shown(rest()) + " is not UTF-8; such bytes are written as \\xHH;");
    text += point;
    at_ += point.size();
  }
  ++at_;
  return text;
}

char scanner::take_escape(char quote) {
  const std::size_t escape = at_++;
  const char c = at_end() ? '\0' : text_[at_++];
  if (c == quote || c == '\\') return c;
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'x': return take_byte(escape);
    default:
      fail(escape,
           std::string{"unknown escape; known here are \\n \\t \\r \\\\ \\"} + quote + " \\xHH;");
  }
}

char scanner::take_byte(std::size_t escape) {
  const std::string_view digits =
      rest().substr(0, rest().find_first_not_of("0123456789abcdefABCDEF"));
  unsigned value = 0;
  const bool is_byte = digits.size() <= 2 && parse_number(digits, value, 16) == std::errc{};
  at_ += digits.size();
  if (!is_byte || !skip(";")) {
    fail(escape, "an escaped byte is written \\xHH; with one or two hexadecimal digits");
  }
  return static_cast<char>(value);
}

bool scanner::next_is_dot() const noexcept {
  return next_is('.') && (at_ + 1 == text_.size() || is_delimiter(text_[at_ + 1]));
}

void scanner::expect_end_of_atom() const {
  if (at_end() || is_space(peek())) return;
  if (std::string_view{"();"}.find(peek()) == npos) {
    fail_expected("a blank or a parenthesis after the term that ends here");
  }
}

void scanner::expect_utf8(std::string_view word, std::size_t at) const {
  while (!word.empty()) {
    const std::size_t size = code_point_size(word);
    if (size == 0) {
      fail(at, shown(word) + " is not UTF-8; a name with such bytes stands in bars: |\\xHH;|");
    }
    word.remove_prefix(size);
    at += size;
  }
}

std::string scanner::opened(std::string_view what, std::size_t at) const {
  const place where = place_of(text_, at);
  return "the " + std::string{what} + " opened at line " + std::to_string(where.line) +
         ", column " + std::to_string(where.column);
}

void scanner::fail(std::size_t at, const std::string& fact) const {
  const place where = place_of(text_, at);
  throw syntax_error{where.line, where.column, fact};
}

void scanner::fail_expected(const std::string& what, std::size_t at) const {
  fail(at, "expected " + what + ", found " + shown(text_.substr(at)));
}

}  // namespace souk::detail
