// The judgement itself (README section 8); what is different, if it is bad, is in difference.cpp.
#include "tools/conform/judge.hpp"

#include <algorithm>

namespace souk::tool {

std::vector<const outcome_list*> lists_for(const golden& expected, schedules schedule) {
  if (schedule == schedules::rounds) return {&expected.outcomes};
  return {&expected.outcomes, &expected.turn_extra, &expected.transition_extra};
}

verdicts judge(const golden& expected, schedules schedule, const json& outcome) {
  const std::string text = canonical_text(compared_form(outcome));
  bool complete = true;
  for (const outcome_list* list : lists_for(expected, schedule)) {
    const auto& texts = list->texts;
    if (std::find(texts.begin(), texts.end(), text) != texts.end()) return verdicts::conforms;
    complete = complete && list->complete;
  }
  return complete ? verdicts::fails : verdicts::undecided;
}

}  // namespace souk::tool
