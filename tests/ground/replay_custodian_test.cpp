// What custodians answer is not up to the program alone, so a replay gets the answers from the
// journal; and what is open in a replay is the replay's own.
#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "tests/ground/replay_support.hpp"

namespace souk::ground::test {
namespace {

/// Asks for as many words as come before `last`, and does `say` with each.
template <class Say>
actions until_last(const std::shared_ptr<script>& source, Say say) {
  return {subscriber(cons(host_event(source), _)).on_message([say](const term& m) -> actions {
    if (m.tail() == term{"last"}) return quit();
    return say(m.tail());
  })};
}

// The clients shut it down, and nobody does in the replay.
TEST(GroundReplayCustodian, WhetherAResourceCouldBeReleasedIsRecorded) {
  const auto source = std::make_shared<script>();
  const auto closed = std::make_shared<std::atomic<int>>(0);
  const auto made = std::make_shared<std::promise<custodian>>();
  const auto is_first = std::make_shared<std::atomic<bool>>(true);
  const setting released_late{
      .program =
          [=] {
            return souk::boot([=] {
              const custodian group = make_custodian();
              const resource mine = group.add_resource([closed] { ++*closed; });
              if (is_first->exchange(false)) made->set_value(group);
              return actions{
                  subscriber("was-open"_sym), subscriber("was-closed"_sym),
                  until_last(source, [=](const term&) {
                    const bool nothing_is_open = group.usage().own_counts.resources == 0;
                    return actions{
                        send_message(mine.release() ? "was-open"_sym : "was-closed"_sym),
                        send_message(nothing_is_open ? "was-closed"_sym : "was-open"_sym)};
                  })};
            });
          },
      .clients =
          [=] {
            made->get_future().get().shut_down("stop"_sym);
            source->put("release");
            source->put("last");
          }};
  recorded_run run;
  record(released_late, 2, run);
  EXPECT_EQ(*closed, 1);
  onlooker repeated;
  ASSERT_NO_THROW(replay(released_late, reread(run.log), repeated));
  EXPECT_EQ(difference(run.seen, repeated), "");
  EXPECT_EQ(*closed, 1) << "released in the replay";
}

// When it is called is not up to the program, so it has no place among the answers to a process.
TEST(GroundReplayCustodian, WhatACloseAsksTheWorldIsNotRecorded) {
  const auto source = std::make_shared<script>();
  const auto closed = std::make_shared<std::atomic<int>>(0);
  const setting asks_when_closing{
      .program =
          [=] {
            return souk::boot([=] {
              return actions{spawn_vm([=] {
                               (void)custodian::current().add_resource([=] {
                                 (void)fresh_symbol("name");
                                 ++*closed;
                               });
                               return actions{at_meta_level(subscriber("end"_sym).on_message(
                                   [](const term&) { return at_meta_level(quit()); }))};
                             }),
                             until_last(source, [](const term&) {
                               (void)fresh_symbol("name");
                               return actions{send_message("end"_sym)};
                             })};
            });
          },
      .clients =
          [=] {
            source->put("end");
            source->put("more");
            source->put("last");
          }};
  recorded_run run;
  record(asks_when_closing, 2, run);
  EXPECT_EQ(*closed, 1);
  onlooker repeated;
  ASSERT_NO_THROW(replay(asks_when_closing, reread(run.log), repeated));
  EXPECT_EQ(difference(run.seen, repeated), "");
  EXPECT_EQ(*closed, 2);
}

// W1: when an object is let go of is not up to the program, so wills come from the journal.
TEST(GroundReplayCustodian, WillsComeWhereTheyCame) {
  for (const std::uint64_t seed : {0, 7}) {
    const auto source = std::make_shared<script>();
    const auto came = std::make_shared<journal>();
    const setting lets_go{
        .program =
            [=] {
              return souk::boot([=] {
                const will_executor wills;
                return actions{
                    wills.driver(), spawn([=] {
                      return actions{subscriber(topic<unreachable>(_, _))
                                         .on_message([=](const unreachable& u) {
                                           came->write(to_string(u.label));
                                           return send_message(list("will-of"_sym, u.label));
                                         }),
                                     subscriber("over"_sym).on_message([] { return quit(); })};
                    }),
                    spawn([=] {
                      return transition(term{},
                                        subscriber(cons(host_event(source), _))
                                            .on_message([=](const term& m, term& kept) -> actions {
                                              if (m.tail() == term{"last"})
                                                return {send_message("over"_sym), quit()};
                                              kept = wills.host(std::make_shared<int>(1), m.tail());
                                              return {};
                                            }));
                    }),
                    spawn(subscriber(list("will-of"_sym, _)))};
              });
            },
        .clients =
            [=] {
              for (const char* word : {"one", "two", "three"}) source->put(word);
              EXPECT_TRUE(came->wait_for("\"one\""));
              EXPECT_TRUE(came->wait_for("\"two\""));
              source->put("last");
            }};
    recorded_run run;
    record(lets_go, 3, run, seed);
    onlooker repeated;
    ASSERT_NO_THROW(replay(lets_go, reread(run.log), repeated));
    EXPECT_EQ(difference(run.seen, repeated), "");
    EXPECT_TRUE(came->wait_for("\"one\"", 2)) << "in the replay, too";
    EXPECT_TRUE(came->wait_for("\"two\"", 2));
  }
}

}  // namespace
}  // namespace souk::ground::test
