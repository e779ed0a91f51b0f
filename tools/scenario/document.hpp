// A JSON document that remembers where each value stands.
//
// Reading is strict: RFC 8259 and UTF-8, no duplicate keys, at most `depth_limit` levels deep. A
// number keeps what it is (an integer of 64 bits, a fraction, an integer too large), so that the
// caller can say what is wrong with it. Every error is a load_error whose text is one line:
//     FILE:LINE:COLUMN: at /boot/actions: expected ',' or ']' after an element of a list, found '}'
// where `at /` means the document as a whole.
// Ownership: plain values. Threads: a document is not shared while it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace souk::tool {

/// A file that cannot be used. what() is the line to show, file and line number included.
class load_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One value of the document. Which fields mean something depends on the kind.
struct node {
  enum class kinds { null, boolean, integer, huge, fraction, string, list, object };

  kinds kind = kinds::null;
  bool boolean = false;
  std::uint32_t line = 1;
  std::int64_t integer = 0;
  std::string text;               // string: its value; number: as it was written
  std::vector<std::string> keys;  // object: keys[i] names items[i]
  std::vector<node> items;        // list or object

  /// The value under that key of an object; null if there is none.
  [[nodiscard]] const node* find(std::string_view key) const noexcept;
  /// What an error message calls it: `the integer 12`, `a list of 3`.
  [[nodiscard]] std::string description() const;
};

inline constexpr std::size_t depth_limit = 500;

/// Reads a document. `file` is only for the messages. Throws load_error.
[[nodiscard]] node parse_document(std::string_view text, const std::string& file);
/// Reads a document from a file. Throws load_error, also if the file cannot be read.
[[nodiscard]] node read_document(const std::string& file);

/// One more step of a JSON pointer: "/boot" and "actions" give "/boot/actions".
[[nodiscard]] std::string pointer_step(std::string_view pointer, std::string_view key);

}  // namespace souk::tool
