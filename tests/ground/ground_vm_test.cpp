// The ground VM itself: when it returns, how signals end it, and what it tells of errors. How it
// treats event sources: event_sources_test.cpp.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/ground/vm_support.hpp"

namespace souk::ground::test {
namespace {

SOUK_ON_EACH_VM(GroundVm);

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Returning.

TEST_P(GroundVm, ReturnsWhenNothingIsLeftToDo) {
  journal notes;
  ground_vm(quiet(), subscriber("hello"_sym).on_message([&] { notes.write("heard"); }),
            spawn(send_message("hello"_sym)));
  EXPECT_THAT(notes.all(), ElementsAre("heard"));
}

TEST_P(GroundVm, ReturnsOnceNobodyAsksForAnEvent) {
  const auto source = std::make_shared<script>();
  source->put(1);
  ground_vm(quiet(), subscriber(cons(host_event(source), _)).on_message([] { return quit(); }));
  EXPECT_EQ(source->takes(), 1);
}

TEST_P(GroundVm, ReturnsWhenItsOnlySourceHasNoMore) {
  journal notes;
  const auto source = std::make_shared<script>();
  source->put(1);
  source->finish();
  ground_vm(quiet(), listen_to(source, notes));
  EXPECT_THAT(notes.all(), ElementsAre("1"));
  EXPECT_EQ(source->takes(), 2) << "the value, and that there is no more";
}

TEST_P(GroundVm, RunsSeveralTimesOneAfterTheOther) {
  for (int i = 0; i < 20; ++i) {
    int fired = 0;
    ground_vm(
        quiet(), timer::driver(),
        spawn(subscriber(topic<timer::timer_expired>("now"_sym, _)).on_message([&] { ++fired; }),
              send_message(timer::after("now"_sym, std::chrono::milliseconds{0}))));
    EXPECT_EQ(fired, 1);
  }
}

TEST_P(GroundVm, TwoRunAtTheSameTimeInTwoThreads) {
  const auto program = [](journal& notes, const char* name) {
    return spawn(subscriber(topic<timer::timer_expired>(name, _)).on_message([&notes, name] {
      notes.write(name);
    }),
                 send_message(timer::after(name, std::chrono::milliseconds{0})));
  };
  journal one;
  journal two;
  market left{timer::driver(), program(one, "left")};
  market right{timer::driver(), program(two, "right")};
  EXPECT_TRUE(one.wait_for("left"));
  EXPECT_TRUE(two.wait_for("right"));
  left.stop();
  right.stop();
  EXPECT_THAT(one.all(), ElementsAre("left"));
  EXPECT_THAT(two.all(), ElementsAre("right"));
}

// Signals.

bool is_default(int signal) {
  struct sigaction now {};
  ::sigaction(signal, nullptr, &now);
  return now.sa_handler == SIG_DFL;
}

TEST_P(GroundVm, EndsInOrderOnSigintAndSigterm) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto never = std::make_shared<script>();
    journal notes;
    market m{market::options{.signals = true},
             spawn(listen_to(never, notes),
                   subscriber("last"_sym).on_message([&] { notes.write("last words"); }))};
    ASSERT_TRUE(never->wait_for_requests(1));
    m.act([signal] {
      ::kill(::getpid(), signal);
      return send_message("last"_sym);
    });
    m.wait();
    EXPECT_TRUE(notes.has("last words"));
    EXPECT_TRUE(is_default(SIGINT) && is_default(SIGTERM)) << "the signals are as before";
  }
}

TEST_P(GroundVm, ASignalEndsItAlsoWhileAProcessYieldsForEver) {
  struct spinner {
    static actions again() {
      return yield([] { return again(); });
    }
  };
  market m{
      market::options{.ground = {.flush_deadline = std::chrono::milliseconds(50)}, .signals = true},
      spawn([] { return spinner::again(); })};
  m.act([] {
    ::kill(::getpid(), SIGTERM);
    return actions{};
  });
  m.wait();
}

TEST_P(GroundVm, TouchesNoSignalIfToldSo) {
  bool untouched = false;
  bool touched = false;
  ground_vm(quiet(), spawn([] {}), subscriber("now"_sym).on_message([&] {
    untouched = is_default(SIGINT) && is_default(SIGTERM);
  }),
            spawn(send_message("now"_sym)));
  ground_vm(on_this_vm({}), subscriber("now"_sym).on_message([&] {
    touched = !is_default(SIGINT) && !is_default(SIGTERM);
  }),
            spawn(send_message("now"_sym)));
  EXPECT_TRUE(untouched);
  EXPECT_TRUE(touched);
}

TEST_P(GroundVm, ASecondOneSaysThatTheFirstHasTheSignals) {
  const auto never = std::make_shared<script>();
  journal notes;
  market first{market::options{.signals = true}, spawn(listen_to(never, notes))};
  ASSERT_TRUE(never->wait_for_requests(1));
  std::string said;
  ground_vm(on_this_vm({.log = [&](std::string_view line) { said = line; }}), spawn([] {}));
  EXPECT_THAT(said, HasSubstr("SIGINT"));
  first.stop();
}

// Errors.

struct end_listener final : vm_listener {
  std::string crash;
  void on_end(pid, const term&, ending, const reason& why) override {
    if (why.is_crash()) crash = why.text();
  }
};

template <class Driver>
std::string end_outside(Driver driver) {
  end_listener heard;
  vm alone{vm_options{.listener = &heard}, driver};
  alone.run_until_inert();
  return heard.crash;
}

TEST_P(GroundVm, ADriverInAnotherVmSaysWhereItsPlaceIs) {
  EXPECT_THAT(end_outside(tcp::driver()), HasSubstr("tcp::driver() works in a ground VM only"));
  EXPECT_THAT(end_outside(timer::driver()), HasSubstr("timer::driver() works in a ground VM only"));
}

TEST_P(GroundVm, ADriverInANestedVmSaysWhatToDo) {
  journal log;
  const ground_options options =
      on_this_vm({.handle_signals = false,
                  .log = [&](std::string_view line) { log.write(std::string{line}); }});
  ground_vm(options, spawn_vm(timer::driver()), spawn_vm(tcp::driver()));
  EXPECT_THAT(log.find("timer::driver()"), HasSubstr("nested VM"));
  EXPECT_THAT(log.find("timer::driver()"), HasSubstr("timer::relay"));
  EXPECT_THAT(log.find("tcp::driver()"), HasSubstr("at_meta_level"));
}

TEST_P(GroundVm, TimesAreForProcessesOfAGroundVm) { EXPECT_THROW((void)timer::at(0), usage_error); }

TEST_P(GroundVm, AnActionForTheVmAroundItIsToldAndDropped) {
  journal log;
  bool went_on = false;
  ground_vm(on_this_vm({.handle_signals = false,
                        .log = [&](std::string_view l) { log.write(std::string{l}); }}),
            spawn(at_meta_level(send_message("up"_sym)), send_message("here"_sym)),
            subscriber("here"_sym).on_message([&] { went_on = true; }));
  ASSERT_EQ(log.all().size(), 1U);
  EXPECT_THAT(log.all().front(), HasSubstr("no VM around it"));
  EXPECT_TRUE(went_on);
}

TEST_P(GroundVm, ACrashIsLoggedWithItsProcessAndReasonAndTheOthersGoOn) {
  journal log;
  bool went_on = false;
  ground_vm(
      on_this_vm(
          {.handle_signals = false, .log = [&](std::string_view l) { log.write(std::string{l}); }}),
      subscriber("here"_sym).on_message([&] { went_on = true; }),
      name_process("clumsy"_sym, spawn([]() -> actions { throw std::runtime_error("fell down"); })),
      spawn_vm(name_process("inner"_sym,
                            spawn([]() -> actions { throw std::logic_error("fell too"); }))),
      spawn(send_message("here"_sym)));
  EXPECT_EQ(log.find("fell down"), "process 1 clumsy ended by an error: fell down");
  EXPECT_THAT(log.find("fell too"), HasSubstr("inner of a nested VM"));
  EXPECT_TRUE(went_on);
}

// Nested VMs.

TEST_P(GroundVm, NestedVmsAskForEventsThroughAtMetaLevel) {
  const auto source = std::make_shared<script>();
  source->put("up");
  source->finish();
  journal notes;
  ground_vm(quiet(), spawn_vm(at_meta_level(listen_to(source, notes))));
  EXPECT_THAT(notes.all(), ElementsAre("\"up\""));
}

TEST_P(GroundVm, TheEventsOfANestedVmAreCancelledWithIt) {
  const auto source = std::make_shared<script>();
  journal notes;
  market m{spawn_vm(at_meta_level(listen_to(source, notes)))};
  ASSERT_TRUE(source->wait_for_requests(1));
  m.stop();
  EXPECT_EQ(source->cancels(), 1);
}

TEST_P(GroundVm, AnEventDescriptorInsideANestedVmIsNoEvent) {
  const auto source = std::make_shared<script>();
  source->put(1);
  ground_vm(quiet(), spawn_vm(subscriber(cons(host_event(source), _)), spawn([] {})));
  EXPECT_EQ(source->requests(), 0);
}

}  // namespace
}  // namespace souk::ground::test
