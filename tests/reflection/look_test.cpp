// What a look shows, at rest and while handlers run.
#include "tests/reflection/support.hpp"

#include <chrono>
#include <future>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

class Look : public Mirrored {};
INSTANTIATE_TEST_SUITE_P(Vm, Look, ::testing::ValuesIn(all_kinds()), name_of);

TEST(LookWithoutAVm, ShowsThatThereIsNone) {
  const reflection mirror;
  const snapshot seen = mirror.look();
  EXPECT_FALSE(seen.is_there);
  EXPECT_TRUE(seen.processes.empty());
}

TEST_P(Look, ShowsProcessesByNameAndNumber) {
  const vm v = run(name_process("a"_sym, spawn(subscriber("x"_sym))),
                   name_process("b"_sym, spawn(subscriber("y"_sym))), spawn(quit()));
  const snapshot seen = mirror.look();
  EXPECT_TRUE(seen.is_there);
  EXPECT_EQ(seen.unanswered, 0U);
  EXPECT_EQ(names(seen), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(seen.processes.size(), 2U);
  EXPECT_EQ(named(seen, "a"_sym)->self.vm, root_vm);
  EXPECT_LT(named(seen, "a"_sym)->self, named(seen, "b"_sym)->self);
}

TEST_P(Look, ShowsVmsInsideAsProcessesAndWhatIsInThem) {
  const vm v = run(
      name_process("inner"_sym, spawn_vm(at_meta_level(subscriber("stay"_sym)),
                                         name_process("deep"_sym, spawn(subscriber("x"_sym))))));
  const snapshot seen = mirror.look();
  const process_view* const inner = named(seen, "inner"_sym);
  const process_view* const deep = named(seen, "deep"_sym);
  ASSERT_NE(inner, nullptr);
  ASSERT_NE(deep, nullptr);
  EXPECT_TRUE(inner->is_vm);
  EXPECT_EQ(deep->self.vm, inner->self.as_vm());
  EXPECT_EQ(seen.processes.size(), 3U);
}

TEST_P(Look, ShowsEndpointsAndWhomTheyMeet) {
  const vm v = run(name_process("p"_sym, spawn(publisher(list("price"_sym, "tea"_sym)).named(1))),
                   name_process("s"_sym, spawn(subscriber(list("price"_sym, _)).named(2),
                                               subscriber("nobody"_sym).named(3))));
  const snapshot seen = mirror.look();
  const pid p = named(seen, "p"_sym)->self;
  const process_view& s = *named(seen, "s"_sym);
  ASSERT_EQ(s.endpoints.size(), 2U);
  EXPECT_EQ(s.endpoints[1].id, term{3});
  EXPECT_EQ(s.endpoints[1].what.topic, term{"nobody"_sym});
  const auto met = meetings(seen, s.self);
  ASSERT_EQ(met.size(), 1U);
  EXPECT_EQ(met[0].endpoint, term{2});
  EXPECT_EQ(met[0].peer, p);
  EXPECT_EQ(met[0].topic, term{list("price"_sym, "tea"_sym)});
}

TEST_P(Look, ShowsEndpointsAtMetaLevelAsThat) {
  const vm v = run(spawn_vm(at_meta_level(subscriber("stay"_sym).named(7))));
  const snapshot seen = mirror.look();
  ASSERT_EQ(seen.processes.size(), 2U);
  const bool outer_is_first = seen.processes[0].is_vm;
  const process_view& inside = seen.processes[outer_is_first ? 1 : 0];
  ASSERT_EQ(inside.endpoints.size(), 1U);
  EXPECT_TRUE(inside.endpoints[0].is_at_meta_level);
  EXPECT_EQ(inside.endpoints[0].what.topic, term{"stay"_sym});
}

TEST_P(Look, CountsWhatWasHandled) {
  vm v = run(name_process("counts"_sym, spawn(subscriber("m"_sym))));
  const std::uint64_t before = named(mirror.look(), "counts"_sym)->handled;
  const std::uint64_t all_before = mirror.look().handled;
  for (int i = 0; i < 100; ++i) send(v, "m"_sym);
  const snapshot seen = mirror.look();
  EXPECT_EQ(named(seen, "counts"_sym)->handled - before, 100U);
  EXPECT_GE(seen.handled - all_before, 100U);
}

TEST_P(Look, CountsWhatProcessesThatAreGoneHaveHandled) {
  vm v = run(spawn_vm(at_meta_level(subscriber("m"_sym)),
                      at_meta_level(subscriber("end"_sym).on_message(
                          [](const term&) { return at_meta_level(quit()); }))));
  for (int i = 0; i < 100; ++i) send(v, "m"_sym);
  const std::uint64_t before = mirror.look().handled;
  send(v, "end"_sym);
  EXPECT_TRUE(mirror.look().processes.empty());
  EXPECT_GE(mirror.look().handled, before);
}

TEST_P(Look, LeavesOutWhatIsTooMuchAndSaysHowMuch) {
  const vm v = run([] {
    actions all;
    for (int i = 0; i < 50; ++i) all.append(spawn(subscriber(i)));
    return all;
  });
  const snapshot seen = mirror.look({.most_processes = 20});
  EXPECT_EQ(seen.processes.size(), 20U);
  EXPECT_EQ(seen.left_out, 30U);
}

TEST_P(Look, ShowsCustodiansAsATreeWithTheirMemory) {
  const vm v = run(spawn_vm(at_meta_level(subscriber("stay"_sym))));
  const custodian of = v.get_custodian();
  of.limit_memory(std::uint64_t{1} << 40);
  const snapshot seen = mirror.look();
  const auto outer = std::ranges::find_if(seen.custodians,
                                          [](const custodian_view& c) { return c.vm == root_vm; });
  ASSERT_NE(outer, seen.custodians.end());
  EXPECT_EQ(outer->limit_bytes, std::uint64_t{1} << 40);
  const auto inner = std::ranges::find_if(
      seen.custodians, [&](const custodian_view& c) { return c.around == outer->id; });
  ASSERT_NE(inner, seen.custodians.end());
  EXPECT_EQ(outer->total_bytes, outer->own_bytes + inner->total_bytes);
  EXPECT_FALSE(seen.custodians.front().around.has_value());
}

TEST_P(Look, IsAnsweredWhileTheVmRuns) {
  std::promise<void> is_in;
  vm v{options(), name_process("runs"_sym, spawn([&is_in] {
                                 return transition(
                                     false,
                                     subscriber("m"_sym).on_message(
                                         [&is_in](const term&, bool& told) -> actions {
                                           if (!std::exchange(told, true)) is_in.set_value();
                                           return send_message("m"_sym);
                                         }),
                                     subscriber("stop"_sym).on_message([] { return quit(); }));
                               }))};
  // It goes on until it is killed, on whichever thread runs the VM.
  v.run_until_inert();
  v.inject(send_message("m"_sym));
  std::thread running{[&v] { v.run_until_inert(); }};
  is_in.get_future().wait();
  std::uint64_t before = 0;
  for (int i = 0; i < 20; ++i) {
    const snapshot seen = mirror.look();
    EXPECT_EQ(seen.unanswered, 0U);
    const process_view* const it = named(seen, "runs"_sym);
    ASSERT_NE(it, nullptr);
    EXPECT_GE(it->handled, before);
    before = it->handled;
  }
  EXPECT_TRUE(mirror.kill(named(mirror.look(), "runs"_sym)->self, "enough"_sym));
  running.join();
  EXPECT_TRUE(mirror.look().processes.empty());
}

// One worker: nobody can take the shard over. So what a look cannot have is said.
TEST(LookAtAStuckVm, SaysWhoDidNotAnswerAndInWhoseHandlerItIs) {
  reflection mirror;
  std::promise<void> is_in;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on{go_on.get_future()};
  vm v{vm_options{.kind = vm_kind::parallel, .workers = 1, .reflect = &mirror},
       name_process("stuck"_sym, spawn(subscriber("stick"_sym).on_message([&] {
                      is_in.set_value();
                      may_go_on.wait();
                    })))};
  v.run_until_inert();
  const pid stuck = named(mirror.look(), "stuck"_sym)->self;
  v.inject(send_message("stick"_sym));
  is_in.get_future().wait();
  const snapshot seen = mirror.look({.at_most = std::chrono::milliseconds{50}});
  EXPECT_EQ(seen.unanswered, 1U);
  EXPECT_EQ(seen.running, std::vector<pid>{stuck});
  go_on.set_value();
  v.run_until_inert();
  EXPECT_EQ(mirror.look().unanswered, 0U);
  EXPECT_TRUE(mirror.look().running.empty());
}

// With a worker more the shard goes on, and says that the process is in a handler.
TEST(LookAtAVmThatWasTakenOver, ShowsWhoIsRunningAndWhatWaits) {
  reflection mirror;
  std::promise<void> is_in;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on{go_on.get_future()};
  vm v{vm_options{.kind = vm_kind::parallel, .workers = 2, .reflect = &mirror},
       name_process("stuck"_sym, spawn(subscriber("stick"_sym).on_message([&] {
                      is_in.set_value();
                      may_go_on.wait();
                    }),
                                       subscriber("m"_sym)))};
  v.run_until_inert();
  v.inject(send_message("stick"_sym));
  is_in.get_future().wait();
  for (int i = 0; i < 10; ++i) v.inject(send_message("m"_sym));
  const auto is_shown = [&] {
    const snapshot seen = mirror.look();
    const process_view* const it = named(seen, "stuck"_sym);
    return it != nullptr && it->is_running && it->queued >= 10;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!is_shown() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(is_shown());
  go_on.set_value();
  v.run_until_inert();
  EXPECT_EQ(named(mirror.look(), "stuck"_sym)->queued, 0U);
}

TEST(Mirror, ShowsOneVmAtATime) {
  reflection mirror;
  {
    const vm first{vm_options{.reflect = &mirror}, subscriber("x"_sym)};
    EXPECT_THROW((vm{vm_options{.reflect = &mirror}, subscriber("x"_sym)}), usage_error);
    EXPECT_TRUE(mirror.look().is_there);
  }
  EXPECT_FALSE(mirror.look().is_there);
  const vm second{vm_options{.kind = vm_kind::parallel, .reflect = &mirror}, subscriber("x"_sym)};
  EXPECT_TRUE(mirror.look().is_there);
}

}  // namespace
}  // namespace souk
