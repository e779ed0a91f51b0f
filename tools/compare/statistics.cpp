#include "tools/compare/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "tools/bench/output.hpp"

namespace souk::tool {
namespace {

/// How many of the ways to mix `left` with `right` values have how many pairs in which the left one
/// is larger: as numbers of ways, by pairs.
std::vector<double> ways_by_pairs(std::size_t left, std::size_t right) {
  // ways[l][u], for the `right` values so far: the largest value of all is either one of the left,
  // and is larger than all on the right, or one of the right.
  std::vector<std::vector<double>> ways(left + 1, std::vector<double>(left * right + 1, 0));
  for (auto& of : ways) of[0] = 1;
  for (std::size_t r = 1; r <= right; ++r) {
    for (std::size_t l = 1; l <= left; ++l) {
      for (std::size_t u = r; u <= left * right; ++u) ways[l][u] += ways[l - 1][u - r];
    }
  }
  return ways[left];
}

}  // namespace

summary summarize(std::span<const double> values) {
  sample all;
  for (const double value : values) all.add(value);
  return {all.least(), all.median(), all.most()};
}

std::vector<double> paired_ratios(std::span<const double> left, std::span<const double> right) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
    ratios.push_back(left[i] / right[i]);
  return ratios;
}

double mann_whitney_p(std::span<const double> left, std::span<const double> right) {
  if (left.empty() || right.empty()) return 1;
  double larger = 0;
  for (const double l : left) {
    for (const double r : right) larger += l > r ? 1 : l < r ? 0 : 0.5;
  }
  const auto pairs = static_cast<double>(left.size() * right.size());
  const auto apart = static_cast<std::size_t>(std::ceil(std::min(larger, pairs - larger)));
  const std::vector<double> ways = ways_by_pairs(left.size(), right.size());
  const double all = std::accumulate(ways.begin(), ways.end(), 0.0);
  const double tail =
      std::accumulate(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(apart) + 1, 0.0);
  return std::min(1.0, 2 * tail / all);
}

}  // namespace souk::tool
