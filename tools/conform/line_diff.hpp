// A difference of two lists of lines.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace souk::tool {

struct diff_line {
  char mark;  // ' ' in both, '-' only in the first, '+' only in the second
  std::string text;
};

/// The shortest way from `a` to `b`; for very long lists that differ a lot, a way.
[[nodiscard]] std::vector<diff_line> diff(const std::vector<std::string>& a,
                                          const std::vector<std::string>& b);

/// How many lines of a difference are only in one list.
[[nodiscard]] std::size_t count_changes(const std::vector<diff_line>& lines) noexcept;

}  // namespace souk::tool
