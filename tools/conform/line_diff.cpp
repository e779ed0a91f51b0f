// Longest common subsequence by the table, between the common beginning and the common end.
#include "tools/conform/line_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace souk::tool {
namespace {

using lines = std::vector<std::string>;

/// table[i][j]: length of the longest common subsequence of a from i and b from j.
class common_table {
 public:
  common_table(const lines& a, const lines& b, std::size_t from, std::size_t a_end,
               std::size_t b_end)
      : width_{b_end - from + 1}, cells_((a_end - from + 1) * width_), from_{from} {
    for (std::size_t i = a_end; i-- > from;) {
      for (std::size_t j = b_end; j-- > from;) {
        cell(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  [[nodiscard]] std::uint32_t at(std::size_t i, std::size_t j) const {
    return cells_[(i - from_) * width_ + (j - from_)];
  }

 private:
  std::uint32_t& cell(std::size_t i, std::size_t j) {
    return cells_[(i - from_) * width_ + (j - from_)];
  }
  std::size_t width_;
  std::vector<std::uint32_t> cells_;
  std::size_t from_;
};

void append(std::vector<diff_line>& out, char mark, const lines& from, std::size_t begin,
            std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) out.push_back({mark, from[i]});
}

}  // namespace

std::vector<diff_line> diff(const lines& a, const lines& b) {
  constexpr std::size_t largest_table = 4'000'000;
  std::size_t start = 0;
  while (start < a.size() && start < b.size() && a[start] == b[start]) ++start;
  std::size_t a_end = a.size();
  std::size_t b_end = b.size();
  for (; a_end > start && b_end > start && a[a_end - 1] == b[b_end - 1]; --a_end) --b_end;

  std::vector<diff_line> out;
  append(out, ' ', a, 0, start);
  std::size_t i = start;
  std::size_t j = start;
  if ((a_end - start + 1) <= largest_table / (b_end - start + 1)) {
    const common_table common{a, b, start, a_end, b_end};
    while (i < a_end && j < b_end) {
      if (a[i] == b[j]) {
        out.push_back({' ', a[i++]});
        ++j;
      } else if (common.at(i + 1, j) >= common.at(i, j + 1)) {
        out.push_back({'-', a[i++]});
      } else {
        out.push_back({'+', b[j++]});
      }
    }
  }
  append(out, '-', a, i, a_end);
  append(out, '+', b, j, b_end);
  append(out, ' ', a, a_end, a.size());
  return out;
}

std::size_t count_changes(const std::vector<diff_line>& lines) noexcept {
  return static_cast<std::size_t>(
      std::count_if(lines.begin(), lines.end(), [](const diff_line& l) { return l.mark != ' '; }));
}

}  // namespace souk::tool
