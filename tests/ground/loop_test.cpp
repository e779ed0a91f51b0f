// The loop itself: tasks in order, and an end that leaves nothing behind.
#include "ground/loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "ground/alarm.hpp"
#include "ground/signals.hpp"
#include "tests/ground/support.hpp"

namespace souk::ground::test {
namespace {

// P1. A lost wake-up would hang this.
TEST(Loop, RunsTheTasksOfEachPosterInOrder) {
  loop on;
  constexpr int posters = 4;
  constexpr int tasks = 20'000;
  std::vector<std::vector<int>> seen(posters);  // the loop thread's until all are done
  gate done;
  std::atomic<int> left{posters};
  {
    std::vector<std::jthread> threads;
    for (int p = 0; p < posters; ++p) {
      threads.emplace_back([&, p] {
        for (int i = 0; i < tasks; ++i) {
          ASSERT_TRUE(on.post([&seen, p, i] { seen[static_cast<std::size_t>(p)].push_back(i); }));
        }
        on.post([&] {
          // relaxed: only the loop thread touches it.
          if (left.fetch_sub(1, std::memory_order_relaxed) == 1) done.open();
        });
      });
    }
  }
  ASSERT_TRUE(done.wait());
  for (const auto& of_one : seen) {
    ASSERT_EQ(of_one.size(), static_cast<std::size_t>(tasks));
    for (int i = 0; i < tasks; ++i) ASSERT_EQ(of_one[static_cast<std::size_t>(i)], i);
  }
}

// The loop sleeps between these: each one must wake it.
TEST(Loop, WakesForEachTask) {
  loop on;
  for (int i = 0; i < 2000; ++i) {
    gate ran;
    ASSERT_TRUE(on.post([&] { ran.open(); }));
    ASSERT_TRUE(ran.wait());
  }
}

TEST(Loop, AfterStopTasksAreRefused) {
  loop on;
  on.stop();
  on.stop();
  EXPECT_TRUE(on.stopped());
  EXPECT_FALSE(on.post([] { FAIL(); }));
}

TEST(Loop, EveryAcceptedTaskRuns) {
  for (int round = 0; round < 50; ++round) {
    loop on;
    int accepted = 0;
    std::atomic<int> ran{0};
    std::thread poster([&] {
      // relaxed: read after stop() has joined the loop thread.
      while (on.post([&] { ran.fetch_add(1, std::memory_order_relaxed); })) ++accepted;
    });
    on.stop();
    poster.join();
    ASSERT_EQ(ran.load(std::memory_order_relaxed), accepted);
  }
}

TEST(LoopStop, DeliversWhatAReadingPeerHasNotGotYet) {
  const auto sent = pattern(3'000'000);
  std::string got;
  connected c({}, 4096);
  ASSERT_TRUE(c.ours->write(sent));
  std::thread reader([&] { got = c.peer.receive_all(); });
  c.on.stop(patience);
  reader.join();
  EXPECT_EQ(got, sent);
  EXPECT_EQ(c.ours->take_written(), sent.size());
}

TEST(LoopStop, DoesNotWaitForAPeerThatNeverReads) {
  connected c({.flush_deadline = std::chrono::hours(1)}, 4096);
  ASSERT_TRUE(c.ours->write(std::string(30'000'000, 'x')));
  c.on.stop(std::chrono::milliseconds(20));
  EXPECT_TRUE(c.ours->closed());
  EXPECT_TRUE(c.ours->error());
}

TEST(LoopStop, DoesNotWaitForIdlePeers) {
  connected c;
  c.on.stop(std::chrono::hours(1));
  EXPECT_EQ(c.peer.receive(), "");
}

TEST(LoopStop, WhatWasReceivedStaysAndThenTheReasonComes) {
  connected c;
  c.peer.send("kept");
  const auto ready = std::make_shared<gate>();
  c.ours->request_bytes([ready] { ready->open(); });
  ASSERT_TRUE(ready->wait());
  c.on.stop();
  EXPECT_EQ(c.ours->take_bytes(4), "kept");
  EXPECT_EQ(reason_of(*c.ours->end()), io_reason::loop_stopped);
}

TEST(LoopStop, EveryObjectAnswersAfterwards) {
  connected c;
  const auto out = connector::connect(c.on, "127.0.0.1", 1);
  const auto wake = alarm::at(c.on, now_ms() + 1e9);
  auto caught = signals::open(c.on, {SIGUSR1});
  ASSERT_TRUE(caught);
  std::vector<std::shared_ptr<gate>> gates;
  const auto next = [&]() -> ready_fn {
    gates.push_back(std::make_shared<gate>());
    return [g = gates.back()] { g->open(); };
  };
  c.ours->request_bytes(next());
  c.ours->request_line(next());
  c.ours->request_end(next());
  c.ours->request_written(next());
  c.ours->request_closed(next());
  c.server->request_connection(next());
  out->request(next());
  wake->request(next());
  caught.value()->request(next());
  c.on.stop();
  for (const auto& g : gates) EXPECT_EQ(g->opened(), 1);

  EXPECT_EQ(c.ours->error()->reason, io_reason::loop_stopped);
  EXPECT_FALSE(c.ours->write("x"));
  c.ours->shutdown_write();
  c.ours->close();
  c.ours->abort();
  EXPECT_EQ(c.server->error()->reason, io_reason::loop_stopped);
  EXPECT_EQ(c.server->take_connection(), nullptr);
  c.server->close();
  EXPECT_TRUE(out->take().has_value());
  out->close();
  EXPECT_EQ(wake->take(), std::nullopt);
  EXPECT_EQ(wake->error()->reason, io_reason::loop_stopped);
  EXPECT_EQ(caught.value()->take(), std::nullopt);
  EXPECT_EQ(caught.value()->error()->reason, io_reason::loop_stopped);
  caught.value()->close();

  EXPECT_EQ(listener::listen(c.on, "127.0.0.1", 0).error().reason, io_reason::loop_stopped);
  EXPECT_EQ(connector::connect(c.on, "127.0.0.1", 1)->take()->error().reason,
            io_reason::loop_stopped);
  EXPECT_EQ(signals::open(c.on, {SIGUSR1}).error().reason, io_reason::loop_stopped);
  const auto late = std::make_shared<gate>();
  alarm::at(c.on, now_ms() + 1e9)->request([late] { late->open(); });
  EXPECT_EQ(late->opened(), 1);
}

TEST(LoopStop, ObjectsMayOutliveTheLoop) {
  std::shared_ptr<stream> ours;
  std::shared_ptr<listener> server;
  {
    connected c;
    ours = c.ours;
    server = c.server;
  }
  EXPECT_TRUE(ours->closed());
  EXPECT_EQ(server->error()->reason, io_reason::loop_stopped);
}

// Everything at once: made, used and dropped by several threads while the loop stops.
TEST(LoopStop, InTheMiddleOfEverything) {
  for (int round = 0; round < 20; ++round) {
    loop on;
    const auto server = listen_on(on);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        std::vector<std::shared_ptr<stream>> held;
        while (!on.stopped()) {
          const auto out = connector::connect(on, "127.0.0.1", server->local().port);
          auto made = await_result(*out);
          if (!made) continue;
          made.value()->write("hello");
          if (auto accepted = server->take_connection()) {
            accepted->write(std::string(10'000, 'x'));
            accepted->request_bytes([accepted] { (void)accepted->take_bytes(100); });
            held.push_back(std::move(accepted));
          }
          if (held.size() > 5) held.erase(held.begin());
          alarm::at(on, now_ms() + 1)->request([] {});
        }
      });
    }
    gate some;
    on.post([&] { some.open(); });
    ASSERT_TRUE(some.wait());
    on.stop();
  }
}

}  // namespace
}  // namespace souk::ground::test
