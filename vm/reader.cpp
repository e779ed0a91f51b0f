#include <souk/text.hpp>

#include "vm/lexis.hpp"
#include "vm/scanner.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <utility>
#include <vector>

namespace souk {

syntax_error::syntax_error(std::size_t line, std::size_t column, const std::string& fact)
    : std::runtime_error{"line " + std::to_string(line) + ", column " + std::to_string(column) +
                         ": " + fact},
      line_{line},
      column_{column} {}

namespace {

constexpr auto npos = std::string_view::npos;

// [+-] (digits [. digits] | . digits) [e [+-] digits]: what from_chars() reads, but for a sign that
// is '+', and without "inf" and "nan".
bool is_decimal(std::string_view word) {
  const auto skip_digits = [&] {
    const std::size_t size = std::min(word.find_first_not_of("0123456789"), word.size());
    word.remove_prefix(size);
    return size;
  };
  const auto skip_one_of = [&](std::string_view set) {
    const bool found = !word.empty() && set.find(word[0]) != npos;
    word.remove_prefix(found ? 1 : 0);
    return found;
  };
  skip_one_of("+-");
  std::size_t digits = skip_digits();
  if (skip_one_of(".")) digits += skip_digits();
  if (digits == 0) return false;
  if (skip_one_of("eE")) {
    skip_one_of("+-");
    if (skip_digits() == 0) return false;
  }
  return word.empty();
}

// A word of the text for a message: as a string, since it may hold any bytes, and not too long.
std::string shown(std::string_view word) {
  constexpr std::size_t enough = 40;
  if (word.size() <= enough) return to_string(term{word});
  return to_string(term{word.substr(0, enough)}) + "...";
}

// Recursive descent, one function for each form. `level` counts the open lists, vectors and
// records.
class parser {
 public:
  parser(std::string_view text, std::size_t at) : here_{text, at} {}

  // False: nothing but blanks and comments is left.
  bool find_term() {
    here_.skip_blanks_and_comments();
    return !here_.at_end();
  }

  // Pre: find_term().
  term read_term(std::size_t level) {
    switch (here_.peek()) {
      case '(': return read_list(level);
      case '"': return read_string();
      case '|': return read_barred_symbol();
      case '#': return read_hash(level);
      case '?': return read_wildcard();
      case ')': here_.fail(here_.at(), "unexpected ')': no list, vector or record is open");
      default: return read_word();
    }
  }

  [[nodiscard]] const detail::scanner& here() const { return here_; }

 private:
  using scanner = detail::scanner;
  using terms = std::pmr::vector<term>;

  // Up to the ')' that closes `what`, or the '.' of a list, or the end of the text.
  terms read_terms(std::string_view what, std::size_t open, std::size_t level) {
    terms all{&detail::account::current()};
    while (find_term() && !here_.next_is(')') && !here_.next_is_dot()) {
      if (level == max_term_depth) {
        here_.fail(open, "nested deeper than " + std::to_string(max_term_depth) +
                             " levels, the limit of terms (lists may be of any length)");
      }
      all.push_back(read_term(level + 1));
    }
    if (here_.next_is_dot() && (what != "list" || all.empty())) refuse_dot();
    return all;
  }

  [[noreturn]] void refuse_dot() const {
    here_.fail(here_.at(), "unexpected '.': it belongs before the last term of a list");
  }

  void close(std::string_view what, std::size_t open) {
    if (!here_.skip(")")) here_.fail_expected("')' to close " + here_.opened(what, open));
  }

  term read_list(std::size_t level) {
    const std::size_t open = here_.at();
    here_.skip("(");
    const terms elements = read_terms("list", open, level);
    term tail = nil;
    if (here_.next_is_dot()) {
      here_.skip(".");
      if (!find_term() || here_.next_is(')')) here_.fail_expected("a term after '.'");
      tail = read_term(level + 1);
      find_term();
    }
    close("list", open);
    return list_of(elements, std::move(tail));
  }

  term read_vector(std::size_t level) {
    const std::size_t open = here_.at();
    here_.skip("#(");
    const terms elements = read_terms("vector", open, level);
    close("vector", open);
    return vector(elements);
  }

  term read_record(std::size_t level) {
    const std::size_t open = here_.at();
    here_.skip("#s(");
    const symbol label = read_label(open);
    const terms fields = read_terms("record", open, level);
    close("record", open);
    try {
      return record(label, fields);
    } catch (const term_error& too_many) {
      here_.fail(open, too_many.what());
    }
  }

  symbol read_label(std::size_t open) {
    find_term();
    const std::size_t start = here_.at();
    term label;
    if (here_.next_is('|')) {
      label = read_barred_symbol();
    } else if (!here_.at_end() && !detail::is_delimiter(here_.peek()) && !here_.next_is('?') &&
               !here_.next_is('#')) {
      label = read_word();
    }
    if (!label.is(kind::symbol) || label.as_symbol().serial() != 0) {
      here_.fail_expected("a symbol, the label of " + here_.opened("record", open), start);
    }
    return label.as_symbol();
  }

  term read_hash(std::size_t level) {
    if (here_.next_is("#(")) return read_vector(level);
    if (here_.next_is("#s(")) return read_record(level);
    term atom = read_hash_atom();
    here_.expect_end_of_atom();
    return atom;
  }

  term read_hash_atom() {
    const std::size_t start = here_.at();
    if (here_.next_is("#\"")) {
      here_.skip("#");
      return bytes{here_.take_quoted("byte string")};
    }
    if (here_.next_is("#error\"")) {
      here_.skip("#error");
      return fault{here_.take_quoted("error")};
    }
    if (here_.skip("#pid[")) return read_pid(start);
    if (here_.skip("#<")) {
      here_.fail(start, "the text of a host object cannot be read: it is equal only to itself");
    }
    const std::string_view word = here_.take_word();
    if (word == "#t") return true;
    if (word == "#f") return false;
    here_.fail(start,
               "unknown form; after '#', known are #t #f #(a b) #s(label a b) #\"bytes\" "
               "#error\"message\" #pid[VM:NUMBER]");
  }

  term read_pid(std::size_t start) {
    pid p{};
    const bool has_vm = detail::parse_number(here_.take_until(':'), p.vm, 16) == std::errc{};
    const bool has_number = detail::parse_number(here_.take_until(']'), p.number) == std::errc{};
    if (!has_vm || !has_number) {
      here_.fail(start,
                 "a pid is written #pid[VM:NUMBER], with VM of up to 16 hexadecimal digits "
                 "and NUMBER below 2^32");
    }
    return p;
  }

  term read_string() {
    term text{here_.take_quoted("string")};
    here_.expect_end_of_atom();
    return text;
  }

  term read_barred_symbol() {
    const symbol base{here_.take_quoted("name")};
    return finish_symbol(base);
  }

  // `base` was here; a fresh symbol's number may follow.
  term finish_symbol(symbol base) {
    std::uint64_t serial = 0;
    if (here_.next_is('#')) {
      const std::size_t start = here_.at();
      const std::string_view digits = here_.take_word().substr(1);
      if (detail::parse_number(digits, serial) != std::errc{} || serial == 0) {
        here_.fail(start,
                   "after '#' comes the number of a fresh symbol, from 1 and below 2^64; "
                   "a name with '#' stands in bars: |a#b|");
      }
    }
    here_.expect_end_of_atom();
    return symbol{base.base(), serial};
  }

  term read_wildcard() {
    const std::size_t start = here_.at();
    here_.skip("?");
    if (here_.next_is('|')) {
      const wildcard named = var(here_.take_quoted("name"));
      here_.expect_end_of_atom();
      return named;
    }
    const std::string_view name = here_.take_word();
    here_.expect_end_of_atom();
    if (name.empty()) return wild();
    here_.expect_utf8(name, start + 1);
    if (!detail::looks_like_number(name)) return read_named_wildcard(name, start);
    std::uint32_t number = 0;
    static_assert(wildcard::first_uncanonical == std::uint64_t{1} << 32);
    if (detail::parse_number(name, number) != std::errc{}) {
      here_.fail(start,
                 "the number of a wildcard is below 2^32; a name that starts like a number "
                 "stands in bars: ?|1st|");
    }
    return wildcard{number};
  }

  term read_named_wildcard(std::string_view name, std::size_t start) const {
    if (name == "." || name[0] == '?' || name.find('#') != npos) {
      here_.fail(start,
                 "the name of a wildcard that is '.' or has '?' in front or a '#' stands in "
                 "bars: ?|a#b|");
    }
    return var(name);
  }

  term read_word() {
    const std::size_t start = here_.at();
    if (here_.next_is_dot()) refuse_dot();
    scanner after = here_;
    const std::string_view word = after.take_word();
    if (word.empty()) here_.fail_expected("a term");
    if (detail::looks_like_number(word)) {
      here_ = after;
      here_.expect_end_of_atom();
      return read_number(word, start);
    }
    const std::string_view name = word.substr(0, word.find('#'));
    here_.expect_utf8(name, start);
    here_.skip(name);
    return finish_symbol(symbol{name});
  }

  [[nodiscard]] term read_number(std::string_view word, std::size_t start) const {
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    if (word == "+inf.0") return infinity;
    if (word == "-inf.0") return -infinity;
    if (word.ends_with("nan.0")) return std::numeric_limits<double>::quiet_NaN();
    if (!is_decimal(word)) {
      here_.fail(start,
                 shown(word) + " is not a number; a name that starts like one stands in bars");
    }
    if (word[0] == '+') word.remove_prefix(1);
    if (word.find_first_of(".eE") == npos) return read_integer(word, start);
    double real = 0;
    if (detail::parse_number(word, real) != std::errc{}) {
      here_.fail(start, shown(word) + " is outside the range of 64-bit reals");
    }
    return real;
  }

  [[nodiscard]] term read_integer(std::string_view word, std::size_t start) const {
    std::int64_t integer = 0;
    if (detail::parse_number(word, integer) != std::errc{}) {
      here_.fail(start, shown(word) + " does not fit into 64 bits with its sign");
    }
    return integer;
  }

  scanner here_;
};

}  // namespace

std::optional<term> reader::next() {
  parser p{text_, at_};
  if (!p.find_term()) return std::nullopt;
  term t = p.read_term(0);
  at_ = p.here().at();
  return t;
}

term read(std::string_view text) {
  parser p{text, 0};
  if (!p.find_term()) p.here().fail_expected("a term");
  term t = p.read_term(0);
  if (p.find_term()) p.here().fail_expected("end of text after the one term");
  return t;
}

}  // namespace souk
