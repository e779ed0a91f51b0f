// Streams against plain sockets: bytes, lines, ends.
#include "ground/stream.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/ground/support.hpp"

namespace souk::ground::test {
namespace {

class StreamEcho : public testing::TestWithParam<std::size_t> {};

TEST_P(StreamEcho, GivesBackEveryByte) {
  connected c;
  const auto sent = pattern(GetParam());
  std::string got;
  std::thread reader([&] { got = c.peer.receive_all(); });
  std::thread sender([&] {
    c.peer.send(sent);
    c.peer.shutdown_write();
  });
  while (!c.ours->end()) {
    const auto ready = std::make_shared<gate>();
    c.ours->request_bytes([ready] { ready->open(); });
    ASSERT_TRUE(ready->wait());
    if (auto some = c.ours->take_bytes(10'000)) {
      ASSERT_TRUE(c.ours->write(std::move(*some)));
    }
  }
  EXPECT_TRUE(c.ours->end()->clean());
  c.ours->shutdown_write();
  sender.join();
  reader.join();
  EXPECT_EQ(got, sent);
  EXPECT_EQ(c.ours->take_written(), sent.size());
}

INSTANTIATE_TEST_SUITE_P(Sizes, StreamEcho,
                         testing::Values(0, 1, 2, 1000, 4096, 65535, 65536, 65537, 1 << 20,
                                         5'000'000));

TEST(Stream, KnowsBothEnds) {
  connected c;
  sockaddr_in raw{};
  socklen_t length = sizeof raw;
  ASSERT_EQ(::getsockname(c.peer.fd(), reinterpret_cast<sockaddr*>(&raw), &length), 0);
  EXPECT_EQ(c.ours->local(), c.server->local());
  EXPECT_EQ(c.ours->peer(), (address{"127.0.0.1", ntohs(raw.sin_port)}));
}

// The order of S1.
TEST(Stream, EofComesAfterTheLastByte) {
  connected c;
  c.peer.send("last");
  c.peer.close();
  EXPECT_EQ(await_bytes(*c.ours, 3), "las");
  EXPECT_FALSE(c.ours->end());
  EXPECT_EQ(await_bytes(*c.ours, 1), "t");
  EXPECT_TRUE(await_end(*c.ours).clean());
  EXPECT_TRUE(c.ours->end()) << "asking for the end removed it";
}

TEST(Stream, AWaitingEndIsCalledByTheTakeOfTheLastByte) {
  connected c;
  c.peer.send("x");
  c.peer.close();
  const auto ended = std::make_shared<gate>();
  c.ours->request_end([ended] { ended->open(); });
  EXPECT_EQ(await_bytes(*c.ours, 1), "x");
  EXPECT_TRUE(ended->wait());
}

TEST(Stream, LinesOfAllTerminatorsComeWithoutThem) {
  connected c;
  c.peer.send("one\ntwo\r\nthree\r\n\nrest");
  c.peer.shutdown_write();
  EXPECT_EQ(await_line(*c.ours), "one");
  EXPECT_EQ(await_line(*c.ours), "two");
  EXPECT_EQ(await_line(*c.ours), "three");
  EXPECT_EQ(await_line(*c.ours), "");
  EXPECT_EQ(await_line(*c.ours), "rest");
  EXPECT_TRUE(await_end(*c.ours).clean());
}

// A line is read past the high-water mark, for as long as somebody waits for it.
TEST(Stream, ALineMayBeLongerThanTheHighWaterMark) {
  connected c;
  const std::string line(1 << 20, 'l');
  std::thread sender([&] { c.peer.send(line + "\nnext\n"); });
  EXPECT_EQ(await_line(*c.ours), line);
  EXPECT_EQ(await_line(*c.ours), "next");
  sender.join();
}

TEST(Stream, ALineLongerThanAllowedEndsTheStream) {
  connected c({.high_water = 1000, .low_water = 100, .max_line = 2000});
  c.peer.send("fine\n" + std::string(2001, 'x'));
  EXPECT_EQ(await_line(*c.ours), "fine");
  const auto ready = std::make_shared<gate>();
  c.ours->request_line([ready] { ready->open(); });
  ASSERT_TRUE(ready->wait());
  EXPECT_EQ(c.ours->take_line(), std::nullopt);
  EXPECT_EQ(reason_of(await_end(*c.ours)), io_reason::line_too_long);
  EXPECT_EQ(c.peer.receive(), "") << "the connection stayed open";
  await_closed(*c.ours);
}

TEST(Stream, BytesNeedNoLineLimit) {
  connected c({.max_line = 10});
  const auto sent = pattern(100'000);
  std::thread sender([&] { c.peer.send(sent); });
  EXPECT_EQ(await_bytes(*c.ours, sent.size()), sent);
  sender.join();
}

TEST(Stream, ThePeersHalfCloseLeavesOurOutputOpen) {
  connected c;
  c.peer.send("question");
  c.peer.shutdown_write();
  EXPECT_EQ(await_rest(*c.ours), "question");
  EXPECT_TRUE(c.ours->write("answer"));
  EXPECT_EQ(c.peer.receive_exactly(6), "answer");
  EXPECT_FALSE(c.ours->closed());
  c.ours->shutdown_write();
  EXPECT_EQ(c.peer.receive(), "");
  await_closed(*c.ours);  // both directions are done
}

TEST(Stream, OurHalfCloseLeavesOurInputOpen) {
  connected c;
  EXPECT_TRUE(c.ours->write("done"));
  c.ours->shutdown_write();
  EXPECT_FALSE(c.ours->write("too late"));
  EXPECT_EQ(c.peer.receive_all(), "done");
  c.peer.send("still here");
  c.peer.close();
  EXPECT_EQ(await_rest(*c.ours), "still here");
  EXPECT_TRUE(c.ours->end()->clean());
  await_closed(*c.ours);
}

TEST(Stream, AResetIsAnErrorAfterTheBytes) {
  connected c;
  c.peer.send("bye");
  EXPECT_EQ(await_bytes(*c.ours, 1), "b");
  c.peer.reset();
  EXPECT_EQ(await_rest(*c.ours), "ye");
  EXPECT_EQ(reason_of(*c.ours->end()), io_reason::connection_reset);
  EXPECT_EQ(c.ours->error()->reason, io_reason::connection_reset);
  EXPECT_FALSE(c.ours->write("nobody there"));
  await_closed(*c.ours);
}

// S4. SIGPIPE has its default action in this test, which ends the process.
TEST(Stream, WritingToAPeerThatIsGoneRaisesNoSignal) {
  struct sigaction before {};
  struct sigaction fatal {};
  fatal.sa_handler = SIG_DFL;
  ASSERT_EQ(::sigaction(SIGPIPE, &fatal, &before), 0);
  connected c;
  c.peer.close();
  EXPECT_TRUE(await_end(*c.ours).clean());
  // The first write is answered by a reset, one after that by EPIPE.
  while (c.ours->write("anybody?")) {
    const auto ready = std::make_shared<gate>();
    c.ours->request_written([ready] { ready->open(); });
    ASSERT_TRUE(ready->wait());
    (void)c.ours->take_written();
  }
  EXPECT_EQ(c.ours->error()->reason, io_reason::connection_reset);
  await_closed(*c.ours);
  ::sigaction(SIGPIPE, &before, nullptr);
}

TEST(Stream, WhatThePeerSentBeforeItWentIsReadAfterAFailedWrite) {
  connected c({.high_water = 1000, .low_water = 100});
  const auto sent = pattern(30'000);
  c.peer.send(sent);
  EXPECT_EQ(await_bytes(*c.ours, 1), sent.substr(0, 1));
  c.peer.close();
  // Input is far above the high-water mark, so nothing but the writes finds out.
  while (c.ours->write("x")) {
    const auto ready = std::make_shared<gate>();
    c.ours->request_written([ready] { ready->open(); });
    ASSERT_TRUE(ready->wait());
    (void)c.ours->take_written();
  }
  EXPECT_EQ(c.ours->error()->reason, io_reason::connection_reset);
  EXPECT_EQ(await_rest(*c.ours), sent.substr(1));
  EXPECT_EQ(reason_of(*c.ours->end()), io_reason::connection_reset);
}

TEST(Stream, UnreadInputIsBounded) {
  constexpr std::size_t high = 10'000;
  connected c({.high_water = high, .low_water = 1000});
  const auto sent = pattern(20'000'000);
  std::thread sender([&] {
    c.peer.send(sent);
    c.peer.close();
  });
  std::string got;
  while (got.size() < sent.size()) {
    got += await_bytes(*c.ours, 1);
    ASSERT_LE(c.ours->unread_bytes(), high + 64 * 1024);
    if (auto more = c.ours->take_bytes(5000)) got += *more;
  }
  sender.join();
  EXPECT_EQ(got, sent);
  EXPECT_TRUE(await_end(*c.ours).clean());
}

// Each write wakes the loop; none of them may make it read on.
TEST(Stream, WritesDoNotMakeAFullInputGrow) {
  constexpr std::size_t high = 1000;
  connected c({.high_water = high, .low_water = 100});
  const auto sent = pattern(8'000'000);
  std::thread sender([&] {
    c.peer.send(sent);
    c.peer.shutdown_write();
  });
  EXPECT_EQ(await_bytes(*c.ours, 1), sent.substr(0, 1));
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(c.ours->write("x"));
    await([&](ready_fn r) { return c.ours->request_written(std::move(r)); },
          [&] { return c.ours->take_written(); });
    ASSERT_LE(c.ours->unread_bytes(), high + 64 * 1024);
  }
  EXPECT_EQ(await_rest(*c.ours), sent.substr(1));
  sender.join();
}

TEST(Stream, CancelledRequestsAreNotCalled) {
  connected c;
  const auto cancelled = std::make_shared<gate>();
  const auto id = c.ours->request_bytes([cancelled] { cancelled->open(); });
  EXPECT_NE(id, request_id::none);
  c.ours->cancel(id);
  c.peer.send("x");
  EXPECT_EQ(await_bytes(*c.ours, 1), "x");
  EXPECT_EQ(cancelled->opened(), 0);
}

TEST(Stream, ARequestOfWhatIsThereIsCalledAtOnceAndHasNoId) {
  connected c;
  c.peer.send("xy");
  EXPECT_EQ(await_bytes(*c.ours, 1), "x");
  while (c.ours->unread_bytes() == 0) EXPECT_EQ(await_bytes(*c.ours, 1), "y");
  gate here;
  EXPECT_EQ(c.ours->request_bytes([&] { here.open(); }), request_id::none);
  EXPECT_EQ(here.opened(), 1);
}

// R1, R2: whatever the interleaving of requests, cancels and takes, each byte is taken once, in
// order, and no wake-up is lost.
TEST(Stream, RandomRequestsCancelsAndTakesLoseNothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  connected c({.high_water = 3000, .low_water = 500});
  const auto sent = pattern(300'000);
  std::thread sender([&, peer_random = std::mt19937(seed + 1)]() mutable {
    for (std::size_t at = 0; at < sent.size();) {
      const auto size = std::min<std::size_t>(peer_random() % 2000 + 1, sent.size() - at);
      c.peer.send(std::string_view(sent).substr(at, size));
      at += size;
    }
    c.peer.close();
  });
  std::string got;
  struct open_request {
    request_id id;
    std::shared_ptr<gate> ready;
  };
  std::vector<open_request> open;
  std::vector<open_request> answered_at_once;
  while (!c.ours->end()) {
    const auto action = random() % 10;
    if (action < 4) {
      const auto ready = std::make_shared<gate>();
      const auto id = c.ours->request_bytes([ready] { ready->open(); });
      (id == request_id::none ? answered_at_once : open).push_back({id, ready});
    } else if (action < 6 && !open.empty()) {
      const auto which = random() % open.size();
      c.ours->cancel(open[which].id);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
    } else if (action < 8) {
      if (auto some = c.ours->take_bytes(random() % 1000 + 1)) got += *some;
    } else {
      const auto ready = std::make_shared<gate>();
      c.ours->request_bytes([ready] { ready->open(); });
      ASSERT_TRUE(ready->wait());
    }
  }
  sender.join();
  EXPECT_EQ(got, sent);
  for (const auto& r : answered_at_once) EXPECT_EQ(r.ready->opened(), 1);
  for (const auto& r : open) {
    EXPECT_TRUE(r.ready->wait()) << "a request was never answered";
    EXPECT_EQ(r.ready->opened(), 1);
  }
}

TEST(Stream, AReadyFunctionMayUseTheStream) {
  connected c;
  const auto done = std::make_shared<gate>();
  std::string got;
  std::function<void()> on_bytes = [&] {
    while (auto some = c.ours->take_bytes(100)) got += *some;
    if (c.ours->end()) return done->open();
    c.ours->request_bytes(on_bytes);
  };
  c.ours->request_bytes(on_bytes);
  const auto sent = pattern(200'000);
  c.peer.send(sent);
  c.peer.close();
  ASSERT_TRUE(done->wait());
  EXPECT_EQ(got, sent);
}

TEST(Stream, AnEmptyWriteIsNothing) {
  connected c;
  EXPECT_TRUE(c.ours->write(""));
  EXPECT_TRUE(c.ours->write("x"));
  EXPECT_EQ(c.peer.receive_exactly(1), "x");
}

}  // namespace
}  // namespace souk::ground::test
