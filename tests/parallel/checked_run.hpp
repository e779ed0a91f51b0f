// A system, run on the parallel VM, and then its journal on the functional VM.
#pragma once

#include <souk/souk.hpp>
#include <souk/text.hpp>

#include "tools/check/witness.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace souk::testing {

struct finding {
  std::uint64_t commits = 0;
  std::string divergence{};  ///< empty: there is none
};

[[nodiscard]] inline finding run_and_replay(std::uint64_t seed, unsigned workers,
                                            const boot_function& first,
                                            const std::vector<send_message>& messages = {}) {
  journal log;
  tool::witness parallel;
  {
    vm market{{.kind = vm_kind::parallel,
               .seed = seed,
               .workers = workers,
               .listener = &parallel,
               .record = &log},
              first};
    market.run_until_inert();
    for (const send_message& each : messages) market.inject(each);
    market.run_until_inert();
  }
  finding found{.commits = log.commits()};
  tool::witness functional;
  try {
    vm again{{.listener = &functional}, first};
    again.replay(log);
  } catch (const journal_error& error) {
    found.divergence = error.what();
    return found;
  }
  const tool::comparison difference = compare(parallel, functional);
  if (difference.first)
    found.divergence = side_by_side(*difference.first, "parallel", "functional");
  return found;
}

}  // namespace souk::testing
