// Ending a process from outside: as if it had quit, for all who see it, and in a replay.
#include "tests/reflection/support.hpp"
#include "tools/check/witness.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

class Kill : public Mirrored {};
INSTANTIATE_TEST_SUITE_P(Vm, Kill, ::testing::ValuesIn(all_kinds()), name_of);

TEST_P(Kill, EndsAProcessAndItsPeersHearTheReason) {
  notebook heard;
  vm v = run(watch(heard, "x"_sym), name_process("victim"_sym, spawn(publisher("x"_sym))));
  EXPECT_TRUE(mirror.kill(named(mirror.look(), "victim"_sym)->self, "too-loud"_sym));
  v.run_until_inert();
  EXPECT_THAT(heard.lines(), ::testing::ElementsAre("+x", "-x too-loud"));
  EXPECT_EQ(named(mirror.look(), "victim"_sym), nullptr);
}

TEST_P(Kill, OfWhomIsNotThereIsRefused) {
  vm v = run(name_process("victim"_sym, spawn(publisher("x"_sym))));
  const pid victim = named(mirror.look(), "victim"_sym)->self;
  EXPECT_FALSE(mirror.kill({victim.vm, victim.number + 100}, "why"_sym));
  EXPECT_FALSE(mirror.kill({victim.vm + 1, victim.number}, "why"_sym));
  EXPECT_TRUE(mirror.kill(victim, "why"_sym));
  v.run_until_inert();
  EXPECT_FALSE(mirror.kill(victim, "again"_sym));
}

TEST_P(Kill, ReachesIntoVmsInside) {
  notebook heard;
  vm v = run(watch(heard, "x"_sym),
             spawn_vm(at_meta_level(subscriber("stay"_sym)),
                      name_process("victim"_sym, spawn(at_meta_level(publisher("x"_sym))))));
  EXPECT_TRUE(mirror.kill(named(mirror.look(), "victim"_sym)->self, "why"_sym));
  v.run_until_inert();
  EXPECT_THAT(heard.lines(), ::testing::ElementsAre("+x", "-x why"));
}

TEST_P(Kill, OfAVmEndsAllThatIsInIt) {
  vm v = run(name_process(
      "inner"_sym, spawn_vm(at_meta_level(subscriber("stay"_sym)), spawn(subscriber("x"_sym)))));
  EXPECT_TRUE(mirror.kill(named(mirror.look(), "inner"_sym)->self, "why"_sym));
  v.run_until_inert();
  EXPECT_TRUE(mirror.look().processes.empty());
}

TEST(KillWithoutAVm, IsRefused) {
  const reflection mirror;
  EXPECT_FALSE(mirror.kill({root_vm, 0}, "why"_sym));
}

/// Processes that talk to their neighbours for ever, some in a VM inside.
actions talkers() {
  const auto talker = [](int i) {
    return spawn(subscriber(list("m"_sym, i)).on_message([i](const term&) {
      return send_message(list("m"_sym, (i + 1) % 10));
    }));
  };
  actions all;
  for (int i = 0; i < 10; ++i) all.append(talker(i));
  all.append(spawn_vm(at_meta_level(subscriber("stay"_sym)), talker(0), talker(1)));
  return all;
}

// What a killed process saw, and what others saw of its end, is what a replay gives them.
class KillRecorded : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Workers, KillRecorded, ::testing::Values(1U, 2U, 8U));

TEST_P(KillRecorded, IsReplayed) {
  reflection mirror;
  journal log;
  tool::witness parallel;
  const boot_function first = boot([] { return talkers(); });
  {
    vm v{{.kind = vm_kind::parallel,
          .workers = GetParam(),
          .listener = &parallel,
          .record = &log,
          .reflect = &mirror},
         first};
    v.run_until_inert();
    v.inject(send_message(list("m"_sym, 0)));
    std::thread killer{[&] {
      // The talk ends when all have been killed, in whichever order.
      for (snapshot seen = mirror.look(); !seen.processes.empty(); seen = mirror.look()) {
        for (const process_view& p : seen.processes) (void)mirror.kill(p.self, "enough"_sym);
      }
    }};
    killer.join();
    v.run_until_inert();
  }
  tool::witness functional;
  vm again{{.listener = &functional}, first};
  ASSERT_NO_THROW(again.replay(log));
  const tool::comparison difference = compare(parallel, functional);
  EXPECT_FALSE(difference.first.has_value())
      << (difference.first ? side_by_side(*difference.first, "parallel", "functional") : "");
}

}  // namespace
}  // namespace souk
