// The JSON reader: recursive descent over the text, with the path to the value at hand kept aside
// for messages.
#include "tools/scenario/document.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tools/scenario/quote.hpp"
#include "tools/scenario/utf8.hpp"

namespace souk::tool {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

class parser {
 public:
  parser(std::string_view text, const std::string& file) : text_{text}, file_{file} {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.substr(0, 3) == byte_order_mark) at_ = line_start_ = 3;
  }

  node document() {
    node result = value(1);
    skip_space();
    if (at_ < text_.size()) fail("the end of the document");
    return result;
  }

 private:
  node value(std::size_t depth) {
    skip_space();
    if (depth > depth_limit) {
      stop("expected at most " + std::to_string(depth_limit) + " levels of nesting, found more");
    }
    node out;
    out.line = line_;
    switch (peek()) {
      case '{': read_object(out, depth); break;
      case '[': read_list(out, depth); break;
      case '"':
        out.kind = node::kinds::string;
        out.text = read_string();
        break;
      case 't': read_word(out, "true", node::kinds::boolean); break;
      case 'f': read_word(out, "false", node::kinds::boolean); break;
      case 'n': read_word(out, "null", node::kinds::null); break;
      default:
        if (peek() != '-' && !is_digit(peek())) fail("a value");
        read_number(out);
    }
    return out;
  }

  void read_object(node& out, std::size_t depth) {
    out.kind = node::kinds::object;
    ++at_;
    skip_space();
    if (take('}')) return;
    std::set<std::string, std::less<>> seen;
    do {
      skip_space();
      if (peek() != '"') fail("a key in double quotes");
      const auto key_at = at_;
      out.keys.push_back(read_string());
      const std::string& key = out.keys.back();
      if (!seen.insert(key).second) {
        at_ = key_at;
        stop("expected each key once in an object, found " + in_quotes(key) + " twice");
      }
      path_.push_back(key);
      skip_space();
      if (!take(':')) fail("':' after the key " + in_quotes(key));
      out.items.push_back(value(depth + 1));
      path_.pop_back();
      skip_space();
    } while (take(','));
    if (!take('}')) fail("',' or '}' after a member of an object");
  }

  void read_list(node& out, std::size_t depth) {
    out.kind = node::kinds::list;
    ++at_;
    skip_space();
    if (take(']')) return;
    do {
      path_.push_back(std::to_string(out.items.size()));
      out.items.push_back(value(depth + 1));
      path_.pop_back();
      skip_space();
    } while (take(','));
    if (!take(']')) fail("',' or ']' after an element of a list");
  }

  void read_word(node& out, std::string_view word, node::kinds kind) {
    if (text_.substr(at_, word.size()) != word) fail("a value");
    at_ += word.size();
    out.kind = kind;
    out.boolean = word == "true";
  }

  void read_number(node& out) {
    const auto start = at_;
    take('-');
    if (!take('0')) read_digits();
    out.kind = node::kinds::integer;
    if (take('.')) {
      out.kind = node::kinds::fraction;
      read_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      out.kind = node::kinds::fraction;
      ++at_;
      if (!take('+')) take('-');
      read_digits();
    }
    out.text = std::string{text_.substr(start, at_ - start)};
    if (out.kind == node::kinds::integer) {
      const char* end = out.text.data() + out.text.size();
      if (std::from_chars(out.text.data(), end, out.integer).ec != std::errc{}) {
        out.kind = node::kinds::huge;
      }
    }
  }

  void read_digits() {
    if (!is_digit(peek())) fail("a digit");
    while (is_digit(peek())) ++at_;
  }

  std::string read_string() {
    std::string out;
    ++at_;
    while (!take('"')) {
      if (at_ >= text_.size()) fail("'\"' at the end of a string");
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) fail("a character of a string, or its end");
      if (c == '\\') {
        read_escape(out);
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) fail("UTF-8 in a string");
      out.append(text_.substr(at_, length));
      at_ += length;
    }
    return out;
  }

  void read_escape(std::string& out) {
    ++at_;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meaning = "\"\\/\b\f\n\r\t";
    const char c = peek();
    if (const auto i = letters.find(c); c != '\0' && i != std::string_view::npos) {
      ++at_;
      out.push_back(meaning[i]);
    } else if (c == 'u') {
      read_code_point(out);
    } else {
      fail("one of \" \\ / b f n r t u after a backslash");
    }
  }

  void read_code_point(std::string& out) {
    std::uint32_t code = read_hex();
    if (code >= 0xD800 && code < 0xDC00) {
      if (text_.substr(at_, 2) != "\\u") fail("the second half of a surrogate pair");
      ++at_;
      const std::uint32_t low = read_hex();
      if (low < 0xDC00 || low > 0xDFFF)
        stop("expected the second half of a surrogate pair, found another character");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
      stop("expected the first half of a surrogate pair, found the second");
    }
    append_utf8(out, code);
  }

  /// Four hexadecimal digits after the `u` under the cursor.
  std::uint32_t read_hex() {
    ++at_;
    std::uint32_t code = 0;
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc{} || end != digits.data() + 4) fail("four hexadecimal digits after \\u");
    at_ += 4;
    return code;
  }

  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) noexcept {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() noexcept {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  [[noreturn]] void fail(const std::string& expected) const {
    stop("expected " + expected + ", found " + found());
  }

  [[noreturn]] void stop(const std::string& what) const {
    std::string pointer;
    for (const auto& key : path_) pointer = pointer_step(pointer, key);
    throw load_error(file_ + ":" + std::to_string(line_) + ":" +
                     std::to_string(at_ - line_start_ + 1) + ": " + "at " +
                     (pointer.empty() ? "/" : pointer) + ": " + what);
  }

  [[nodiscard]] std::string found() const {
    if (at_ >= text_.size()) return "the end of the file";
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text_.substr(at_)));
    return in_quotes(text_.substr(at_, length), '\'');
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  std::vector<std::string> path_;
};

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string{n == 1 ? one : many};
}

}  // namespace

const node* node::find(std::string_view key) const noexcept {
  const auto at = std::find(keys.begin(), keys.end(), key);
  return at == keys.end() ? nullptr : &items[static_cast<std::size_t>(at - keys.begin())];
}

std::string node::description() const {
  switch (kind) {
    case kinds::null: return "null";
    case kinds::boolean: return boolean ? "true" : "false";
    case kinds::integer: return "the integer " + text;
    case kinds::huge: return "the integer " + shortened(text) + ", which does not fit 64 bits";
    case kinds::fraction: return "the fraction " + shortened(text);
    case kinds::string: return "the string " + in_quotes(shortened(text));
    case kinds::list:
      return items.empty() ? "an empty list"
                           : "a list of " + counted(items.size(), "element", "elements");
    case kinds::object: break;
  }
  if (items.empty()) return "an empty object";
  if (items.size() > 4) return "an object with " + counted(items.size(), "key", "keys");
  std::string out = items.size() == 1 ? "an object with the key " : "an object with the keys ";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    out += (i == 0 ? "" : ", ") + in_quotes(shortened(keys[i]));
  }
  return out;
}

node parse_document(std::string_view text, const std::string& file) {
  return parser{text, file}.document();
}

node read_document(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw load_error(file + ": cannot read it: it is a folder");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const bool there = std::filesystem::exists(file, ignored);
    throw load_error(file + ": cannot read it: " + (there ? "no permission" : "no such file"));
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_document(text, file);
}

std::string pointer_step(std::string_view pointer, std::string_view key) {
  std::string out{pointer};
  out += '/';
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace souk::tool
