// What changed since an older comparison, and what of it is more than noise.
//
// A change is told when all of this holds:
//   B1  Mann and Whitney's p of its repetitions then and now is below 0.01: so far apart in rank
//       are two sets of the same distribution less than once in a hundred.
//   B2  the medians differ by more than 3 %, and
//   B3  by more than the machine itself did, whose speed is measured in every round by a fixed
//       piece of work: a machine that is 10 % slower today hides changes of 10 %.
// With fewer than 5 repetitions on either side p cannot be below 0.01: then only that is told.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace souk::tool {

enum class judgement { too_few, within_noise, better, worse };

struct change {
  double ratio;  ///< the median now by the median then
  double p;
  judgement judged;
};

/// `drift`: how much the machine's speed changed, as a ratio.
[[nodiscard]] change judge(std::span<const double> before, std::span<const double> now,
                           double drift, bool more_is_better);

/// A results that results_of() made. Throws std::runtime_error, with the reason, if the file
/// cannot be read or holds something else.
[[nodiscard]] nlohmann::ordered_json read_results(const std::string& file);

/// What is told of it: in the results as "baseline".
[[nodiscard]] nlohmann::ordered_json changes_between(const nlohmann::ordered_json& before,
                                                     const nlohmann::ordered_json& now);

}  // namespace souk::tool
