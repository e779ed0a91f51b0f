// The judge: whether an outcome is one that the scenario may have.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/conform/golden.hpp"

namespace souk::tool {

/// How an implementation schedules, which decides what it may show.
enum class schedules {
  rounds,      // the original's rounds: `outcomes` only
  transitions  // any transition next: `outcomes`, `turn_extra` and `transition_extra`
};

enum class verdicts { conforms, fails, undecided };

/// The lists that apply to such an implementation.
[[nodiscard]] std::vector<const outcome_list*> lists_for(const golden& expected,
                                                         schedules schedule);

/// undecided: the outcome is outside the lists, but one of them is not complete.
[[nodiscard]] verdicts judge(const golden& expected, schedules schedule, const json& outcome);

/// Why an outcome fails: the nearest outcome that was expected and what is different, with - for
/// what was expected and + for what was shown. Pre: compared_form() made the outcome.
[[nodiscard]] std::string difference(const golden& expected, schedules schedule,
                                     const json& outcome);

}  // namespace souk::tool
