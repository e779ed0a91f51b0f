// The text of terms: S-expressions that are read back as the same term.
//
//     12 -7              integers              #t #f          booleans
//     1.5 1e+22 +inf.0   reals                 "a\tb\x00;"    a string; also \n \r \\ \"
//     says |two words|   symbols               #"\xff;ab"     bytes
//     user#63            a fresh symbol        #error"why"    an error
//     (a b . c) ()       pairs and lists       #pid[0:3]      a process: VM (hexadecimal), number
//     #(a b)             a vector              #s(says a b)   a record
//     ? ?0 ?who          wildcards: one of its own, canonical variable 0, var("who")
//     ; ...              a comment, to the end of its line
//
// Texts are UTF-8. \xHH; stands for one byte, so that strings and names may hold any bytes. A name
// stands in bars when as a bare word it would be read as something else; in bars, \| is a bar.
//
// Threads    Functions: any. A reader belongs to one thread at a time.
// X1  read(to_string(t)) equals t up to the names of wildcards, and has the same text, unless a
//     host object is inside: `#<host TYPE ADDRESS>` is for people, and not read.
// X2  Lists are read and written in a loop; no more than max_term_depth levels are nested.
#pragma once

#include <souk/export.hpp>
#include <souk/term.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace souk {

/// A text is not that of a term. what(): "line 3, column 14: expected ..., found ...".
class SOUK_EXPORT syntax_error : public std::runtime_error {
 public:
  syntax_error(std::size_t line, std::size_t column, const std::string& fact);

  /// Where, counted from 1. Columns count code points, not bytes.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  [[nodiscard]] std::size_t column() const noexcept { return column_; }

 private:
  std::size_t line_;
  std::size_t column_;
};

/// Appends the text of `t` to `out`. The same as to_string(const term&).
SOUK_EXPORT void write(std::string& out, const term& t);

/// The one term of `text`. Throws syntax_error when there is none, or more than that.
[[nodiscard]] SOUK_EXPORT term read(std::string_view text);

/// The terms of a text, one after another. The text must outlive the reader.
class SOUK_EXPORT reader {
 public:
  explicit reader(std::string_view text) noexcept : text_{text} {}

  /// The next term, or nothing at the end of the text. Throws syntax_error, and then again whenever
  /// it is called: what follows an error is not read.
  [[nodiscard]] std::optional<term> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace souk
