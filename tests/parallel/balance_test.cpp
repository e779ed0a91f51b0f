// Which processes stay together: the shards' own view of it.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <souk/souk.hpp>
#include <thread>
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

actions walk(std::uint64_t& left) {
  if (left == 0) return {send_message("over"_sym)};
  --left;
  return {yield(&walk)};
}

/// A tree of processes, so many levels of ten children each. Its leaves take so many turns, and
/// then say so.
spawn_action grow(std::uint64_t levels, std::uint64_t turns) {
  if (levels == 0) return spawn([turns] { return transition(std::uint64_t{turns}, yield(&walk)); });
  return spawn([levels, turns] {
    actions children;
    for (int i = 0; i < 10; ++i) children.append(grow(levels - 1, turns));
    return children;
  });
}

// One shard decides how many there are while another gives away what it has, or has just been told
// to. All that waits, in processes old and new, moves to and fro and is handled once.
TEST(Balance, HowManyShardsThereAreMayChangeAtAnyTime) {
  constexpr std::uint64_t leaves = 10'000 + 1'000;
  vm_options chosen;
  chosen.workers = 2;
  universe common{sched::make_thread_executor(2), chosen, 2};
  machine market{common};
  std::uint64_t heard = 0;
  actions everyone{spawn(subscriber("over"_sym).on_message([&heard] {
                     ++heard;
                     return actions{};
                   })),
                   grow(4, 2), grow(3, 500)};
  std::atomic<bool> over{false};
  std::thread restless{[&] {
    for (unsigned shards = 2; !over.load(); shards = 3 - shards) market.size().keep(shards);
  }};
  market.boot(boot(std::move(everyone)));
  market.wait_until_idle();
  over = true;
  restless.join();
  EXPECT_EQ(heard, leaves);

  market.stop();
  market.wait_until_idle();
  common.stop_workers();
}

}  // namespace
}  // namespace souk::parallel
