// What can be said of a few repetitions: their middle and range, and whether two sets differ.
#pragma once

#include <span>
#include <vector>

namespace souk::tool {

struct summary {
  double least;
  double median;
  double most;
};

/// Pre: there is one.
[[nodiscard]] summary summarize(std::span<const double> values);

/// `left` by `right`, repetition by repetition: those of one round ran one after the other, so what
/// else the machine did meanwhile was about the same for both. As many as both have.
[[nodiscard]] std::vector<double> paired_ratios(std::span<const double> left,
                                                std::span<const double> right);

/// The two-sided p of Mann and Whitney: how often two sets of the same distribution are at least as
/// far apart in rank as these. Exact, whatever the distribution; a tie counts for no difference, so
/// that it is never too small. 1 if one is empty.
[[nodiscard]] double mann_whitney_p(std::span<const double> left, std::span<const double> right);

}  // namespace souk::tool
