// Which processes stay together: the shards' own view of it.
#include <gtest/gtest.h>

#include <cstdint>
#include <souk/souk.hpp>
#include <utility>

#include "sched/executor.hpp"
#include "vm/parallel/machine.hpp"

namespace souk::parallel {
namespace {

using namespace souk::literals;

constexpr std::uint32_t readers = 100;
constexpr std::uint64_t messages = 600;  // some 60 quanta

actions publish(std::uint64_t& left) {
  if (left == 0) return {};
  --left;
  return {send_message(list("news"_sym, left)), yield(&publish)};
}

// A message to another shard costs locks, so a crowd around one process stays, whatever else its
// transitions hold besides the message.
TEST(Balance, ACrowdStaysWithItsPublisher) {
  vm_options chosen;
  chosen.workers = 2;
  universe common{sched::make_thread_executor(2), chosen, 2};
  machine market{common};
  actions everyone;
  for (std::uint32_t i = 0; i < readers; ++i) {
    everyone.append(
        spawn(subscriber(list("news"_sym, _)).on_message([](const term&) { return actions{}; })));
  }
  everyone.append(spawn([] {
    return transition(std::uint64_t{messages}, subscriber("never"_sym), yield(&publish));
  }));
  market.boot(boot(std::move(everyone)));
  market.wait_until_idle();

  std::uint32_t found = 0;
  for (std::uint32_t number = 0; number <= readers + 1; ++number) {
    const process* const p = market.processes().find(number);
    if (p == nullptr) continue;  // the first process has ended
    ++found;
    EXPECT_EQ(p->home.latest(), 0U) << "process " << number;
  }
  EXPECT_EQ(found, readers + 1);

  market.stop();
  market.wait_until_idle();
  common.stop_workers();
}

}  // namespace
}  // namespace souk::parallel
