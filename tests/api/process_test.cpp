// Starting processes, their states, and what may stand for actions.
#include "tests/vm/journal.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;

TEST(Process, IsMadeOfActionsATransitionOrAFunction) {
  notebook j;
  const transition<int> with_state{
      3, yield([&j](const int& s) { j.push_back("transition " + std::to_string(s)); })};
  run(spawn(), spawn(note(j, "one"), note(j, "two")), spawn(actions{note(j, "actions")}),
      spawn(with_state), spawn([&j] { return note(j, "function"); }),
      spawn([&j](pid self) { return note(j, "pid " + std::to_string(self.number)); }),
      spawn([&j] { j.emplace_back("nothing"); }), spawn(boot(note(j, "boot"))), spawn([&j] {
        return transition(std::string{"s"},
                          yield([&j](const std::string& s) { j.push_back("state " + s); }));
      }),
      spawn([&j]() -> std::optional<send_message> {
        return j.emplace_back("optional"), std::nullopt;
      }));
  EXPECT_THAT(j, ElementsAre("nothing", "optional", "one", "two", "actions", "transition 3",
                             "function", "pid 6", "boot", "state s"));
}

TEST(Process, OfAVmToo) {
  notebook j;
  const auto hello = [&j] { return note(j, "hello"); };
  vm{vm_options{}, hello}.run_until_inert();
  vm{vm_options{}, hello()}.run_until_inert();
  vm{vm_options{}, boot(hello)}.run_until_inert();
  vm{vm_options{}, transition(1, hello())}.run_until_inert();
  vm{vm_options{}, hello(), actions{hello()}, std::optional<action>{}}.run_until_inert();
  EXPECT_EQ(j.size(), 6U);
}

TEST(Process, ANestedVmIsMadeInTheSameWays) {
  notebook j;
  run(spawn_vm(), spawn_vm(note(j, "one"), note(j, "two")),
      spawn_vm([&j] { return note(j, "function"); }), spawn_vm(boot(note(j, "boot"))),
      spawn_vm(
          transition(4, yield([&j](const int& s) { j.push_back("state " + std::to_string(s)); }))),
      spawn_vm([&j](pid of_vm) { return boot(note(j, "vm " + std::to_string(of_vm.number))); }));
  EXPECT_THAT(j, ElementsAre("one", "two", "function", "boot", "state 4", "vm 6"));
}

TEST(Process, AContinuationTakesThePidAndMayTakeTheState_SPN1) {
  notebook j;
  run([&j] {
    return transition(
        1, spawn().then([&j](pid) { j.emplace_back("pid"); }),
        spawn().then([&j](pid, const int& s) { j.push_back("state " + std::to_string(s)); }),
        spawn_vm().then([](pid, int& s) { ++s; }),
        spawn().then([](pid, const int& s) { return transition(s * 10); }),
        name_process("x"_sym, spawn()).then([](pid) {}),
        yield([&j](const int& s) { j.push_back(std::to_string(s)); }));
  });
  EXPECT_THAT(j, ElementsAre("pid", "state 1", "20"));
}

TEST(Process, StateMayBeWrittenFunctionallyOrInPlace) {
  notebook j;
  run([&j] {
    return transition(std::vector<int>{1}, yield([](const std::vector<int>& s) {
                        auto next = s;
                        next.push_back(2);
                        return transition(std::move(next));
                      }),
                      yield([](std::vector<int>& s) { s.push_back(3); }),
                      yield([](std::vector<int> s) { s.push_back(4); }),  // a copy
                      yield([&j](const std::vector<int>& s) {
                        j.push_back(to_string(term(std::vector<std::int64_t>(s.begin(), s.end()))));
                      }));
  });
  EXPECT_THAT(j, ElementsAre("(1 2 3)"));
}

TEST(Process, StateMayBeMovableOnlyWhenAFunctionMakesIt) {
  notebook j;
  run([&j] {
    return transition(
        std::make_unique<int>(1), yield([](const std::unique_ptr<int>& s) {
          return transition(std::make_unique<int>(*s + 1));
        }),
        yield([](std::unique_ptr<int>& s) { ++*s; }),
        yield([&j](const std::unique_ptr<int>& s) { j.push_back(std::to_string(*s)); }));
  });
  EXPECT_THAT(j, ElementsAre("3"));
}

TEST(Process, AThrowLeavesTheFunctionalStateAlone_CRA1) {
  notebook j;
  run([&j] {
    const auto show = [&j](const std::string& s) { j.push_back(s); };
    return transition(std::string{"old"}, yield([](std::string s) -> transition<std::string> {
                        s = "new";
                        throw std::runtime_error{"boom"};
                      }),
                      yield(show));
  });
  EXPECT_THAT(j, ElementsAre("old"));
}

TEST(Process, AStateAlignedMoreThanUsualIsKeptSo) {
  struct alignas(64) wide {
    std::array<char, 64> room;
  };
  bool aligned = false;
  run([&] {
    return transition(
        wide{}, yield([&](wide& w) { aligned = reinterpret_cast<std::uintptr_t>(&w) % 64 == 0; }));
  });
  EXPECT_TRUE(aligned);
}

TEST(Actions, AreFlattened) {
  notebook j;
  const std::vector<yield_action> some{note(j, "b"), note(j, "c")};
  const std::optional<yield_action> none;
  const std::deque<actions> more{actions{note(j, "d")}, actions{},
                                 actions{note(j, "e"), std::vector{note(j, "f")}}};
  run(note(j, "a"), some, none, std::optional{some}, more, actions{}, std::array{note(j, "g")},
      at_meta_level());
  EXPECT_THAT(j, ElementsAre("a", "b", "c", "b", "c", "d", "e", "f", "g"));
}

TEST(Actions, AreValuesThatCanBeKeptAndUsedAgain) {
  notebook j;
  const actions twice{note(j, "x"), spawn(note(j, "child"))};
  run(twice, twice, spawn(twice));
  EXPECT_THAT(j, ElementsAre("x", "x", "child", "child", "x", "child"));
}

TEST(Actions, OfATransitionCanBeSequenced) {
  notebook j;
  const auto show = [&j](const int& s) { j.push_back(std::to_string(s)); };
  run([&] {
    return sequence_actions(
        transition(1, yield(show)), note(j, "plain"),
        [&](int s) { return transition(s + 1, note(j, "function")); },
        std::vector{note(j, "vector")}, [](const int& s) { return transition(s * 10); },
        yield(show));
  });
  EXPECT_THAT(j, ElementsAre("20", "plain", "function", "vector", "20"));
}

TEST(Actions, MetaActionsKeepTheirOrderAmongTheOthers) {
  std::vector<bool> meta;
  const actions all{quit(), at_meta_level(quit(), send_message(1)), send_message(2)};
  for (const action& a : all) meta.push_back(a.at_meta_level);
  EXPECT_THAT(meta, ElementsAre(false, true, true, false));
}

TEST(Actions, AHandlerMayAnswerAnyOfThese) {
  notebook j;
  vm v = run(
      noting(j, "s", subscriber(list(_))),
      subscriber(1).on_message([](const term&) { return send_message(list("action"_sym)); }),
      subscriber(1).on_message(
          [](const term&) { return std::vector{send_message(list("vector"_sym))}; }),
      subscriber(1).on_message([](const term&) { return std::optional<send_message>{}; }),
      subscriber(1).on_message([](const term&) {
        return std::pair{1, 2}.first == 1 ? actions{} : actions{quit()};
      }),
      subscriber(1).on_message([](const term&) { return subscriber(list("endpoint"_sym)); }),
      subscriber(1).on_message([](const term&) { return at_meta_level(send_message(1)); }),
      subscriber(1).on_message([](const term&) { return spawn(send_message(list("spawn"_sym))); }),
      subscriber(1).on_message([](const term&) {}));
  send(v, 1);
  EXPECT_THAT(j,
              ElementsAre("s publisher (action)", "s publisher (vector)", "s publisher (spawn)"));
}

// The raw form, as in the original's chat-paper-raw.rkt.
TEST(Actions, AnEndpointCanBeWrittenWithoutTheEndpointLanguage) {
  notebook j;
  const handler on_event{[&j](const event& e, detail::state_box& state, actions&) {
    j.push_back(describe(e) + " " + std::to_string(++state.get<int>()));
    return true;
  }};
  run([&] {
    return transition(
        0,
        add_endpoint{.id = "raw"_sym,
                     .role = {orientation::subscriber, interest_type::participant, "t"_sym},
                     .on_event = on_event},
        publisher("t"_sym), send_message("t"_sym));
  });
  EXPECT_THAT(j, ElementsAre("+publisher t 1", "publisher t 2"));
}

}  // namespace
}  // namespace souk
