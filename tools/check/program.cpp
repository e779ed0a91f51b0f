#include "tools/check/program.hpp"

#include "bench/workload.hpp"
#include "tools/check/random_system.hpp"
#include "tools/scenario/interpreter.hpp"
#include "tools/scenario/load.hpp"

#include <algorithm>
#include <memory>

namespace souk::tool {
namespace {

checked_program scenario_program(const std::string& file) {
  return [program = std::make_shared<const scenario>(load_scenario(file))](const vm_options& how,
                                                                           repetition again) {
    (void)run_scenario(*program, {.kind = how.kind,
                                  .seed = how.seed,
                                  .workers = how.workers,
                                  .executor = how.executor,
                                  .listener = how.listener,
                                  .record = how.record,
                                  .replay = again.of,
                                  .most_replayed = again.most});
  };
}

// A thousandth of the usual work, but not less than this: every event is kept.
checked_program workload_program(const bench::workload& what) {
  return [&what](const vm_options& how, repetition again) {
    bench::options chosen{.kind = how.kind,
                          .workers = how.workers,
                          .executor = how.executor,
                          .seed = how.seed,
                          .size = std::min<std::uint64_t>(what.size, 100),
                          .count = std::min<std::uint64_t>(what.count, 5'000),
                          .listener = how.listener,
                          .record = how.record,
                          .replay = again.of,
                          .most_replayed = again.most};
    (void)what.run(chosen);
  };
}

checked_program random_program(std::uint64_t seed) {
  return [seed](const vm_options& how, repetition again) {
    vm market{how, random_system(seed)};
    if (again.of != nullptr) {
      market.replay(*again.of, again.most);
      return;
    }
    market.run_until_inert();
    for (const send_message& each : random_messages(seed)) market.inject(each);
    market.run_until_inert();
  };
}

}  // namespace

std::function<checked_program(std::uint64_t)> find_program(const std::string& name) {
  if (name == "random") return random_program;
  if (const bench::workload* const known = bench::find_workload(name); known != nullptr)
    return [known](std::uint64_t) { return workload_program(*known); };
  return [made = scenario_program(name)](std::uint64_t) { return made; };
}

}  // namespace souk::tool
