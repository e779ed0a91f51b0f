// Any text is read as terms or refused with its place; what was read is written, and comes back the
// same (X1 of text.hpp).
#include <souk/text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace {

void require(bool holds, std::string_view what, const std::string& text) {
  if (holds) return;
  std::cerr << what << ": " << text << '\n';
  std::abort();
}

void check(const souk::term& t) {
  const std::string text = to_string(t);
  const souk::term back = souk::read(text);
  require(to_string(back) == text, "written another way the second time", text);
  require(back.is_ground() == t.is_ground(), "wildcards came or went", text);
  if (!t.is_ground()) return;  // its wildcards are others
  require(back == t && back.hash() == t.hash(), "came back as another term", text);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    souk::reader terms{text};
    while (const std::optional<souk::term> t = terms.next()) check(*t);
  } catch (const souk::syntax_error& e) {
    require(e.line() >= 1 && e.column() >= 1 && e.column() <= size + 1, "a place outside the text",
            e.what());
  }
  return 0;
}
