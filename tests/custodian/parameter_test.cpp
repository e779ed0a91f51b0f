// Parameters: whose value a process reads is settled by who spawned it, and by nothing else.
#include "tests/custodian/support.hpp"

#include "tests/parallel/checked_run.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const parameter<int> depth{0};
const parameter<std::string> name_of_all{"nobody"};
const parameter<std::function<void(const std::string&)>> log_sink{[](const std::string&) {}};

class Parameter : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Parameter, ::testing::ValuesIn(all_kinds()), testing::name_of);

/// Notes the depth when it boots, when it goes on after a yield, and when it hears `go`.
spawn_action reader(notebook& j, const std::string& who) {
  const auto tell = [&j, who](const std::string& when) {
    j.note(who + " " + when + " " + std::to_string(depth.get()));
  };
  return spawn([tell] {
    tell("boots");
    return actions{yield([tell] { tell("goes on"); }),
                   subscriber("go"_sym).on_message([tell] { tell("hears"); })};
  });
}

TEST_P(Parameter, HasItsDefaultWhereNobodyBoundIt) {
  notebook j;
  vm v = run(reader(j, "p"));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("p boots 0", "p goes on 0", "p hears 0"));
  EXPECT_EQ(depth.get(), 0);
}

TEST_P(Parameter, IsThatOfTheSpawnInAllThatTheProcessDoes) {
  notebook j;
  vm v = run(reader(j, "bound").with(depth, 1), reader(j, "other"));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), UnorderedElementsAre("bound boots 1", "bound goes on 1", "bound hears 1",
                                              "other boots 0", "other goes on 0", "other hears 0"));
}

TEST_P(Parameter, IsInherited) {
  notebook j;
  vm v = run(spawn([&j] {
               return actions{
                   reader(j, "child"), subscriber("more"_sym).on_message([&j] {
                     return actions{reader(j, "late child"), reader(j, "changed").with(depth, 2)};
                   })};
             }).with(depth, 1));
  send(v, "more"_sym);
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), UnorderedElementsAre("child boots 1", "child goes on 1", "child hears 1",
                                              "late child boots 1", "late child goes on 1",
                                              "late child hears 1", "changed boots 2",
                                              "changed goes on 2", "changed hears 2"));
}

TEST_P(Parameter, IsInheritedByNestedVmsAndAllInside) {
  notebook j;
  const auto inside = [&j](const std::string& who) {
    return spawn_vm([&j, who] {
      j.note(who + " " + std::to_string(depth.get()));
      return actions{spawn_vm([&j, who] {
                       j.note(who + " inner " + std::to_string(depth.get()));
                       return actions{spawn([&j, who] {
                         return actions{at_meta_level(subscriber("x"_sym)), yield([&j, who] {
                                          j.note(who + " innermost " + std::to_string(depth.get()));
                                        })};
                       })};
                     }),
                     at_meta_level(subscriber("go"_sym).on_message([&j, who](const term&) {
                       j.note(who + " hears " + std::to_string(depth.get()));
                     }))};
    });
  };
  vm v = run(inside("plain"), inside("bound").with(depth, 3),
             spawn([inside] { return actions{inside("child")}; }).with(depth, 4));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), UnorderedElementsAre(
                             "plain 0", "plain inner 0", "plain innermost 0", "plain hears 0",
                             "bound 3", "bound inner 3", "bound innermost 3", "bound hears 3",
                             "child 4", "child inner 4", "child innermost 4", "child hears 4"));
}

TEST_P(Parameter, GoesAlongWithASpawnAtMetaLevel) {
  notebook j;
  vm v = run(spawn_vm(spawn([&j] {
                        return actions{at_meta_level(reader(j, "outside")),
                                       at_meta_level(reader(j, "other").with(depth, 9))};
                      }).with(depth, 5)));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(),
              UnorderedElementsAre("outside boots 5", "outside goes on 5", "outside hears 5",
                                   "other boots 9", "other goes on 9", "other hears 9"));
}

TEST_P(Parameter, IsBoundForABlockAndWhatIsSpawnedThere) {
  notebook j;
  vm v = run(subscriber("make"_sym).on_message([&j] {
    const actions before = reader(j, "before");
    const binding here{depth, 6};
    j.note("block " + std::to_string(depth.get()));
    actions all{before, reader(j, "inside"), reader(j, "own").with(depth, 8)};
    {
      const binding deeper{depth, 7};
      j.note("deeper " + std::to_string(depth.get()));
    }
    j.note("again " + std::to_string(depth.get()));
    return all;
  }),
             subscriber("go"_sym).on_message(
                 [&j] { j.note("afterwards " + std::to_string(depth.get())); }));
  send(v, "make"_sym);
  send(v, "go"_sym);
  EXPECT_THAT(
      j.lines(),
      UnorderedElementsAre("block 6", "deeper 7", "again 6", "before boots 0", "before goes on 0",
                           "before hears 0", "inside boots 6", "inside goes on 6", "inside hears 6",
                           "own boots 8", "own goes on 8", "own hears 8", "afterwards 0"));
}

TEST_P(Parameter, OfABlockIsUndoneByAThrow) {
  notebook j;
  vm v = run(subscriber("throw"_sym).on_message([]() -> actions {
    const binding here{depth, 6};
    throw std::runtime_error{"boom"};
  }),
             reader(j, "p"));
  send(v, "throw"_sym);
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("p boots 0", "p goes on 0", "p hears 0"));
}

TEST_P(Parameter, IsThatOfTheCodeThatMadeTheVm) {
  notebook j;
  const binding here{depth, 2};
  vm v = run(reader(j, "p"), spawn_vm([&j] {
               j.note("inside " + std::to_string(depth.get()));
               return actions{};
             }));
  EXPECT_THAT(j.lines(), UnorderedElementsAre("p boots 2", "p goes on 2", "inside 2"));
}

TEST_P(Parameter, AreBoundApart) {
  notebook j;
  vm v = run(spawn([&j] {
               return actions{spawn([&j] {
                                j.note(name_of_all.get() + " " + std::to_string(depth.get()));
                              }).with(depth, 2)};
             })
                 .with(name_of_all, "somebody")
                 .with(depth, 1));
  EXPECT_THAT(j.lines(), ElementsAre("somebody 2"));
}

TEST_P(Parameter, MayBeAFunction) {
  notebook j;
  vm v = run(spawn([] {
               log_sink.get()("unheard");
               return actions{};
             }),
             spawn([] {
               log_sink.get()("heard");
               return actions{};
             }).with(log_sink, [&j](const std::string& line) { j.note(line); }));
  EXPECT_THAT(j.lines(), ElementsAre("heard"));
}

TEST_P(Parameter, GoesWithAVmUnderACustodian) {
  notebook j;
  std::optional<custodian> group;
  vm v = run(spawn([&] {
    group = make_custodian();
    const auto noted = [&j](const std::string& who) {
      return spawn_vm([&j, who] {
        j.note(who + " " + std::to_string(depth.get()));
        return actions{at_meta_level(subscriber("stay"_sym))};
      });
    };
    return actions{noted("a").under(*group).with(depth, 1),
                   noted("b").with(depth, 2).under(*group)};
  }));
  EXPECT_THAT(j.lines(), UnorderedElementsAre("a 1", "b 2"));
  EXPECT_EQ(group->usage().total_counts.processes, 2U);
}

// Whatever shard it lives in, and whoever took the shard over: a handler reads what is its own.
TEST_P(Parameter, IsReadRightWhateverMoves) {
  if (GetParam().kind == vm_kind::functional) return;
  std::atomic<int> wrong{0};
  std::atomic<int> heard{0};
  static constexpr int many = 40;
  vm_options how = options();
  how.seed = 7;
  vm v{how, [&] {
         actions all;
         for (int i = 0; i < many; ++i) {
           const auto check = [&wrong, i] {
             if (depth.get() != i) ++wrong;
           };
           spawn_action one = spawn([&heard, check, i] {
             check();
             return transition(
                 0, subscriber(list("m"_sym, i))
                        .on_message([&heard, check, i](const term&, int& n) -> actions {
                          check();
                          ++heard;
                          // So long that the shard is taken over meanwhile.
                          if (++n % 50 == 0)
                            std::this_thread::sleep_for(std::chrono::milliseconds{5});
                          if (n > 100) return {};
                          check();
                          return {send_message(list("m"_sym, (i + 1) % many)),
                                  yield([check] { check(); }), spawn([check] { check(); })};
                        }));
           });
           all.append(i == 0 ? std::move(one) : std::move(one).with(depth, i));
         }
         return all;
       }};
  v.run_until_inert();
  std::vector<send_message> messages;
  for (int i = 0; i < many; ++i) messages.emplace_back(list("m"_sym, i));
  v.inject(messages);
  v.run_until_inert();
  EXPECT_GT(heard, many);
  EXPECT_EQ(wrong, 0);
}

// What processes say depends on what they read, so a replay that reads anything else diverges.
class ParameterReplay : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, ParameterReplay,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{20}));

TEST_P(ParameterReplay, EqualsARunOfTheFunctionalVm) {
  const boot_function first = boot([] {
    actions all{subscriber(list("is"_sym, _))};
    for (int i = 0; i < 6; ++i) {
      all.append(
          spawn([] {
            return transition(0, subscriber("go"_sym).on_message([](const term&,
                                                                    int& n) -> actions {
              if (++n > 30) return {};
              const binding here{depth, depth.get() + n};
              return {send_message(list("is"_sym, depth.get())),
                      spawn([] { return send_message(list("is"_sym, depth.get())); }), spawn_vm([] {
                        return actions{at_meta_level(send_message(list("is"_sym, depth.get())))};
                      }),
                      send_message("go"_sym)};
            }));
          }).with(depth, 100 * i));
    }
    return all;
  });
  const finding found = run_and_replay(GetParam(), 1 + static_cast<unsigned>(GetParam() % 4), first,
                                       {send_message("go"_sym)});
  EXPECT_EQ(found.divergence, "");
  EXPECT_GT(found.commits, 300U);
}

}  // namespace
}  // namespace souk
