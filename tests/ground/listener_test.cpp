// Listeners and connectors: connections come, are refused, run out of descriptors.
#include "ground/listener.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "ground/connector.hpp"
#include "tests/ground/support.hpp"

namespace souk::ground::test {
namespace {

TEST(Listener, PortZeroIsAFreePort) {
  const loop on;
  const auto server = listen_on(on);
  EXPECT_EQ(server->local().host, "127.0.0.1");
  EXPECT_NE(server->local().port, 0);
}

TEST(Listener, AnAddressInUseIsRefusedWithThatReason) {
  const loop on;
  const auto server = listen_on(on);
  const auto second = listener::listen(on, "127.0.0.1", server->local().port);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, io_reason::address_in_use);
  const auto text = second.error().message();
  EXPECT_NE(
      text.find("listen on 127.0.0.1:" + std::to_string(server->local().port) + ": address-in-use"),
      std::string::npos)
      << text;
}

TEST(Listener, AnAddressOfAnotherMachineIsRefused) {
  const loop on;
  const auto made = listener::listen(on, "192.0.2.1", 0);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, io_reason::address_not_available);
}

TEST(Listener, ANameIsLookedUp) {
  const loop on;
  EXPECT_TRUE(listener::listen(on, "localhost", 0));
  const auto made = listener::listen(on, "no such host.invalid", 0);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, io_reason::host_not_found);
}

TEST(Listener, OnEveryAddressSeesIPv4PeersAsSuch) {
  const loop on;
  auto made = listener::listen(on, "", 0);
  ASSERT_TRUE(made) << made.error().message();
  const client peer(made.value()->local().port);
  EXPECT_EQ(await_connection(*made.value())->peer().host, "127.0.0.1");
}

TEST(Listener, ClosedItsPortIsFreeAtOnce) {
  const loop on;
  const auto first = listen_on(on);
  const auto port = first->local().port;
  const client peer(port);
  const auto connection = await_connection(*first);
  first->close();
  EXPECT_EQ(first->error()->reason, io_reason::closed);
  const auto second = listener::listen(on, "127.0.0.1", port);
  EXPECT_TRUE(second) << second.error().message();
  connection->write("still open");
  EXPECT_EQ(peer.receive_exactly(10), "still open");
}

TEST(Listener, ClosedItClosesWhatWasNotTaken) {
  const loop on;
  const auto server = listen_on(on);
  const client peer(server->local().port);
  const auto ready = std::make_shared<gate>();
  server->request_connection([ready] { ready->open(); });
  ASSERT_TRUE(ready->wait());
  server->close();
  EXPECT_EQ(server->take_connection(), nullptr);
  EXPECT_EQ(peer.receive(), "");
}

TEST(Listener, AWaitingRequestIsCalledWhenItCloses) {
  const loop on;
  const auto server = listen_on(on);
  const auto ready = std::make_shared<gate>();
  server->request_connection([ready] { ready->open(); });
  server->close();
  EXPECT_TRUE(ready->wait());
}

// T1. The peers that wait in the backlog get their turn as others are taken.
TEST(Listener, TakesNoMoreThanMayWait) {
  const loop on;
  const auto server = listen_on(on, {.max_waiting = 2});
  std::vector<client> peers;
  for (int i = 0; i < 20; ++i) {
    peers.emplace_back(server->local().port);
    peers.back().send(std::to_string(i) + "\n");
  }
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    auto connection = await_connection(*server);
    seen.insert(await_line(*connection));
  }
  EXPECT_EQ(seen.size(), 20u);
}

TEST(Listener, AResetBeforeItIsTakenIsAStreamThatEnds) {
  const loop on;
  const auto server = listen_on(on);
  client gone(server->local().port);
  gone.send("x");
  gone.reset();
  client here(server->local().port);
  here.send("here\n");
  // The first may have been dropped by the kernel or by us; the second must come.
  for (;;) {
    auto connection = await_connection(*server);
    if (await_line(*connection) == "here") break;
  }
}

// Descriptors run out in a child process, so that nothing else starves.
int run_out_of_descriptors() {
  const auto fail = [](const char* what) {
    std::fprintf(stderr, "descriptor exhaustion: %s\n", what);
    return 1;
  };
  const loop on;
  const auto server = listen_on(on, {.retry_after = std::chrono::milliseconds(20)});
  client first(server->local().port);
  auto first_connection = await_connection(*server);
  // UBSan checks the type of an object that it sees first with the help of a pipe: let it see each
  // kind while there are descriptors.
  {
    auto ours = await_result(*connector::connect(on, "127.0.0.1", server->local().port));
    if (!ours) return fail("rehearsal");
    const auto theirs = await_connection(*server);
    for (const auto& end : {ours.value(), theirs}) {
      end->close();
      await_closed(*end);
    }
  }
  // Both ends are in this process: connect first, then take away the room to accept.
  std::vector<client> waiting;
  const int next = ::dup(0);
  ::close(next);
  const rlimit tight{static_cast<rlim_t>(next) + 8, 4096};
  if (::setrlimit(RLIMIT_NOFILE, &tight) != 0) return fail("setrlimit");
  std::vector<descriptor> fillers;
  client peer(server->local().port);
  auto second_connection = await_connection(*server);
  for (;;) {
    descriptor filler(::dup(0));
    if (!filler) break;
    fillers.push_back(std::move(filler));
  }
  fillers.pop_back();
  waiting.emplace_back(server->local().port);  // in the backlog; nothing left to accept it with
  waiting.back().send("patient\n");

  const auto refused = listener::listen(on, "127.0.0.1", 0);
  if (refused || refused.error().reason != io_reason::no_more_descriptors) return fail("listen");
  const auto out = connector::connect(on, "127.0.0.1", server->local().port);
  const auto result = await_result(*out);
  if (result || result.error().reason != io_reason::no_more_descriptors) return fail("connect");
  // A connection that works already does not mind.
  first.send("still fine\n");
  if (await_line(*first_connection) != "still fine") return fail("a connection broke");
  while (server->refusals() == 0) {
    const auto turn = std::make_shared<gate>();  // a turn of the loop
    const_cast<loop&>(on).post([turn] { turn->open(); });
    if (!turn->wait()) return fail("the loop hangs");
  }
  if (server->last_refusal()->reason != io_reason::no_more_descriptors) return fail("reason");
  if (server->take_connection() != nullptr) return fail("a connection from nowhere");

  // A closed connection gives its descriptor to the one that waits.
  second_connection->close();
  auto third = await_connection(*server);
  if (await_line(*third) != "patient") return fail("the waiting connection was lost");
  // Without one of ours closing, the retry finds the room.
  waiting.clear();
  third->close();
  third.reset();
  fillers.clear();
  const client last(server->local().port);
  last.send("recovered\n");
  if (await_line(*await_connection(*server)) != "recovered") return fail("no recovery");
  return 0;
}

TEST(ListenerDeathTest, WithoutDescriptorsConnectionsWaitAndNothingBreaks) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(std::exit(run_out_of_descriptors()), testing::ExitedWithCode(0), "");
}

TEST(Connector, ConnectsToANumberAndToAName) {
  const loop on;
  const auto server = listen_on(on);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto out = connector::connect(on, host, server->local().port);
    auto made = await_result(*out);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made.value()->peer(), server->local());
    EXPECT_EQ(out->take(), std::nullopt) << "the connection was taken twice";
    auto accepted = await_connection(*server);
    EXPECT_EQ(accepted->peer(), made.value()->local());
    made.value()->write("hello\n");
    EXPECT_EQ(await_line(*accepted), "hello");
    accepted->write("welcome\n");
    EXPECT_EQ(await_line(*made.value()), "welcome");
  }
}

TEST(Connector, APortWithoutAServerRefuses) {
  const loop on;
  const auto server = listen_on(on);
  const auto port = server->local().port;
  server->close();
  const auto out = connector::connect(on, "127.0.0.1", port);
  const auto result = await_result(*out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, io_reason::connection_refused);
  EXPECT_TRUE(out->take()) << "the reason may be asked again";
}

TEST(Connector, AnUnknownNameIsNotFound) {
  const loop on;
  const auto result = await_result(*connector::connect(on, "no such host.invalid", 80));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, io_reason::host_not_found);
}

// A listener whose backlog is full answers no more connects, as a silent host.
TEST(Connector, GivesUpInTime) {
  const loop on;
  const descriptor silent(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  ASSERT_EQ(::bind(silent.get(), reinterpret_cast<sockaddr*>(&at), length), 0);
  ASSERT_EQ(::listen(silent.get(), 0), 0);
  ASSERT_EQ(::getsockname(silent.get(), reinterpret_cast<sockaddr*>(&at), &length), 0);
  const client fills_the_backlog(ntohs(at.sin_port));
  const auto result = await_result(*connector::connect(on, "127.0.0.1", ntohs(at.sin_port),
                                                       {.timeout = std::chrono::milliseconds(50)}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, io_reason::timed_out);

  const auto slow = connector::connect(on, "127.0.0.1", ntohs(at.sin_port));
  const auto told = std::make_shared<gate>();
  slow->request([told] { told->open(); });
  slow->close();
  ASSERT_TRUE(told->wait());
  EXPECT_EQ(slow->take()->error().reason, io_reason::cancelled);
}

TEST(Connector, DroppedUntakenItClosesTheConnection) {
  const loop on;
  const auto server = listen_on(on);
  auto out = connector::connect(on, "127.0.0.1", server->local().port);
  auto accepted = await_connection(*server);
  out.reset();
  EXPECT_EQ(await_rest(*accepted), "");
}

}  // namespace
}  // namespace souk::ground::test
