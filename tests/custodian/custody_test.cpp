// Processes in custody: charged, limited and ended apart from the others of their VM.
#include "tests/custodian/support.hpp"

#include "tests/parallel/checked_run.hpp"

#include <souk/detail/account.hpp>

#include <chrono>
#include <optional>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using detail::account;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr std::size_t a_million = 1'000'000;

class Custody : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Custody, ::testing::ValuesIn(all_kinds()), name_of);

/// A process that is there under that name, and does more.
template <class... Parts>
spawn_action member(const std::string& name, Parts... parts) {
  return spawn([=] { return actions{publisher(list("program"_sym, symbol{name})), parts...}; });
}

spawn_action limited(std::uint64_t bytes, spawn_action child) {
  const custodian by = make_custodian();
  by.limit_memory(bytes);
  return std::move(child).under(by);
}

TEST_P(Custody, EndsWhoIsInItAndNobodyElse) {
  notebook j;
  std::optional<custodian> users;
  vm v = run(watch(j, programs), spawn([&users] {
               users = make_custodian();
               return actions{member("a").under(*users), member("b").under(*users), member("c")};
             }));
  users->shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), UnorderedElementsAre("+(program a)", "+(program b)", "+(program c)",
                                              "-(program a) stop", "-(program b) stop"));
  EXPECT_FALSE(v.is_shut_down());
}

TEST_P(Custody, IsThatOfAllThatIsSpawnedThere) {
  notebook j;
  std::optional<custodian> users;
  vm v = run(watch(j, programs), spawn([&users] {
               users = make_custodian();
               return member("a", member("child", member("grandchild")),
                             spawn_vm(present_as("vm"), spawn_vm(subscriber("x"_sym))))
                   .under(*users);
             }));
  users->shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(),
              UnorderedElementsAre("+(program a)", "+(program child)", "+(program grandchild)",
                                   "+(program vm)", "-(program a) stop", "-(program child) stop",
                                   "-(program grandchild) stop", "-(program vm) stop"));
}

TEST_P(Custody, AHandlerThatTakesMemoryForEverIsStoppedAndItsProcessesEnd) {
  notebook j;
  vm v =
      run(watch(j, programs), member("good"), spawn([] {
            return limited(
                mebibyte, member("bad", member("child"),
                                 subscriber("go"_sym).on_message([](const term&) { take_all(); })));
          }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(),
              UnorderedElementsAre("+(program good)", "+(program bad)", "+(program child)",
                                   "-(program bad) memory-limit", "-(program child) memory-limit"));
  EXPECT_FALSE(v.is_shut_down());
  EXPECT_LT(v.get_custodian().usage().total, mebibyte) << "its memory is given back";
}

TEST_P(Custody, TheOthersLoseNothing) {
  notebook j;
  const auto hears = [&j](const std::string& name) {
    return subscriber(list("go"_sym, _)).on_message([&j, name](const term& m) {
      j.note(name + " " + to_string(m));
    });
  };
  vm v = run([&] {
    return actions{
        limited(mebibyte,
                spawn(subscriber(list("go"_sym, 3)).on_message([](const term&) { take_all(); }))),
        spawn(hears("good")), limited(mebibyte, spawn(hears("small")))};
  });
  for (int i = 0; i < 6; ++i) send(v, list("go"_sym, i));
  std::vector<std::string> expected;
  for (int i = 0; i < 6; ++i) {
    expected.push_back("good (go " + std::to_string(i) + ")");
    expected.push_back("small (go " + std::to_string(i) + ")");
  }
  EXPECT_THAT(j.lines(), ::testing::UnorderedElementsAreArray(expected));
}

TEST_P(Custody, HoldsForABootFunction) {
  notebook j;
  vm v = run(watch(j, programs), member("good"), spawn([] {
               return limited(mebibyte, spawn([] {
                                take_all();
                                return actions{publisher(list("program"_sym, "bad"_sym))};
                              }));
             }));
  EXPECT_THAT(j.lines(), ElementsAre("+(program good)"));
}

TEST_P(Custody, HoldsForWhatComesInAndIsKept) {
  notebook j;
  vm v = run(
      watch(j, programs), spawn([] {
        return limited(
            mebibyte, spawn([] {
              return transition(
                  std::vector<term>{}, publisher(list("program"_sym, "hoarder"_sym)),
                  subscriber(list("go"_sym, _))
                      .on_message([](const term& m, std::vector<term>& all) { all.push_back(m); }));
            }));
      }));
  for (int i = 0; i < 100; ++i) send(v, list("go"_sym, std::string(20'000, 'x')));
  EXPECT_THAT(j.lines(), ElementsAre("+(program hoarder)", "-(program hoarder) memory-limit"));
}

TEST_P(Custody, HoldsForWhatWaits) {
  if (GetParam().kind == vm_kind::functional) GTEST_SKIP() << "there no event waits";
  notebook j;
  vm v = run(watch(j, programs),
             spawn([] { return limited(mebibyte, member("slow", subscriber(list("go"_sym, _)))); }),
             subscriber("start"_sym).on_message([](const term&) {
               actions all;
               for (int i = 0; i < 100; ++i)
                 all.append(send_message(list("go"_sym, std::string(20'000, 'x'))));
               return all;
             }));
  send(v, "start"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program slow)", "-(program slow) memory-limit"));
}

TEST_P(Custody, HoldsForProcessesThatSpawnWithoutEnd) {
  struct bomb {
    spawn_action operator()() const {
      return spawn([] {
        return actions{publisher(list("program"_sym, "bomb"_sym)), bomb{}(), bomb{}()};
      });
    }
  };
  notebook j;
  vm v = run(watch(j, list("program"_sym, "good"_sym)), member("good"),
             spawn([] { return limited(mebibyte, bomb{}()); }));
  EXPECT_THAT(j.lines(), ElementsAre("+(program good)"));
  EXPECT_LE(v.get_custodian().usage().total_counts.processes, 3U);
}

// As that of a VM: it may be taken over from, and the outcome is the same.
TEST_P(Custody, HoldsForAHandlerThatItsShardWentOnWithout) {
  notebook j;
  vm v =
      run(watch(j, programs), spawn([] {
            return limited(mebibyte,
                           member("slow", subscriber(list("go"_sym, 0)).on_message([](const term&) {
                             std::this_thread::sleep_for(std::chrono::milliseconds{30});
                             take_all();
                           })));
          }),
          subscriber(list("go"_sym, _)));
  std::vector<send_message> messages;
  for (int i = 0; i < 100; ++i) messages.emplace_back(list("go"_sym, i));
  v.inject(messages);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), ElementsAre("+(program slow)", "-(program slow) memory-limit"));
}

TEST_P(Custody, ALimitHoldsAgainForWhoIsSpawnedLater) {
  notebook j;
  std::optional<custodian> users;
  const auto next = [&users](const term&) {
    return member("bad", subscriber("go"_sym).on_message([](const term&) { take_all(); }))
        .under(*users);
  };
  vm v = run(watch(j, programs), subscriber("next"_sym).on_message(next), spawn([&users] {
               users = make_custodian();
               users->limit_memory(mebibyte);
             }));
  for (int i = 0; i < 2; ++i) {
    send(v, "next"_sym);
    send(v, "go"_sym);
  }
  EXPECT_THAT(j.lines(), ElementsAre("+(program bad)", "-(program bad) memory-limit",
                                     "+(program bad)", "-(program bad) memory-limit"));
}

TEST_P(Custody, PaysForRecordsEndpointsStatesAndWhatItHolds_A3) {
  const std::int64_t before = account::bytes_taken();
  {
    std::optional<custodian> users;
    vm v = run(subscriber("stay"_sym), spawn([&users] {
                 users = make_custodian();
                 return spawn([] {
                          return transition(std::vector<char, allocator<char>>(a_million),
                                            subscriber("x"_sym), subscriber("y"_sym));
                        })
                     .under(*users);
               }));
    const custodian_usage now = users->usage();
    EXPECT_GT(now.total, a_million + sizeof(int));
    EXPECT_EQ(now.own, 0U);
    EXPECT_EQ(now.total_counts.processes, 1U);
    EXPECT_EQ(now.total_counts.endpoints, 2U);
    const custodian_usage outer = v.get_custodian().usage();
    EXPECT_LT(outer.own, a_million);
    EXPECT_GT(outer.total, a_million);
    EXPECT_EQ(outer.own_counts.processes, 1U) << "each process is counted once";
    EXPECT_EQ(outer.total_counts.processes, 2U);
    EXPECT_EQ(outer.total_counts.endpoints, 3U);
    EXPECT_EQ(account::bytes_charged(), account::bytes_taken());
    users->shut_down("stop"_sym);
    v.run_until_inert();
    send(v, "stay"_sym);  // a parallel VM gives back between two quanta
    EXPECT_EQ(users->usage().total, 0U);
    EXPECT_EQ(users->usage().total_counts.processes, 0U);
    EXPECT_EQ(users->usage().total_counts.endpoints, 0U);
    EXPECT_EQ(account::bytes_charged(), account::bytes_taken());
  }
  EXPECT_EQ(account::bytes_taken(), before) << "the law of conservation";
}

TEST_P(Custody, ClosesWhatIsOpenWhenTheLastHasGone) {
  notebook j;
  vm v =
      run(watch(j, programs), subscriber("stay"_sym), spawn([&j] {
            return member("a", subscriber("a"_sym).on_message([] { return quit(); }), spawn([&j] {
                            (void)custodian::current().add_resource([&j] { j.note("closed"); });
                            return subscriber("b"_sym).on_message([] { return quit(); });
                          }))
                .under(make_custodian());
          }));
  send(v, "b"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program a)"));
  send(v, "a"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program a)", "-(program a) #f", "closed"));
}

TEST_P(Custody, ClosesWhatIsOpenWhenItsVmEnds) {
  notebook j;
  const auto opens = [&j] {
    return spawn([&j] {
             (void)custodian::current().add_resource([&j] { j.note("closed"); });
             return subscriber("x"_sym);
           })
        .under(make_custodian());
  };
  vm v = run(
      watch(j, programs), spawn([=] { return opens(); }), spawn([=] {
        return spawn_vm(
            present_as("vm"), spawn([=] { return opens(); }),
            at_meta_level(subscriber("end"_sym).on_message([] { return at_meta_level(quit()); })));
      }));
  send(v, "end"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program vm)", "-(program vm) #f", "closed"));
  v.get_custodian().shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), ElementsAre("+(program vm)", "-(program vm) #f", "closed", "closed"));
}

TEST_P(Custody, AGuardStandsAtTheBorderOfItsVm) {
  notebook j;
  vm v = run(watch(j, programs), spawn_vm(spawn([] {
                                            const custodian by = make_custodian();
                                            by.narrow({.topic = [](const role&) { return false; }});
                                            return spawn(present_as("refused")).under(by);
                                          }),
                                          spawn(present_as("free"))));
  EXPECT_THAT(j.lines(), ElementsAre("+(program free)"));
}

TEST_P(Custody, MayBeEndedFromAnotherThreadWhileItRuns) {
  for (int i = 0; i < 20; ++i) {
    std::optional<custodian> users;
    notebook j;
    vm v = run(
        watch(j, programs), spawn([&users] {
          users = make_custodian();
          actions all;
          for (int k = 0; k < 8; ++k) {
            all.append(member("a" + std::to_string(k), spawn([k] {
                                return transition(
                                    0, subscriber(list("n"_sym, k))
                                           .on_message([k](const term&, int& n) -> actions {
                                             if (++n > 5'000) return {};
                                             return {send_message(list("n"_sym, k)), spawn(quit{})};
                                           }));
                              }))
                           .under(*users));
          }
          return all;
        }),
        subscriber("go"_sym).on_message([](const term&) {
          actions all;
          for (int k = 0; k < 8; ++k) all.append(send_message(list("n"_sym, k)));
          return all;
        }));
    std::thread other{[&users] { users->shut_down("stop"_sym); }};
    send(v, "go"_sym);
    other.join();
    v.run_until_inert();
    EXPECT_EQ(j.lines().size(), 16U);
    for (int k = 0; k < 8; ++k)
      EXPECT_THAT(j.lines(), Contains("-(program a" + std::to_string(k) + ") stop"));
    EXPECT_EQ(users->usage().total_counts.processes, 0U);
  }
}

// Whether a run in which custodians end processes is one of the functional VM.
class CustodyReplay : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, CustodyReplay,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{40}));

actions hungry_family(int i) {
  const auto count = [i](const term&, int& n) -> actions {
    if (++n == 40 * (i + 1) && i % 2 == 0) take_all();
    if (n > 200) return {};
    return {send_message(list("m"_sym, i)),
            spawn(subscriber(list("m"_sym, i)), send_message(list("m"_sym, -1)))};
  };
  return limited(mebibyte / 2,
                 member("p" + std::to_string(i), spawn([=] {
                          return transition(0, subscriber(list("n"_sym, i)).on_message(count));
                        }),
                        spawn(subscriber(list("m"_sym, i)).on_message([i](const term&) {
                          return send_message(list("n"_sym, i));
                        })),
                        spawn(yield([i] { return send_message(list("n"_sym, i)); }))));
}

TEST_P(CustodyReplay, EqualsARunOfTheFunctionalVm) {
  const boot_function first = boot([] {
    actions all{observe_publishers(programs), subscriber(list("m"_sym, _))};
    for (int i = 0; i < 4; ++i) all.append(hungry_family(i));
    all.append(spawn_vm(observe_publishers(programs), spawn([] { return hungry_family(0); }),
                        spawn([] { return hungry_family(1); })));
    return all;
  });
  const finding found = run_and_replay(GetParam(), 1 + GetParam() % 4, first);
  EXPECT_EQ(found.divergence, "");
  EXPECT_GT(found.commits, 20U);
}

TEST_P(CustodyReplay, EqualsOneWhenItIsShutDownFromInside) {
  const boot_function first = boot([] {
    const custodian users = make_custodian();
    const auto hears = [] {
      return spawn(subscriber(list("n"_sym, _)).on_message([](const term& m) {
        return send_message(list("echo"_sym, m));
      }),
                   publisher(list("program"_sym, _)));
    };
    return actions{hears().under(users),
                   hears().under(users),
                   hears().under(users),
                   hears(),
                   spawn_vm(spawn(at_meta_level(subscriber(list("n"_sym, _))))).under(users),
                   observe_publishers(programs),
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
