// A VM that is destroyed in the middle of anything gives back all that it has: its workers have
// gone on for some steps, one at a time by the seed, when the program lets go of it.
#include "tests/parallel/dense_system.hpp"
#include "tests/parallel/stepped.hpp"
#include "tools/check/random_system.hpp"

#include <souk/detail/account.hpp>
#include <souk/souk.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

void let_run(std::uint64_t steps) {
  for (; steps > 0; --steps) sched::hooks::wait();
}

/// What a state refers to is counted, so that nothing of the VM can be forgotten unseen.
boot_function nest(std::shared_ptr<int> tally, int depth) {
  return boot([tally = std::move(tally), depth](pid) {
    actions first{subscriber("stay"_sym),
                  spawn([tally] { return transition(tally, subscriber("stay"_sym)); })};
    if (depth > 0) {
      first.append(spawn_vm(nest(tally, depth - 1)));
      first.append(spawn_vm(nest(tally, depth - 1)));
      first.append(
          subscriber("more"_sym).on_message([depth](const term&, std::shared_ptr<int>& mine) {
            return spawn_vm(nest(mine, depth - 1));
          }));
    } else {
      first.append(at_meta_level(send_message("more"_sym)));
      first.append(at_meta_level(publisher("x"_sym)));
    }
    return transition(tally, std::move(first));
  });
}

void end_suddenly(std::uint64_t seed) {
  play(seed);
  const auto workers = static_cast<unsigned>(1 + seed % 3);
  const vm_options how{.kind = vm_kind::parallel, .seed = seed % 5, .workers = workers};
  const auto tally = std::make_shared<int>();
  {
    vm market{how, actions{spawn(tool::random_system(seed)), spawn(dense_system(seed)),
                           spawn_vm(nest(tally, 2)), spawn(nest(tally, 1))}};
    market.inject(send_message("stay"_sym));
    let_run(seed % 1000);
  }
  ASSERT_EQ(tally.use_count(), 1) << "seed " << seed;
}

TEST(SuddenEnd, LeavesNoStateAndNoByte_VM6) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) end_suddenly(seed);  // what is made only once
  const std::uint64_t before = detail::account::current().live_bytes();
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    end_suddenly(seed);
    ASSERT_EQ(detail::account::current().live_bytes(), before) << "seed " << seed;
  }
}

}  // namespace
}  // namespace souk
