// A place in the text of a term, and what is there: blanks, words, quoted text.
//
// Each function that takes something leaves the place behind it. What is not as it must be ends in
// a syntax_error that names the place.
// Threads    One at a time.
#pragma once

#include <souk/text.hpp>

#include "vm/lexis.hpp"

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace souk::detail {

/// All of `digits` as a number; what from_chars() says if that is not one, or does not fit.
template <class Number, class... Base>
std::errc parse_number(std::string_view digits, Number& value, Base... base) {
  const char* const end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, value, base...);
  return fault == std::errc{} && stop != end ? std::errc::invalid_argument : fault;
}

class scanner {
 public:
  scanner(std::string_view text, std::size_t at) noexcept : text_{text}, at_{at} {}

  /// Skips `expected` if that comes next.
  bool skip(std::string_view expected) noexcept;
  void skip_blanks_and_comments() noexcept;
  /// What is before the next delimiter.
  std::string_view take_word() noexcept;
  /// What is before `end`, which is skipped; nothing when `end` is not on this line.
  std::string_view take_until(char end) noexcept;
  /// What is between two of the character here, `what`, with its escapes replaced.
  std::string take_quoted(std::string_view what);

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  /// Pre: not at_end().
  [[nodiscard]] char peek() const noexcept { return text_[at_]; }
  [[nodiscard]] bool next_is(char c) const noexcept { return !at_end() && text_[at_] == c; }
  [[nodiscard]] bool next_is(std::string_view s) const noexcept { return rest().starts_with(s); }
  /// A '.' that is a word of its own.
  [[nodiscard]] bool next_is_dot() const noexcept;
  /// An atom ends here: what comes next may not look like more of it.
  void expect_end_of_atom() const;
  void expect_utf8(std::string_view word, std::size_t at) const;

  /// "the list opened at line 1, column 1"
  [[nodiscard]] std::string opened(std::string_view what, std::size_t at) const;
  [[noreturn]] void fail(std::size_t at, const std::string& fact) const;
  /// "expected `what`, found ..." here.
  [[noreturn]] void fail_expected(const std::string& what) const { fail_expected(what, at_); }
  [[noreturn]] void fail_expected(const std::string& what, std::size_t at) const;

 private:
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }
  char take_escape(char quote);
  char take_byte(std::size_t escape);

  std::string_view text_;
  std::size_t at_;
};

}  // namespace souk::detail
