// A replay leaves the world alone: what it answered when the run was recorded is in the journal.
#include <gmock/gmock.h>

#include <future>

#include "tests/ground/replay_support.hpp"

namespace souk::ground::test {
namespace {

using ::testing::HasSubstr;

/// Records, and expects the same of a replay. What the clients hold of the world is gone by then.
void expect_the_same(const setting& of) {
  recorded_run run;
  record(of, 2, run);
  onlooker repeated;
  ASSERT_NO_THROW(replay(of, reread(run.log), repeated));
  EXPECT_EQ(difference(run.seen, repeated), "");
}

TEST(GroundReplayWorld, NoPortIsOpened) {
  struct port_watcher final : vm_listener {
    explicit port_watcher(std::uint16_t of) : port{of} {}
    void on_event(pid, const term&, const event&) override { was_taken |= is_listening(port); }

    std::uint16_t port;
    bool was_taken = false;
  };
  const auto port = free_port();
  const setting echo = an_echo(port);
  recorded_run run;
  record(echo, 2, run);
  port_watcher watch{port};
  replay(echo, run.log, watch);
  EXPECT_FALSE(watch.was_taken);
}

TEST(GroundReplayWorld, NoSourceIsAsked) {
  const auto source = std::make_shared<script>();
  const setting two_words{
      .program =
          [=] {
            return souk::boot(subscriber(cons(host_event(source), _)).on_message([](const term& m) {
              return m.tail() == term{"last"} ? actions{quit()} : actions{};
            }));
          },
      .clients =
          [=] {
            source->put("first");
            source->put("last");
          }};
  recorded_run run;
  record(two_words, 2, run);
  const int requests = source->requests();
  onlooker repeated;
  replay(two_words, run.log, repeated);
  EXPECT_EQ(source->requests(), requests);
  EXPECT_EQ(difference(run.seen, repeated), "");
}

// The same host object is the same stand-in, and another is another.
TEST(GroundReplayWorld, AnObjectThatCameInIsKnownAgain) {
  const auto source = std::make_shared<script>();
  const auto same = std::make_shared<bool>(false);
  const setting twins{
      .program =
          [=] {
            return souk::boot(
                subscriber(cons(host_event(source), _)).on_message([=](const term& m) {
                  const term& both = m.tail();
                  *same = both.head() == both.tail().head() && both.head() != both.tail().tail();
                  return quit();
                }));
          },
      .clients =
          [=] {
            const term one = host_object(std::make_shared<int>(1));
            source->put(cons(one, cons(one, host_object(std::make_shared<int>(1)))));
          }};
  recorded_run run;
  record(twins, 1, run);
  *same = false;
  onlooker repeated;
  replay(twins, reread(run.log), repeated);
  EXPECT_TRUE(*same);
}

TEST(GroundReplayWorld, APortThatWasTakenIsTakenAgain) {
  auto other = std::make_shared<loop>();
  const auto holder = listen_on(*other);
  const auto port = holder->local().port;
  const setting refused{.program =
                            [=] {
                              return souk::boot(
                                  tcp::driver(local_tcp()), spawn(listening_on(port, echo_lines)),
                                  subscriber(topic<tcp::failure>(tcp::listener{port}, _, _))
                                      .on_message([](const tcp::failure&) {
                                        return actions{send_message("leave"_sym), quit()};
                                      }));
                            },
                        .clients = [] {}};
  recorded_run run;
  record(refused, 2, run);
  holder->close();
  onlooker repeated;
  ASSERT_NO_THROW(replay(refused, reread(run.log), repeated));
  EXPECT_EQ(difference(run.seen, repeated), "");
}

TEST(GroundReplayWorld, AConnectionOfOursNeedsNoServer) {
  const loop other;
  const auto server = listen_on(other);
  const auto port = server->local().port;
  expect_the_same(
      {.program =
           [=] {
             const tcp::socket us{tcp::handle{"me"_sym}};
             const tcp::socket them{tcp::address{"127.0.0.1", port}};
             return souk::boot(
                 tcp::driver(lines_of()),
                 spawn(actions{publisher(topic<tcp::channel>(us, them, _)),
                               subscriber(topic<tcp::channel>(them, us, _))
                                   .on_absence([] { return quit(); })
                                   .on_message([=](const tcp::segment& s) {
                                     return send_message(tcp::segment{us, them, s.packet});
                                   })}));
           },
       .clients =
           [&] {
             const auto peer = await_connection(*server);
             peer->write("hello\n");
             peer->shutdown_write();
             server->close();
           }});
}

TEST(GroundReplayWorld, AConnectionThatFailedFailsAgain) {
  const auto nobody = free_port();
  expect_the_same(
      {.program =
           [=] {
             const tcp::socket us{tcp::handle{"me"_sym}};
             const tcp::socket them{tcp::address{"127.0.0.1", nobody}};
             return souk::boot(
                 tcp::driver(local_tcp()),
                 subscriber(topic<tcp::channel>(them, us, _)).on_absence([] { return quit(); }));
           },
       .clients = [] {}});
}

// What a socket does not take, it does not take again.
TEST(GroundReplayWorld, APeerThatWasCutOffIsCutOffAgain) {
  const auto port = free_port();
  tcp::options how = local_tcp();
  how.write_limit_bytes = 1000;
  const session flood = [](const tcp::socket& them, const tcp::socket& us) -> actions {
    const auto more = [=] {
      return send_message(tcp::text{us, them, std::string(1'000'000, 'x')});
    };
    return {publisher(topic<tcp::channel>(us, them, _)).on_presence(more).on_absence([] {
      return send_message("leave"_sym);
    })};
  };
  recorded_run run;
  const setting flooded{
      .program = [=] { return souk::boot(tcp::driver(how), spawn(listening_on(port, flood))); },
      .clients = [=] { EXPECT_TRUE(is_over(dial(port))); }};
  record(flooded, 2, run);
  onlooker repeated;
  ASSERT_NO_THROW(replay(flooded, reread(run.log), repeated));
  EXPECT_EQ(difference(run.seen, repeated), "");
  std::ostringstream text;
  run.log.write(text);
  EXPECT_THAT(text.str(), HasSubstr("write-limit"));
}

// The clock goes on, but not for who is repeated.
TEST(GroundReplayWorld, TheTimeIsWhatItWas) {
  const auto seen = std::make_shared<std::vector<double>>();
  const setting looks_at_the_clock{.program =
                                       [=] {
                                         return souk::boot([=] {
                                           seen->push_back(timer::now_msecs());
                                           return actions{quit()};
                                         });
                                       },
                                   .clients = [] {}};
  recorded_run run;
  record(looks_at_the_clock, 1, run);
  onlooker repeated;
  replay(looks_at_the_clock, reread(run.log), repeated);
  ASSERT_EQ(seen->size(), 2U);
  EXPECT_EQ(seen->front(), seen->back());
}

// Continuations too are of their process: whose handler this thread ran last does not matter.
TEST(GroundReplayWorld, AFreshNameIsWhatItWas) {
  const auto names = std::make_shared<std::vector<std::string>>();
  const auto name_one = [=] { names->push_back(fresh_symbol("name").name()); };
  const setting names_things{
      .program =
          [=] {
            return souk::boot([=] {
              name_one();
              return actions{spawn([=] {
                               (void)fresh_symbol("child");
                               return actions{yield([] { (void)fresh_symbol("child"); })};
                             }).then([=](pid) { name_one(); }),
                             yield([=] { name_one(); })};
            });
          },
      .clients = [] {}};
  recorded_run run;
  record(names_things, 2, run);
  const auto recorded = std::exchange(*names, {});
  onlooker repeated;
  replay(names_things, reread(run.log), repeated);
  EXPECT_EQ(recorded.size(), 3U);
  EXPECT_EQ(*names, recorded);
}

// At SIGTERM a process that never rests is stopped; the journal ends there, and so does the replay.
TEST(GroundReplayWorld, ARunThatWasCutShortIsRepeatedAsFar) {
  const signals_elsewhere masked;
  std::promise<void> first;
  const auto tell_once = std::make_shared<std::function<void()>>([&] { first.set_value(); });
  const auto program = [=] {
    return souk::boot(subscriber("tick"_sym).on_message([=] {
      if (*tell_once) std::exchange(*tell_once, {})();
      return send_message("tick"_sym);
    }),
                      send_message("tick"_sym));
  };
  souk::journal log;
  std::thread market{[&] {
    run_ground_vm(program(), {.kind = vm_kind::parallel,
                              .workers = 1,
                              .flush_deadline = std::chrono::milliseconds{0},
                              .record = &log});
  }};
  first.get_future().wait();
  ::kill(::getpid(), SIGTERM);
  market.join();
  std::ostringstream text;
  log.write(text);
  EXPECT_TRUE(text.str().ends_with("\ncut\n"));
  const souk::journal again = reread(log);
  EXPECT_NO_THROW(run_ground_vm(program(), {.replay = &again}));
}

}  // namespace
}  // namespace souk::ground::test
