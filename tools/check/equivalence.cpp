#include "tools/check/equivalence.hpp"

#include "tools/check/witness.hpp"
#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

std::string headline(const checked_run& what) {
  return "DIVERGES " + what.program + ", seed " + std::to_string(what.seed);
}

std::string tell_rerun(const checked_run& what) { return "  rerun: " + rerun_command(what) + '\n'; }

}  // namespace

std::string rerun_command(const checked_run& what) {
  return "souk check " + what.program +
         (what.workers == 0 ? "" : " --workers " + std::to_string(what.workers)) +
         executor_argument(what.executor) + " --seed " + std::to_string(what.seed);
}

equivalence check_equivalence(const checked_run& what, const checked_program& program) {
  equivalence found;
  witness parallel;
  program({.kind = vm_kind::parallel,
           .seed = what.seed,
           .workers = what.workers,
           .executor = what.executor,
           .listener = &parallel,
           .record = &found.log},
          {});
  found.commits = found.log.commits();
  witness functional;
  try {
    program({.listener = &functional}, {&found.log});
  } catch (const journal_error& error) {
    found.divergences = 1;
    found.difference = headline(what) + ": " + error.what() + '\n' + tell_rerun(what);
    return found;
  }
  const comparison difference = compare(parallel, functional);
  found.divergences = difference.divergences;
  if (difference.first) {
    found.difference = headline(what) + ", in " + std::to_string(difference.divergences) +
                       " processes; the first is " +
                       side_by_side(*difference.first, "parallel", "functional") + tell_rerun(what);
  }
  return found;
}

}  // namespace souk::tool
