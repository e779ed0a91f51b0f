// What usage() counts: exactly at rest, and soon enough while handlers run.
#include "tests/custodian/support.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

class Count : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Count, ::testing::ValuesIn(all_kinds()), name_of);

counts own(const vm& v) { return v.get_custodian().usage().own_counts; }
counts total(const vm& v) { return v.get_custodian().usage().total_counts; }

TEST_P(Count, OfProcessesIsOfThoseThatLive) {
  vm v = run(subscriber("stay"_sym), spawn(subscriber("end"_sym).on_message([] { return quit(); })),
             spawn(quit()), spawn(), spawn([]() -> actions { throw std::runtime_error{"boom"}; }));
  EXPECT_EQ(own(v).processes, 2U);
  send(v, "end"_sym);
  EXPECT_EQ(own(v).processes, 1U);
}

TEST_P(Count, OfAVmInsideIsAProcessOutside) {
  vm v = run(spawn_vm(at_meta_level(subscriber("end"_sym).on_message(
                          [](const term&) { return at_meta_level(quit()); })),
                      spawn(subscriber("inside"_sym)), spawn(subscriber("inside"_sym))));
  EXPECT_EQ(own(v).processes, 1U);
  EXPECT_EQ(total(v).processes, 4U);
  send(v, "end"_sym);
  EXPECT_EQ(total(v).processes, 0U);
}

TEST_P(Count, OfEndpointsIsOfThoseThatAreThere) {
  vm v = run(subscriber("more"_sym).on_message([] {
    return actions{publisher("a"_sym).named(1), publisher("a"_sym).named(2)};
  }),
             subscriber("again"_sym).on_message([] { return publisher("a"_sym).named(1); }),
             subscriber("fewer"_sym).on_message([] { return delete_endpoint(1); }),
             spawn(subscriber("x"_sym), subscriber("y"_sym),
                   subscriber("end"_sym).on_message([] { return quit(); })));
  EXPECT_EQ(own(v).endpoints, 6U);
  send(v, "more"_sym);
  EXPECT_EQ(own(v).endpoints, 8U);
  send(v, "again"_sym);
  EXPECT_EQ(own(v).endpoints, 8U) << "an update";
  send(v, "fewer"_sym);
  send(v, "fewer"_sym);
  EXPECT_EQ(own(v).endpoints, 7U);
  send(v, "end"_sym);
  EXPECT_EQ(own(v).endpoints, 4U);
}

TEST_P(Count, OfAnEndpointAtMetaLevelIsInBothVms) {
  std::optional<custodian> inner;
  vm v = run(spawn_vm([&inner] {
    inner = custodian::current();
    return actions{at_meta_level(subscriber("stay"_sym).named(1)),
                   at_meta_level(subscriber("drop"_sym).named(2).on_message([](const term&) {
                     return at_meta_level(delete_endpoint(2));
                   })),
                   at_meta_level(subscriber("end"_sym).on_message(
                       [](const term&) { return actions{quit()}; }))};
  }));
  EXPECT_EQ(inner->usage().own_counts.endpoints, 3U);
  EXPECT_EQ(own(v).endpoints, 3U);
  EXPECT_EQ(total(v).endpoints, 6U);
  send(v, "drop"_sym);
  EXPECT_EQ(inner->usage().own_counts.endpoints, 2U);
  EXPECT_EQ(own(v).endpoints, 2U);
  send(v, "end"_sym);
  EXPECT_EQ(total(v).endpoints, 0U);
}

TEST_P(Count, OfACustodianThatWasMadeIsThatOfTheVmsUnderIt) {
  std::optional<custodian> users;
  vm v = run(spawn([&users] {
    users = make_custodian();
    const auto user = [] {
      return spawn_vm(spawn(subscriber("x"_sym)), at_meta_level(subscriber("stay"_sym)));
    };
    return actions{user().under(*users), user().under(*users), user()};
  }));
  EXPECT_EQ(users->usage().own_counts.processes, 0U);
  EXPECT_EQ(users->usage().total_counts.processes, 4U);
  users->shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_EQ(users->usage().total_counts.processes, 0U);
  EXPECT_EQ(total(v).processes, 3U);
}

// In a functional VM the handlers have run, and what they answered waits.
TEST(CountOfQueued, IsOfTransitionsInAFunctionalVm) {
  vm v{vm_options{}, subscriber("ask"_sym).on_message([] { return send_message("answer"_sym); })};
  v.run_until_inert();
  for (int i = 0; i < 3; ++i) v.inject(send_message("ask"_sym));
  EXPECT_EQ(own(v).queued, 3U);
  v.run_until_inert();
  EXPECT_EQ(own(v).queued, 0U);
}

// One that is stuck in a handler, and what comes meanwhile.
class CountOfQueued : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Workers, CountOfQueued, ::testing::Values(1U, 2U, 8U));

TEST_P(CountOfQueued, IsSeenFromOutsideWhileAHandlerRuns) {
  std::promise<void> is_in;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on{go_on.get_future()};
  int heard = 0;
  vm v{vm_options{.kind = vm_kind::parallel, .workers = GetParam()},
       subscriber("stick"_sym).on_message([&] {
         is_in.set_value();
         may_go_on.wait();
       }),
       subscriber("m"_sym).on_message([&heard] { ++heard; })};
  v.run_until_inert();
  v.inject(send_message("stick"_sym));
  is_in.get_future().wait();
  constexpr unsigned many = 1000;
  for (unsigned i = 0; i < many; ++i) v.inject(send_message("m"_sym));
  const custodian of = v.get_custodian();
  // With a worker more the shard is taken over, and then they wait for the process itself.
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(of.usage().own_counts.queued, many - 256);
    std::this_thread::yield();
  }
  go_on.set_value();
  v.run_until_inert();
  EXPECT_EQ(heard, many);
  EXPECT_EQ(of.usage().own_counts.queued, 0U);
}

// A custodian is not asked before it is whole.
TEST(CountWhileVmsAreMade, MayBeReadByOthers) {
  std::atomic<bool> over{false};
  std::thread onlooker{[&] {
    while (!over) EXPECT_LT(custodian::current().usage().total_counts.processes, 1'000U);
  }};
  for (int i = 0; i < 200; ++i) {
    for (const vm_kind kind : {vm_kind::functional, vm_kind::parallel}) {
      vm v{vm_options{.kind = kind, .workers = 2},
           spawn_vm(at_meta_level(subscriber("x"_sym)), spawn_vm(spawn(quit())))};
      v.run_until_inert();
    }
  }
  over = true;
  onlooker.join();
}

// Whatever moves, waits aside, is taken over or dropped: at rest nothing is left, and another
// thread may look all the time.
class CountWhileAllMoves : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, CountWhileAllMoves,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{12}));

TEST_P(CountWhileAllMoves, IsExactAtRest) {
  constexpr unsigned listeners = 20;
  vm v{vm_options{.kind = vm_kind::parallel,
                  .seed = GetParam(),
                  .workers = 1 + static_cast<unsigned>(GetParam() % 4)},
       [] {
         actions all;
         for (unsigned i = 0; i < listeners; ++i) {
           all.append(spawn([i] {
             return transition(
                 0, subscriber("all"_sym),
                 subscriber(list("one"_sym, i % 4)).on_message([i](const term&, int& n) -> actions {
                   // So long that the shard is taken over meanwhile, if a worker is free.
                   if (++n % 97 == 0) std::this_thread::sleep_for(std::chrono::milliseconds{5});
                   if (n > 150) return {};
                   return {send_message(list("one"_sym, (i + 1) % 4)), send_message("all"_sym),
                           spawn(quit())};
                 }));
           }));
         }
         all.append(spawn_vm(at_meta_level(subscriber("all"_sym))));
         return all;
       }};
  v.run_until_inert();
  const custodian of = v.get_custodian();
  std::atomic<bool> over{false};
  std::uint64_t most = 0;
  std::thread onlooker{[&] {
    while (!over) most = std::max(most, of.usage().total_counts.queued);
  }};
  std::vector<send_message> messages;
  for (int i = 0; i < 40; ++i) messages.emplace_back(list("one"_sym, i % 4));
  v.inject(messages);
  v.run_until_inert();
  over = true;
  onlooker.join();
  EXPECT_EQ(of.usage().total_counts.queued, 0U);
  EXPECT_EQ(of.usage().own_counts.processes, listeners + 1);
  EXPECT_LT(most, 10'000'000U) << "a count never wraps";
}

}  // namespace
}  // namespace souk
