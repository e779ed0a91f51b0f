// Streams and peers that read slowly or not at all: credit, limits, and the ways to close.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "ground/stream.hpp"
#include "tests/ground/support.hpp"

namespace souk::ground::test {
namespace {

constexpr int small_buffer = 4096;

std::size_t await_written(stream& s) {
  return await([&](ready_fn r) { return s.request_written(std::move(r)); },
               [&] { return s.take_written(); });
}

// S2, S3: whoever writes only what was credited keeps the queue small, and the sums agree.
TEST(StreamOutput, CreditBoundsTheQueueAndCountsEveryByte) {
  constexpr std::size_t window = 100'000;
  connected c({.write_limit = window}, small_buffer);
  const auto sent = pattern(1'500'000);
  std::string got;
  std::thread reader([&] { got = c.peer.receive_exactly(sent.size()); });
  std::size_t at = 0;
  std::size_t written = 0;
  while (written < sent.size()) {
    while (at < sent.size() && at - written < window) {
      const auto size = std::min({std::size_t{7000}, window - (at - written), sent.size() - at});
      ASSERT_TRUE(c.ours->write(sent.substr(at, size)));
      at += size;
    }
    ASSERT_LE(c.ours->unwritten_bytes(), window);
    written += await_written(*c.ours);
    ASSERT_LE(written, at);
  }
  reader.join();
  EXPECT_EQ(got, sent);
  EXPECT_EQ(written, sent.size());
  EXPECT_EQ(c.ours->unwritten_bytes(), 0u);
  EXPECT_EQ(c.ours->take_written(), 0u);
}

TEST(StreamOutput, APeerThatDoesNotReadHitsTheWriteLimit) {
  constexpr std::size_t limit = 1'000'000;
  connected c({.write_limit = limit}, small_buffer);
  const std::string chunk(10'000, 'x');
  std::size_t accepted = 0;
  while (c.ours->write(chunk)) {
    accepted += chunk.size();
    ASSERT_LE(c.ours->unwritten_bytes(), limit);
    ASSERT_LT(accepted, 200'000'000u) << "no limit was in force";
  }
  EXPECT_EQ(c.ours->error()->reason, io_reason::write_limit);
  EXPECT_EQ(reason_of(await_end(*c.ours)), io_reason::write_limit);
  EXPECT_EQ(c.ours->unwritten_bytes(), 0u);
  EXPECT_FALSE(c.ours->write("more"));
  await_closed(*c.ours);
  // The peer is told by a reset: it must not take what it got for all.
  EXPECT_THROW((void)c.peer.receive_all(), std::system_error);
}

TEST(StreamOutput, OneWriteAboveTheLimitIsRefused) {
  connected c({.write_limit = 10});
  EXPECT_TRUE(c.ours->write("0123456789"));
  await([&](ready_fn r) { return c.ours->request_written(std::move(r)); },
        [&] { return c.ours->unwritten_bytes() == 0; });
  EXPECT_FALSE(c.ours->write("0123456789+"));
  EXPECT_EQ(c.ours->error()->reason, io_reason::write_limit);
}

TEST(StreamOutput, CloseSendsWhatWasWritten) {
  connected c({}, small_buffer);
  const auto sent = pattern(3'000'000);
  for (std::size_t at = 0; at < sent.size(); at += 100'000) {
    ASSERT_TRUE(c.ours->write(sent.substr(at, 100'000)));
  }
  c.ours->close();
  EXPECT_FALSE(c.ours->write("too late"));
  EXPECT_EQ(reason_of(await_end(*c.ours)), io_reason::closed);
  EXPECT_EQ(c.peer.receive_all(), sent);
  await_closed(*c.ours);
  EXPECT_EQ(c.ours->error(), std::nullopt) << "our own close is no error";
}

TEST(StreamOutput, DroppingTheStreamSendsWhatWasWritten) {
  connected c({}, small_buffer);
  const auto sent = pattern(3'000'000);
  ASSERT_TRUE(c.ours->write(sent));
  c.ours.reset();
  EXPECT_EQ(c.peer.receive_all(), sent);
}

// Received bytes that nobody took make the kernel answer a close by a reset, which could overtake
// what the peer has not got yet.
TEST(StreamOutput, CloseSendsWhatWasWrittenAlsoWhenThePeerKeepsSending) {
  connected c({.high_water = 1000, .low_water = 100}, small_buffer);
  c.peer.send(pattern(100'000));
  EXPECT_EQ(await_bytes(*c.ours, 1).size(), 1u);
  const auto sent = pattern(3'000'000, 7);
  ASSERT_TRUE(c.ours->write(sent));
  c.ours->close();
  std::string got;
  while (got.size() < sent.size()) {
    got += c.peer.receive();
    c.peer.send("and more");
  }
  EXPECT_EQ(got, sent);
}

TEST(StreamOutput, ClosingDoesNotWaitForAPeerThatNeverReads) {
  connected c({.flush_deadline = std::chrono::milliseconds(50)}, small_buffer);
  ASSERT_TRUE(c.ours->write(std::string(30'000'000, 'x')));
  c.ours->close();
  await_closed(*c.ours);
  EXPECT_EQ(c.ours->error()->reason, io_reason::timed_out);
  EXPECT_EQ(c.ours->unwritten_bytes(), 0u);
  EXPECT_THROW((void)c.peer.receive_all(), std::system_error);
}

TEST(StreamOutput, AnIdlePeerDoesNotDelayClose) {
  connected c({.flush_deadline = std::chrono::hours(1)});
  c.ours->close();
  await_closed(*c.ours);
  EXPECT_EQ(c.peer.receive(), "");
}

TEST(StreamOutput, AbortResetsThePeer) {
  connected c({}, small_buffer);
  ASSERT_TRUE(c.ours->write(std::string(30'000'000, 'x')));
  c.ours->abort();
  EXPECT_EQ(reason_of(await_end(*c.ours)), io_reason::closed);
  await_closed(*c.ours);
  EXPECT_THROW((void)c.peer.receive_all(), std::system_error);
}

TEST(StreamOutput, AWaitingWriterIsToldOfTheReset) {
  connected c({}, small_buffer);
  ASSERT_TRUE(c.ours->write(std::string(30'000'000, 'x')));
  c.peer.reset();
  while (!c.ours->error()) {
    const auto ready = std::make_shared<gate>();
    c.ours->request_written([ready] { ready->open(); });
    ASSERT_TRUE(ready->wait());
    (void)c.ours->take_written();
  }
  EXPECT_EQ(c.ours->error()->reason, io_reason::connection_reset);
  EXPECT_EQ(c.ours->unwritten_bytes(), 0u);
  await_closed(*c.ours);
}

TEST(StreamOutput, ManySmallWritesArriveInOrder) {
  connected c;
  std::string sent;
  for (int i = 0; i < 100'000; ++i) {
    const auto number = std::to_string(i) + "\n";
    sent += number;
    ASSERT_TRUE(c.ours->write(number));
  }
  c.ours->shutdown_write();
  EXPECT_EQ(c.peer.receive_all(), sent);
}

}  // namespace
}  // namespace souk::ground::test
