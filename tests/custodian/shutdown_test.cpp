// Shutting down: whole, from anywhere, and only what the custodian looks after.
#include "tests/custodian/support.hpp"

#include "tests/parallel/checked_run.hpp"

#include <souk/detail/account.hpp>

#include <optional>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class ShutDown : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, ShutDown, ::testing::ValuesIn(all_kinds()), name_of);

TEST_P(ShutDown, EndsAllVmsUnderACustodianAndNoOther) {
  notebook j;
  std::optional<custodian> users;
  vm v =
      run(watch(j, programs), spawn([&users] {
            users = make_custodian();
            return actions{spawn_vm(present_as("a")).under(*users),
                           spawn_vm(present_as("b"), spawn_vm(present_as("inside"))).under(*users),
                           spawn_vm(present_as("c"))};
          }));
  users->shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), UnorderedElementsAre("+(program a)", "+(program b)", "+(program c)",
                                              "-(program a) stop", "-(program b) stop"));
}

TEST_P(ShutDown, OfAVmByItsOwnCustodianFromInside) {
  notebook j;
  vm v =
      run(watch(j, programs),
          spawn_vm(present_as("a"), at_meta_level(subscriber("go"_sym).on_message([](const term&) {
                     custodian::current().shut_down(list("because"_sym, 1));
                   }))));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program a)", "-(program a) (because 1)"));
}

TEST_P(ShutDown, OfAnInnerVmTellsTheVmAroundIt) {
  notebook j;
  std::optional<custodian> inner;
  vm v = run(spawn_vm(present_as("outer"), watch(j, programs), spawn_vm([&inner] {
                        inner = custodian::current();
                        return actions{present_as("inner")};
                      })));
  inner->shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), ElementsAre("+(program inner)", "-(program inner) stop"));
}

TEST_P(ShutDown, FromAnotherThreadWhileItRuns) {
  for (int i = 0; i < 20; ++i) {
    std::optional<custodian> users;
    notebook j;
    vm v = run(watch(j, programs), spawn([&users] {
                 users = make_custodian();
                 return actions{spawn_vm(present_as("a"), spawn([] {
                                           return transition(
                                               0, subscriber("n"_sym).on_message(
                                                      [](const term&, int& n) -> actions {
                                                        if (++n > 20'000) return {};
                                                        return send_message("n"_sym);
                                                      }));
                                         }),
                                         at_meta_level(subscriber("go"_sym).on_message(
                                             [](const term&) { return send_message("n"_sym); })))
                                    .under(*users)};
               }));
    std::thread other{[&users] { users->shut_down("stop"_sym); }};
    send(v, "go"_sym);
    other.join();
    v.run_until_inert();
    EXPECT_THAT(j.lines(), ElementsAre("+(program a)", "-(program a) stop"));
  }
}

TEST_P(ShutDown, OfTheOutermostVmEndsAll) {
  vm v = run(subscriber("stay"_sym), spawn_vm(present_as("a")));
  v.get_custodian().shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_TRUE(v.is_shut_down());
}

TEST_P(ShutDown, OfWhatIsGoneDoesNothing) {
  std::optional<custodian> users;
  {
    vm v = run(spawn([&users] {
      users = make_custodian();
      return actions{spawn_vm(spawn(quit{})).under(*users)};
    }));
  }
  users->shut_down("stop"_sym);
  EXPECT_EQ(users->usage().total, 0U);
}

TEST_P(ShutDown, GivesAllMemoryBack_A3) {
  const std::int64_t before = detail::account::bytes_taken();
  const std::size_t accounts = detail::account::count();
  {
    std::optional<custodian> users;
    vm v = run(subscriber("make"_sym).on_message([&users](const term&) {
      users = make_custodian();
      return spawn_vm([] { return transition(std::string(1000, 'x'), present_as("a")); })
          .under(*users);
    }));
    const auto cycle = [&] {
      send(v, "make"_sym);
      users->shut_down("stop"_sym);
      v.run_until_inert();
    };
    for (int i = 0; i < 50; ++i) cycle();
    const std::uint64_t warm = v.get_custodian().usage().total;
    constexpr int cycles = 500;
    for (int i = 0; i < cycles; ++i) cycle();
    // A parallel VM keeps a word for each number that it gave out, in steps that double.
    EXPECT_LE(v.get_custodian().usage().total, warm + 1000 + 16 * cycles);
  }
  EXPECT_EQ(detail::account::bytes_taken(), before);
  EXPECT_EQ(detail::account::count(), accounts);
}

// A VM that ends while more comes in: its processes are not told of that any more, nor is a
// listener of the replay.
class ShutDownReplay : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, ShutDownReplay,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{40}));

TEST_P(ShutDownReplay, TellsOfWhatTheRunToldOf) {
  const boot_function first = boot([] {
    const custodian users = make_custodian();
    const auto hears_outside = [] {
      return spawn(at_meta_level(subscriber(list("n"_sym, _)).on_message([](const term&) {})));
    };
    return actions{spawn_vm(hears_outside(), hears_outside(), hears_outside()).under(users),
                   subscriber(list("n"_sym, 5)).on_message([users](const term&) {
                     users.shut_down("stop"_sym);
                   })};
  });
  std::vector<send_message> messages;
  for (int i = 0; i < 40; ++i) messages.emplace_back(list("n"_sym, i));
  const finding found = run_and_replay(GetParam(), 1 + GetParam() % 4, first, messages);
  EXPECT_EQ(found.divergence, "");
}

}  // namespace
}  // namespace souk
