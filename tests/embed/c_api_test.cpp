// souk.h, function by function: what it does, who owns what, and how it fails.
#include "tests/embed/c_process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace souk::testing {
namespace {

using std::string;

TEST(CTerms, EachKindIsMadeAndAsked) {
  bool truth = false;
  std::int64_t number = 0;
  double real = 0;
  EXPECT_EQ(souk_term_boolean(owned_term{souk_boolean(true)}.get(), &truth), SOUK_OK);
  EXPECT_EQ(souk_term_integer(owned_term{souk_integer(-7)}.get(), &number), SOUK_OK);
  EXPECT_EQ(souk_term_real(owned_term{souk_real(1.5)}.get(), &real), SOUK_OK);
  EXPECT_TRUE(truth);
  EXPECT_EQ(number, -7);
  EXPECT_EQ(real, 1.5);
  EXPECT_EQ(text_of(owned_term{souk_string("a\0b", 3)}.get()), "\"a\\x00;b\"");
  EXPECT_EQ(text_of(owned_term{souk_symbol("says")}.get()), "says");
  EXPECT_EQ(text_of(owned_term{souk_bytes("\xff", 1)}.get()), "#\"\\xff;\"");
  EXPECT_EQ(text_of(owned_term{souk_any()}.get()), "?");
  EXPECT_EQ(text_of(owned_term{souk_variable("who")}.get()), "?who");
}

TEST(CTerms, AreMadeOfOthersWhichStayTheCallers) {
  const owned_term one{souk_integer(1)};
  const owned_term two{souk_string("two", SOUK_TO_NUL)};
  const std::array<const souk_term*, 2> both{one.get(), two.get()};
  EXPECT_EQ(text_of(owned_term{souk_list(both.data(), 2)}.get()), "(1 \"two\")");
  EXPECT_EQ(text_of(owned_term{souk_vector(both.data(), 2)}.get()), "#(1 \"two\")");
  const owned_term record{souk_record("say", both.data(), 2)};
  EXPECT_TRUE(souk_term_equal(record.get(), read("#s(say 1 \"two\")").get()));
  EXPECT_EQ(text_of(one.get()), "1");
}

TEST(CTerms, PartsLiveAsLongAsTheWhole) {
  const owned_term record = read("#s(say 1 (a b))");
  ASSERT_EQ(souk_term_kind(record.get()), SOUK_KIND_RECORD);
  ASSERT_EQ(souk_term_count(record.get()), 2U);
  EXPECT_EQ(text_of(souk_term_part(record.get(), 1)), "(a b)");
  EXPECT_EQ(text_of(souk_term_part(souk_term_part(record.get(), 1), 0)), "a");
  EXPECT_EQ(souk_term_part(record.get(), 2), nullptr);
  EXPECT_EQ(souk_term_count(read("()").get()), 0U);
  const char* label = nullptr;
  std::size_t size = 0;
  ASSERT_EQ(souk_term_text(record.get(), &label, &size), SOUK_OK);
  EXPECT_EQ(string(label, size), "say");
}

TEST(CTerms, TheTextIsCutOffWhereTheRoomEnds) {
  const owned_term t = read("(say hello)");
  std::array<char, 5> room{};
  EXPECT_EQ(souk_term_write(t.get(), room.data(), room.size()), 11U);
  EXPECT_STREQ(room.data(), "(say");
}

TEST(CTerms, AMessageReachesATopicThatItMatches) {
  EXPECT_TRUE(souk_term_matches(read("(say 1)").get(), read("(say ?)").get()));
  EXPECT_FALSE(souk_term_matches(read("(ask 1)").get(), read("(say ?)").get()));
}

TEST(CTerms, OutliveTheVmThatTheyCameFrom) {
  owned_term kept;
  owned_vm vm = make_vm(SOUK_PARALLEL, [&](const souk_event* e, souk_actions* out) {
    if (is_start(e)) return add_participant(out, SOUK_SUBSCRIBER, "(say . ?)");
    kept.reset(souk_term_copy(souk_event_topic(e)));
    return SOUK_OK;
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  ASSERT_EQ(souk_vm_send(vm.get(), read("(say \"a text that is shared\")").get()), SOUK_OK);
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  vm.reset();
  EXPECT_EQ(text_of(kept.get()), "(say \"a text that is shared\")");
}

TEST(CErrors, SayWhatIsWrongAndInWhatWay) {
  std::int64_t number = 12;
  EXPECT_EQ(souk_term_integer(read("says").get(), &number), SOUK_ERROR_TERM);
  EXPECT_EQ(souk_error(), SOUK_ERROR_TERM);
  EXPECT_NE(string{souk_error_message()}.find("symbol"), string::npos) << souk_error_message();
  EXPECT_EQ(number, 12);
  EXPECT_EQ(souk_read("(a", SOUK_TO_NUL), nullptr);
  EXPECT_EQ(souk_error(), SOUK_ERROR_TERM);
  EXPECT_EQ(souk_term_integer(nullptr, &number), SOUK_ERROR_USAGE);
  EXPECT_EQ(souk_string(nullptr, 3), nullptr);
  EXPECT_EQ(souk_error(), SOUK_ERROR_USAGE);
  EXPECT_EQ(souk_vm_run(nullptr), SOUK_ERROR_USAGE);
}

TEST(CErrors, ATermThatCouldNotBeMadeIsRefusedWhereItIsUsed) {
  const std::array<const souk_term*, 1> broken{souk_read(")", SOUK_TO_NUL)};
  EXPECT_EQ(souk_list(broken.data(), 1), nullptr);
  EXPECT_EQ(souk_error(), SOUK_ERROR_USAGE);
}

TEST(CErrors, AreEachThreadsOwn) {
  EXPECT_EQ(souk_fail("here"), SOUK_ERROR_FAILED);
  std::thread{[] { EXPECT_STREQ(souk_error_message(), ""); }}.join();
  EXPECT_STREQ(souk_error_message(), "here");
}

TEST(CErrors, AVmThatCannotBeMadeLeavesNoState) {
  const auto witness = std::make_shared<int>();
  const auto first = [witness](const souk_event*, souk_actions*) { return SOUK_OK; };
  souk_vm_options of_another_library{};
  of_another_library.size = 3;
  EXPECT_EQ(souk_vm_new(&of_another_library, behave, new behaviour{first}, forget), nullptr);
  EXPECT_EQ(souk_error(), SOUK_ERROR_USAGE);
  EXPECT_EQ(souk_vm_new(nullptr, nullptr, new behaviour{first}, forget), nullptr);
  EXPECT_EQ(witness.use_count(), 2);  // ours, and that of `first`
}

TEST(CVersion, IsThatOfTheHeader) {
  EXPECT_EQ(souk_c_api(), SOUK_C_API);
  EXPECT_EQ(string{souk_version()}.find("0."), 0U);
}

class CProcess : public ::testing::TestWithParam<souk_vm_kind> {};

INSTANTIATE_TEST_SUITE_P(, CProcess, ::testing::Values(SOUK_FUNCTIONAL, SOUK_PARALLEL),
                         [](const auto& kind) {
                           return kind.param == SOUK_FUNCTIONAL ? "functional" : "parallel";
                         });

/// Notes what it hears of the topic.
behaviour hearer(std::vector<string>& heard, const char* topic,
                 souk_interest interest = SOUK_PARTICIPANT) {
  return [&heard, topic, interest](const souk_event* e, souk_actions* out) {
    switch (souk_event_which(e)) {
      case SOUK_EVENT_START:
        return souk_add_endpoint(out, nullptr, SOUK_SUBSCRIBER, interest, read(topic).get());
      case SOUK_EVENT_PRESENCE: heard.push_back("+" + text_of(souk_event_topic(e))); break;
      case SOUK_EVENT_ABSENCE:
        heard.push_back("-" + text_of(souk_event_topic(e)) + " " + text_of(souk_event_reason(e)));
        break;
      case SOUK_EVENT_MESSAGE: heard.push_back(text_of(souk_event_topic(e))); break;
    }
    return SOUK_OK;
  };
}

TEST_P(CProcess, HearsOfPresenceMessagesAndAbsenceWithItsReason) {
  std::vector<string> heard;
  const owned_vm vm = make_vm(GetParam(), [&](const souk_event*, souk_actions* out) {
    (void)spawn(out, hearer(heard, "(say ?)"));
    return spawn(out, [](const souk_event* e, souk_actions* to) {
      if (!is_start(e)) return SOUK_OK;
      (void)add_participant(to, SOUK_PUBLISHER, "(say ?)");
      (void)send(to, "(say hello)");
      return souk_quit(to, read("bye").get());
    });
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(heard, (std::vector<string>{"+(say ?0)", "(say hello)", "-(say ?0) bye"}));
}

TEST_P(CProcess, ObservesWithoutBeingSeen) {
  std::vector<string> observed;
  std::vector<string> seen_by_publisher;
  const owned_vm vm = make_vm(GetParam(), [&](const souk_event*, souk_actions* out) {
    (void)spawn(out, hearer(observed, "(say ?)", SOUK_OBSERVER));
    return spawn(out, [&](const souk_event* e, souk_actions* to) {
      if (is_start(e)) return add_participant(to, SOUK_PUBLISHER, "(say ?)");
      seen_by_publisher.push_back(text_of(souk_event_topic(e)));
      return SOUK_OK;
    });
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(observed, (std::vector<string>{"+(say ?0)"}));
  EXPECT_TRUE(seen_by_publisher.empty());
}

TEST_P(CProcess, AnswersFeedbackAndKnowsItsEndpointsByTheirIds) {
  std::vector<string> heard;
  const owned_vm vm = make_vm(GetParam(), [&](const souk_event*, souk_actions* out) {
    (void)spawn(out, [](const souk_event* e, souk_actions* to) {
      if (is_start(e)) return add_participant(to, SOUK_SUBSCRIBER, "(ask ?)");
      return souk_event_which(e) == SOUK_EVENT_MESSAGE ? souk_send_feedback(to, souk_event_topic(e))
                                                       : SOUK_OK;
    });
    return spawn(out, [&](const souk_event* e, souk_actions* to) {
      if (is_start(e)) {
        (void)souk_add_endpoint(to, read("mine").get(), SOUK_PUBLISHER, SOUK_PARTICIPANT,
                                read("(ask ?)").get());
        return send(to, "(ask 1)");
      }
      if (souk_event_which(e) != SOUK_EVENT_MESSAGE) return SOUK_OK;
      heard.push_back(text_of(souk_event_endpoint(e)) + text_of(souk_event_topic(e)));
      return souk_delete_endpoint(to, souk_event_endpoint(e), nullptr);
    });
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(heard, (std::vector<string>{"mine(ask 1)"}));
}

TEST_P(CProcess, EndsAnotherByThePidThatItWasTold) {
  std::vector<string> heard;
  const owned_vm vm = make_vm(GetParam(), [&](const souk_event*, souk_actions* out) {
    (void)spawn(out, hearer(heard, "(here ?)"));
    (void)spawn(out, [](const souk_event* e, souk_actions* to) {
      if (is_start(e)) return add_participant(to, SOUK_SUBSCRIBER, "(kill ?)");
      return souk_event_which(e) == SOUK_EVENT_MESSAGE
                 ? souk_quit_process(to, souk_term_part(souk_term_part(souk_event_topic(e), 1), 0),
                                     read("enough").get())
                 : SOUK_OK;
    });
    return spawn(out, [](const souk_event* e, souk_actions* to) {
      if (!is_start(e)) return SOUK_OK;
      (void)add_participant(to, SOUK_PUBLISHER, "(here ?)");
      const owned_term verb = read("kill");
      const std::array<const souk_term*, 2> all{verb.get(), souk_event_self(e)};
      return souk_send(to, owned_term{souk_list(all.data(), 2)}.get());
    });
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(heard, (std::vector<string>{"+(here ?0)", "-(here ?0) enough"}));
}

/// Publishes, and then does what a handler must not do.
template <class F>
std::vector<string> absence_after(souk_vm_kind kind, F what) {
  std::vector<string> heard;
  const owned_vm vm = make_vm(kind, [&](const souk_event*, souk_actions* out) {
    (void)spawn(out, hearer(heard, "(say ?)"));
    return spawn(out, [&what](const souk_event* e, souk_actions* to) {
      if (is_start(e)) {
        (void)add_participant(to, SOUK_PUBLISHER, "(say ?)");
        (void)add_participant(to, SOUK_SUBSCRIBER, "go");
        return send(to, "go");
      }
      return souk_event_which(e) == SOUK_EVENT_MESSAGE ? what(to) : SOUK_OK;
    });
  });
  EXPECT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  return heard;
}

TEST_P(CProcess, CrashesWithTheMessageOfItsHandler) {
  const auto heard = absence_after(GetParam(), [](souk_actions* out) {
    (void)send(out, "(say unheard)");
    return souk_fail("no more tea");
  });
  EXPECT_EQ(heard, (std::vector<string>{"+(say ?0)", "-(say ?0) #error\"no more tea\""}));
}

TEST_P(CProcess, CrashesWithTheErrorOfACallThatItReturns) {
  const auto heard = absence_after(GetParam(), [](souk_actions* out) {
    return souk_quit_process(out, read("1").get(), nullptr);
  });
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_NE(heard[1].find("#error"), string::npos) << heard[1];
  EXPECT_NE(heard[1].find("integer"), string::npos) << heard[1];
}

TEST_P(CProcess, CrashesByAnExceptionOfAHandlerInCpp) {
  const auto heard = absence_after(
      GetParam(), [](souk_actions*) -> souk_status { throw std::runtime_error{"thrown"}; });
  EXPECT_EQ(heard, (std::vector<string>{"+(say ?0)", "-(say ?0) #error\"thrown\""}));
}

TEST_P(CProcess, CrashesOfAllProcessesAreToldToWhoAsksForThem) {
  std::vector<string> crashes;
  souk_vm_options chosen{};
  chosen.size = sizeof chosen;
  chosen.kind = GetParam();
  chosen.workers = 1;
  chosen.context = &crashes;
  chosen.on_crash = [](void* context, const souk_term* pid, const souk_term*, const char* why) {
    static_cast<std::vector<string>*>(context)->push_back(text_of(pid) + " " + why);
  };
  const auto first = [](const souk_event*, souk_actions*) { return souk_fail("at once"); };
  const owned_vm vm{souk_vm_new(&chosen, behave, new behaviour{first}, forget)};
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(crashes, (std::vector<string>{"#pid[0:0] at once"}));
}

TEST_P(CProcess, HearsWhatIsSentFromOutside) {
  std::vector<string> heard;
  const owned_vm vm = make_vm(GetParam(), hearer(heard, "(say ?)"));
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  ASSERT_EQ(souk_vm_send(vm.get(), read("(say 1)").get()), SOUK_OK);
  bool more = true;
  while (more) ASSERT_EQ(souk_vm_run_round(vm.get(), &more), SOUK_OK);
  EXPECT_EQ(heard, (std::vector<string>{"(say 1)"}));
}

TEST_P(CProcess, ItsStateIsDestroyedWhenItEnds) {
  const auto witness = std::make_shared<int>();
  const owned_vm vm = make_vm(GetParam(), [&](const souk_event*, souk_actions* out) {
    for (int i = 0; i < 100; ++i) {
      (void)spawn(
          out, [witness](const souk_event*, souk_actions* to) { return souk_quit(to, nullptr); });
    }
    return SOUK_OK;
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(witness.use_count(), 1);
}

TEST_P(CProcess, ItsStateIsDestroyedWhenItNeverStarts) {
  const auto witness = std::make_shared<int>();
  const owned_vm vm = make_vm(GetParam(), [&](const souk_event*, souk_actions* out) {
    (void)spawn(out, [witness](const souk_event*, souk_actions*) { return SOUK_OK; });
    EXPECT_EQ(souk_spawn(nullptr, nullptr, behave,
                         new behaviour{[witness](const auto*, auto*) { return SOUK_OK; }}, forget),
              SOUK_ERROR_USAGE);
    return souk_fail("and so it drops its actions");
  });
  ASSERT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  EXPECT_EQ(witness.use_count(), 1);
}

/// Two that answer each other for ever.
behaviour endless(const std::shared_ptr<int>& witness, std::atomic<int>& rounds) {
  return [witness, &rounds](const souk_event* e, souk_actions* out) {
    if (!is_start(e)) return SOUK_OK;
    for (const char* topic : {"ping", "pong"}) {
      const string other = string{topic} == "ping" ? "pong" : "ping";
      (void)spawn(out, [=, &rounds](const souk_event* of, souk_actions* to) {
        (void)witness;
        if (is_start(of)) (void)add_participant(to, SOUK_SUBSCRIBER, topic);
        ++rounds;
        return send(to, other.c_str());
      });
    }
    return SOUK_OK;
  };
}

TEST_P(CProcess, AVmIsShutDownByAnotherThreadWhileItRuns) {
  const auto witness = std::make_shared<int>();
  std::atomic<int> rounds{0};
  owned_vm vm = make_vm(GetParam(), endless(witness, rounds));
  std::thread other{[&] {
    while (rounds < 1000) std::this_thread::yield();
    EXPECT_EQ(souk_vm_shut_down(vm.get(), read("enough").get()), SOUK_OK);
  }};
  EXPECT_EQ(souk_vm_run(vm.get()), SOUK_OK);
  other.join();
  EXPECT_TRUE(souk_vm_is_shut_down(vm.get()));
  vm.reset();
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(CVm, AParallelOneThatIsBusyIsFreed) {
  const auto witness = std::make_shared<int>();
  std::atomic<int> rounds{0};
  owned_vm vm = make_vm(SOUK_PARALLEL, endless(witness, rounds));
  ASSERT_EQ(souk_vm_send(vm.get(), read("begin").get()), SOUK_OK);
  while (rounds < 1000) std::this_thread::yield();
  vm.reset();
  EXPECT_EQ(witness.use_count(), 1);
}

}  // namespace
}  // namespace souk::testing
