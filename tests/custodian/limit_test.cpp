// Memory limits: who is over is shut down, and nobody else.
#include "tests/custodian/support.hpp"

#include "tests/parallel/checked_run.hpp"

#include <souk/detail/account.hpp>

#include <chrono>
#include <memory>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class Limit : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Limit, ::testing::ValuesIn(all_kinds()), name_of);

template <class... Parts>
spawn_action limited(std::uint64_t bytes, Parts&&... parts) {
  const custodian by = make_custodian();
  by.limit_memory(bytes);
  return spawn_vm(std::forward<Parts>(parts)...).under(by);
}

/// Counts what it hears, and says so.
actions well_behaved(notebook& j, const std::string& name) {
  return actions{present_as(name),
                 at_meta_level(subscriber(list("go"_sym, _)).on_message([&j, name](const term& m) {
                   j.note(name + " " + to_string(m));
                 }))};
}

TEST_P(Limit, AHandlerThatTakesMemoryForEverIsStoppedAndItsVmEnds) {
  notebook j;
  vm v = run(watch(j, programs), spawn([] {
               return actions{limited(mebibyte, present_as("bad"), bad_loop_when("go"_sym))};
             }),
             spawn([] { return actions{limited(mebibyte, present_as("good"))}; }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), Contains("-(program bad) memory-limit"));
  EXPECT_THAT(j.lines(), Not(Contains("-(program good) memory-limit")));
  EXPECT_FALSE(v.is_shut_down());
  EXPECT_LT(v.get_custodian().usage().total, mebibyte) << "its memory is given back";
}

TEST_P(Limit, TheOthersLoseNothing) {
  notebook j;
  vm v = run([&j] {
    return actions{limited(mebibyte, present_as("bad"), bad_loop_when(list("go"_sym, 3))),
                   spawn_vm(well_behaved(j, "good")), limited(mebibyte, well_behaved(j, "small"))};
  });
  for (int i = 0; i < 6; ++i) send(v, list("go"_sym, i));
  std::vector<std::string> expected;
  for (int i = 0; i < 6; ++i) {
    expected.push_back("good (go " + std::to_string(i) + ")");
    expected.push_back("small (go " + std::to_string(i) + ")");
  }
  EXPECT_THAT(j.lines(), ::testing::UnorderedElementsAreArray(expected));
}

TEST_P(Limit, ABlockThatIsLargerFailsAtOnce) {
  notebook j;
  vm v = run(watch(j, programs), spawn([] {
               return actions{
                   limited(mebibyte, present_as("bad"),
                           at_meta_level(subscriber("go"_sym).on_message([](const term&) {
                             const std::vector<char, allocator<char>> block(std::size_t{1} << 40);
                           })))};
             }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program bad)", "-(program bad) memory-limit"));
}

TEST_P(Limit, WhoeverCatchesTheRefusalEndsAllTheSame) {
  notebook j;
  vm v =
      run(watch(j, programs), watch(j, "caught"_sym), spawn([] {
            return actions{limited(mebibyte, present_as("bad"),
                                   at_meta_level(subscriber("go"_sym).on_message([](const term&) {
                                     try {
                                       take_all();
                                     } catch (const memory_limit_error&) {
                                     }
                                     return at_meta_level(publisher("caught"_sym));
                                   })))};
          }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("+(program bad)", "-(program bad) memory-limit"));
}

TEST_P(Limit, HoldsForWhatComesInAndIsKept) {
  notebook j;
  vm v = run(watch(j, programs), spawn([] {
               return actions{limited(
                   mebibyte, present_as("hoarder"), spawn([] {
                     return transition(
                         std::vector<term>{},
                         at_meta_level(subscriber(list("go"_sym, _))
                                           .on_message([](const term& m, std::vector<term>& all) {
                                             all.push_back(m);
                                           })));
                   }))};
             }));
  for (int i = 0; i < 100; ++i) send(v, list("go"_sym, std::string(20'000, 'x')));
  EXPECT_THAT(j.lines(), ElementsAre("+(program hoarder)", "-(program hoarder) memory-limit"));
}

TEST_P(Limit, HoldsForABootFunction) {
  notebook j;
  vm v = run(watch(j, programs), spawn([] {
               return actions{limited(mebibyte, present_as("bad"), spawn([] { take_all(); }))};
             }));
  EXPECT_THAT(j.lines(), Contains("-(program bad) memory-limit"));
}

TEST_P(Limit, IsThatOfAllInside) {
  notebook j;
  vm v = run(watch(j, programs), spawn([] {
               return actions{limited(
                   mebibyte, present_as("outer"),
                   spawn_vm(at_meta_level(subscriber("go"_sym)), spawn([] { take_all(); })))};
             }));
  EXPECT_THAT(j.lines(), Contains("-(program outer) memory-limit"));
}

TEST_P(Limit, OfTheInnermostThatIsOver) {
  notebook j;
  vm v = run(watch(j, programs), spawn([&j] {
               return actions{limited(
                   64 * mebibyte, present_as("outer"), watch(j, list("inner"_sym)), spawn([] {
                     return actions{limited(mebibyte, at_meta_level(publisher(list("inner"_sym))),
                                            spawn([] { take_all(); }))};
                   }))};
             }));
  EXPECT_THAT(j.lines(), Not(Contains("-(program outer) memory-limit")));
}

TEST_P(Limit, OfTheOutermostVmEndsIt) {
  vm v = run(subscriber("go"_sym).on_message([](const term&) { take_all(); }));
  v.get_custodian().limit_memory(mebibyte);
  EXPECT_FALSE(v.is_shut_down());
  send(v, "go"_sym);
  EXPECT_TRUE(v.is_shut_down());
  send(v, "go"_sym);  // nobody hears it
}

// The shard of a handler that takes its time goes on with another worker: hence one that does, for
// longer than the watch waits. Whether it was taken over or not, the outcome is the same.
TEST_P(Limit, HoldsForAHandlerThatItsShardWentOnWithout) {
  notebook j;
  vm v = run(watch(j, programs), spawn([&j] {
               return actions{limited(
                   mebibyte, present_as("slow"),
                   at_meta_level(subscriber(list("go"_sym, _)).on_message([&j](const term& m) {
                     j.note("other " + to_string(m));
                   })),
                   spawn(at_meta_level(subscriber(list("go"_sym, 0)).on_message([](const term&) {
                     std::this_thread::sleep_for(std::chrono::milliseconds{30});
                     take_all();
                   }))))};
             }));
  std::vector<send_message> messages;
  for (int i = 0; i < 100; ++i) messages.emplace_back(list("go"_sym, i));
  v.inject(messages);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), Contains("-(program slow) memory-limit"));
}

// Many VMs that leak, each at its own speed, beside others that do not.
TEST_P(Limit, EndsEveryLeakerAndNobodyElse) {
  constexpr int leakers = 100;
  constexpr int others = 20;
  notebook j;
  vm v =
      run(watch(j, programs), spawn([] {
            actions all;
            for (int i = 0; i < leakers; ++i) {
              all.append(limited(
                  mebibyte, present_as("leaker" + std::to_string(i)), spawn([i] {
                    return transition(
                        std::vector<term>{},
                        at_meta_level(subscriber("tick"_sym)
                                          .on_message([i](const term&, std::vector<term>& kept) {
                                            kept.emplace_back(std::string(
                                                20'000 + 1'000 * static_cast<std::size_t>(i), 'x'));
                                          })));
                  })));
            }
            for (int i = 0; i < others; ++i) {
              all.append(limited(
                  mebibyte, present_as("other" + std::to_string(i)), spawn([] {
                    return transition(
                        0, at_meta_level(subscriber("tick"_sym).on_message([](const term&, int& n) {
                          ++n;
                          const std::vector<term, allocator<term>> spare(1000);
                        })));
                  })));
            }
            return all;
          }));
  for (int i = 0; i < 60; ++i) send(v, "tick"_sym);
  int ended = 0;
  for (const std::string& line : j.lines()) {
    if (line.front() != '-') continue;
    EXPECT_TRUE(line.starts_with("-(program leaker") && line.ends_with(" memory-limit")) << line;
    ++ended;
  }
  EXPECT_EQ(ended, leakers);
}

// Whether a run with limits is one of the functional VM, whose handlers would not end.
class LimitReplay : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, LimitReplay, ::testing::Range(std::uint64_t{0}, std::uint64_t{20}));

TEST_P(LimitReplay, EqualsARunOfTheFunctionalVm) {
  const boot_function first = boot([] {
    actions all{subscriber(list("n"_sym, _)), observe_publishers(programs)};
    for (int i = 0; i < 6; ++i) {
      const auto count = [i](const term&, int& n) -> actions {
        if (++n == 40 * (i + 1) && i % 2 == 0) take_all();
        if (n > 300) return {};
        return {send_message("m"_sym), at_meta_level(send_message(list("n"_sym, n)))};
      };
      all.append(limited(
          mebibyte / 2, present_as("p" + std::to_string(i)), spawn([count] {
            return transition(0, subscriber("n"_sym).on_message(count),
                              publisher("m"_sym).on_presence([] { return send_message("n"_sym); }));
          }),
          spawn(
              subscriber("m"_sym).on_message([](const term&) { return send_message("n"_sym); }))));
    }
    return all;
  });
  const finding found = run_and_replay(GetParam(), 1 + GetParam() % 4, first);
  EXPECT_EQ(found.divergence, "");
  EXPECT_GT(found.commits, 500U);
}

}  // namespace
}  // namespace souk
