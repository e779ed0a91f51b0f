// The TCP driver without credit: talking, listening and connecting. What happens when things go
// wrong: tcp_trouble_test.cpp.
#include <gmock/gmock.h>

#include "tests/ground/tcp_support.hpp"

namespace souk::ground::test {
namespace {

SOUK_ON_EACH_VM(TcpDriver);

using tcp::channel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Talking.

TEST_P(TcpDriver, FiveMegabytesComeBackUnchanged) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()), serve(port, echo)};
  const client c = dial(port);
  const std::string sent = pattern(5 << 20);
  std::thread sender{[&] {
    c.send(sent);
    c.shutdown_write();
  }};
  const std::string got = c.receive_all();
  sender.join();
  EXPECT_TRUE(got == sent);
  m.stop();
  EXPECT_TRUE(m.log.all().empty());
}

TEST_P(TcpDriver, LinesComeWithoutTheirTerminatorsAndTheRestAtTheEnd) {
  const auto port = free_port();
  market m{tcp::driver(lines_of()), serve(port, hearer(m.notes))};
  const client c = dial(port);
  c.send("unix\nmac\rdos\r\n\n\r\r\nrest");
  c.shutdown_write();
  ASSERT_TRUE(m.notes.wait_for("- #f"));
  EXPECT_THAT(m.notes.all(), ElementsAre("+", "#\"unix\"", "#\"mac\"", "#\"dos\"", "#\"\"", "#\"\"",
                                         "#\"\"", "#\"rest\"", "#s(eof)", "- #f"));
}

TEST_P(TcpDriver, AfterThePeersHalfCloseTheWholeAnswerIsStillSent) {
  const auto port = free_port();
  const std::string answer = pattern(3 << 20);
  market m{tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)),
                     subscriber(topic<channel>(them, us, _)).on_absence([=] {
                       return actions{send_message(tcp::segment{us, them, bytes{answer}}), quit()};
                     })};
           })};
  const client c = dial(port);
  c.send("question");
  c.shutdown_write();
  EXPECT_TRUE(c.receive_all() == answer);
}

TEST_P(TcpDriver, AfterOurHalfCloseInputGoesOn) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)).named("out"_sym),
                     hear(m.notes, them, us), subscriber(topic<channel>(us, them, _)),
                     send_message(tcp::text{us, them, "bye"}),
                     send_message(tcp::finish{us, them, {}})};
           })};
  // The session's messages may go before the connection hears of it; so it is asked again.
  const client c = dial(port);
  c.send("x");
  ASSERT_TRUE(m.notes.wait_for("#\"x\""));
  EXPECT_EQ(c.receive_all(), "bye");
  c.send("y");
  EXPECT_TRUE(m.notes.wait_for("#\"y\""));
  c.shutdown_write();
  EXPECT_TRUE(m.notes.wait_for("- #f"));
}

TEST_P(TcpDriver, WhenTheLastWriterLeavesThePeerSeesTheEndAndInputGoesOn) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {
                 publisher(topic<channel>(us, them, _)).named("out"_sym), hear(m.notes, them, us),
                 subscriber("enough"_sym).on_message([] { return delete_endpoint{"out"_sym}; })};
           })};
  const client c = dial(port);
  c.send("x");
  ASSERT_TRUE(m.notes.wait_for("#\"x\""));
  m.send("enough"_sym);
  EXPECT_EQ(c.receive_all(), "");
  c.send("y");
  EXPECT_TRUE(m.notes.wait_for("#\"y\""));
  c.shutdown_write();
  EXPECT_TRUE(m.notes.wait_for("- #f"));
}

TEST_P(TcpDriver, WhatWasSentBeforeTheSessionQuitArrives) {
  const auto port = free_port();
  const std::string answer = pattern(5 << 20);
  market m{tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)),
                     subscriber(topic<channel>(them, us, _)).on_presence([=] {
                       return actions{send_message(tcp::segment{us, them, bytes{answer}}), quit()};
                     })};
           })};
  EXPECT_TRUE(dial(port).receive_all() == answer);
}

// Listening.

TEST_P(TcpDriver, ListensWhileSomebodyIsInterested) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp())};
  EXPECT_FALSE(is_listening(port));
  const auto interest = [=] { return sessions_on(port, echo).named("interest"_sym); };
  for (int i = 0; i < 3; ++i) {
    m.act([=] { return interest(); });
    EXPECT_TRUE(eventually([&] { return is_listening(port); }));
    m.act([] { return delete_endpoint{"interest"_sym}; });
    EXPECT_TRUE(eventually([&] { return !is_listening(port); }));
  }
  m.stop();
  EXPECT_TRUE(m.log.all().empty());
}

// The original's author: "presence being edge-triggered, we'll hang around sadly forever".
TEST_P(TcpDriver, InterestThatComesAndGoesInOneTransitionLeavesNothing) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp())};
  m.act([=] { return actions{sessions_on(port, echo).named("a"_sym), delete_endpoint{"a"_sym}}; });
  m.stop();  // returns: no listener is left
  EXPECT_TRUE(m.log.all().empty());
  EXPECT_FALSE(is_listening(port));
}

// Or it goes while somebody connects, who is turned away.
TEST_P(TcpDriver, InterestThatComesBackAtOnceFindsThePortFree) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()),
           spawn(subscriber(topic<tcp::failure>(_, _, _)).on_message([&](const tcp::failure& f) {
             m.notes.write(f.text);
           }))};
  const auto start = [=] { return sessions_on(port, echo).named("a"_sym); };
  const auto stop = [] { return delete_endpoint{"a"_sym}; };
  m.act([=] { return actions{start(), stop(), start(), stop(), start()}; });
  EXPECT_TRUE(eventually([&] { return answers(port); }));
  for (int i = 0; i < 20; ++i) m.act([=] { return actions{stop(), start()}; });
  EXPECT_TRUE(eventually([&] { return answers(port); }));
  m.stop();
  EXPECT_TRUE(m.notes.all().empty());
  EXPECT_TRUE(m.log.all().empty());
}

TEST_P(TcpDriver, TwoObserversOfAPortShareTheListener) {
  const auto port = free_port();
  journal notes;
  const auto note = [&](const char* name) {
    return [&notes, name](const tcp::socket& them, const tcp::socket& us) -> actions {
      return subscriber(topic<channel>(them, us, _))
          .on_absence([] { return quit(); })
          .on_message([&notes, name] { notes.write(name); });
    };
  };
  market m{tcp::driver(local_tcp())};
  m.act([=] {
    return actions{sessions_on(port, note("a")).named("a"_sym),
                   sessions_on(port, note("b")).named("b"_sym)};
  });
  client one = dial(port);
  one.send("x");
  EXPECT_TRUE(notes.wait_for("a"));
  EXPECT_TRUE(notes.wait_for("b"));
  m.act([] { return delete_endpoint{"a"_sym}; });
  m.act([&] {
    notes.write("gone");
    return actions{};
  });
  EXPECT_TRUE(notes.wait_for("gone"));
  client two = dial(port);
  two.send("x");
  EXPECT_TRUE(notes.wait_for("b", 2)) << "the port is still listened on";
  EXPECT_EQ(notes.all().size(), 4U);
}

TEST_P(TcpDriver, APortInUseIsAFailureMessage) {
  const loop other;
  const auto holder = listen_on(other);
  const std::uint16_t port = holder->local().port;
  market m{tcp::driver(local_tcp()),
           spawn(subscriber(topic<tcp::failure>(tcp::listener{port}, _, _))
                     .on_message([&](const tcp::failure& f) {
                       m.notes.write(f.why.name() + ": " + f.text);
                     }))};
  m.act([=] { return sessions_on(port, echo); });
  ASSERT_TRUE(m.notes.wait_for([](const auto& lines) { return !lines.empty(); }));
  EXPECT_THAT(m.notes.all()[0],
              HasSubstr("address-in-use: listen on 127.0.0.1:" + std::to_string(port)));
  m.stop();
  EXPECT_THAT(m.log.find("address-in-use"), HasSubstr("choose another port"));
}

TEST_P(TcpDriver, APortOfTheSystemIsAFailureMessage) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may take any port";
  market m{tcp::driver(local_tcp()),
           spawn(subscriber(topic<tcp::failure>(_, _, _)).on_message([&](const tcp::failure& f) {
             m.notes.write(f.why.name());
           }))};
  m.act([] { return sessions_on(1, echo); });
  EXPECT_TRUE(m.notes.wait_for("permission-denied"));
}

TEST_P(TcpDriver, WhatIsNoPortIsToldAndNothingElseSuffers) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()), serve(port, echo)};
  for (const term& wrong : {term{70000}, term{0}, term{"http"}}) {
    m.act([=] {
      return observe_publishers(
          make_record("tcp-channel", _, make_record("tcp-listener", wrong), _));
    });
  }
  EXPECT_TRUE(m.log.wait_for([](const auto& lines) { return lines.size() == 3; }));
  EXPECT_THAT(m.log.find("70000"), HasSubstr("expected #s(tcp-listener PORT), 1 to 65535"));
  EXPECT_TRUE(answers(port));
}

// Connecting.

/// Connects, and writes what it hears.
spawn_action caller(journal& notes, const std::string& host, std::uint16_t port,
                    const term& id = "me"_sym) {
  return spawn(
      [&notes, us = tcp::socket{tcp::handle{id}}, them = tcp::socket{tcp::address{host, port}}] {
        return actions{publisher(topic<channel>(us, them, _)).on_presence([=] {
                         return send_message(tcp::text{us, them, "hello"});
                       }),
                       hear(notes, them, us)};
      });
}

TEST_P(TcpDriver, ConnectsAndTalks) {
  const auto port = free_port();
  market server{tcp::driver(local_tcp()), serve(port, echo)};
  ASSERT_TRUE(eventually([&] { return is_listening(port); }));
  market m{tcp::driver(), caller(m.notes, "127.0.0.1", port),
           caller(m.notes, "localhost", port, 2)};
  EXPECT_TRUE(m.notes.wait_for("#\"hello\"", 2));
  m.stop();
  server.stop();
  EXPECT_TRUE(m.log.all().empty());
  EXPECT_TRUE(server.log.all().empty());
}

TEST_P(TcpDriver, WhenOurInterestEndsTheConnectionCloses) {
  const loop on;
  const auto server = listen_on(on);
  market m{tcp::driver(), caller(m.notes, "127.0.0.1", server->local().port)};
  const auto ours = await_connection(*server);
  EXPECT_EQ(await_bytes(*ours, 5), "hello");
  m.stop();
  EXPECT_TRUE(await_end(*ours).clean());
}

TEST_P(TcpDriver, WhoCannotConnectSeesPresenceAndAbsenceWithTheReason) {
  const auto port = free_port();
  market m{tcp::driver(), caller(m.notes, "127.0.0.1", port)};
  EXPECT_TRUE(m.notes.wait_for("- connection-refused"));
  m.stop();
  EXPECT_THAT(m.notes.all(), ElementsAre("+", "- connection-refused"));
}

TEST_P(TcpDriver, AnUnknownHostIsAnAbsenceToo) {
  market m{tcp::driver(), caller(m.notes, "no such host", 80)};
  EXPECT_TRUE(m.notes.wait_for("- host-not-found"));
}

TEST_P(TcpDriver, AMalformedAddressIsLoggedAndNothingElseSuffers) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()), serve(port, echo)};
  m.act([] {
    return publisher(make_record("tcp-channel", tcp::handle{"me"_sym},
                                 make_record("tcp-address", 127, "http"), _));
  });
  ASSERT_TRUE(m.log.wait_for([](const auto& lines) { return !lines.empty(); }));
  EXPECT_THAT(m.log.all()[0], HasSubstr("expected #s(tcp-address \"host\" port)"));
  EXPECT_TRUE(answers(port));
}

TEST_P(TcpDriver, InterestThatEndsWhileConnectingLeavesNothing) {
  const loop on;
  const auto server = listen_on(on);
  market m{tcp::driver()};
  for (int i = 0; i < 20; ++i) {
    m.act([port = server->local().port, i] {
      const auto way = topic<channel>(tcp::handle{i}, tcp::address{"127.0.0.1", port}, _);
      return actions{publisher(way).named(i), delete_endpoint{i}, publisher(way).named(i)};
    });
    m.act([i] { return delete_endpoint{i}; });
  }
  m.stop();
}

TEST_P(TcpDriver, AHandleCanBeUsedAgainAfterItsConnection) {
  const loop on;
  const auto server = listen_on(on);
  market m{tcp::driver()};
  for (int i = 0; i < 3; ++i) {
    m.act([&m, port = server->local().port] { return caller(m.notes, "127.0.0.1", port); });
    const auto ours = await_connection(*server);
    EXPECT_EQ(await_bytes(*ours, 5), "hello");
    ours->close();
    EXPECT_TRUE(m.notes.wait_for("- #f", static_cast<std::size_t>(i) + 1));
  }
}

}  // namespace
}  // namespace souk::ground::test
