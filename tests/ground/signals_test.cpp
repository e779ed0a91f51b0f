// Signals as values, and the dispositions before and after.
#include "ground/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "tests/ground/support.hpp"

namespace souk::ground::test {
namespace {

int await_signal(signals& s) {
  return *await([&](ready_fn r) { return s.request(std::move(r)); }, [&] { return s.take(); });
}

void (*handler_of(int number))(int) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now.sa_handler;
}

void mine(int) {}

TEST(Signals, ArriveAsTheirNumbersInOrder) {
  const loop on;
  auto caught = signals::open(on, {SIGINT, SIGTERM});
  ASSERT_TRUE(caught) << caught.error().message();
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(await_signal(*caught.value()), SIGTERM);
  ::kill(::getpid(), SIGINT);
  EXPECT_EQ(await_signal(*caught.value()), SIGINT);
  EXPECT_EQ(caught.value()->take(), std::nullopt);
}

TEST(Signals, ArriveThoughEveryOtherThreadBlocksThem) {
  sigset_t one;
  sigset_t before;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &one, &before), 0);
  {
    const loop on;
    auto caught = signals::open(on, {SIGUSR1});
    ASSERT_TRUE(caught);
    ::kill(::getpid(), SIGUSR1);
    EXPECT_EQ(await_signal(*caught.value()), SIGUSR1);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Signals, ClosedTheyLeaveThePreviousDisposition) {
  struct sigaction before {};
  struct sigaction own {};
  own.sa_handler = &mine;
  ASSERT_EQ(::sigaction(SIGUSR2, &own, &before), 0);
  const loop on;
  for (int i = 0; i < 3; ++i) {
    auto caught = signals::open(on, {SIGUSR2});
    ASSERT_TRUE(caught) << caught.error().message();
    EXPECT_NE(handler_of(SIGUSR2), &mine);
    caught.value()->close();
    EXPECT_EQ(handler_of(SIGUSR2), &mine);
    EXPECT_EQ(caught.value()->error()->reason, io_reason::closed);
  }
  ::sigaction(SIGUSR2, &before, nullptr);
}

TEST(Signals, OthersAreNotTouched) {
  const auto interrupt = handler_of(SIGINT);
  const auto broken_pipe = handler_of(SIGPIPE);
  const loop on;
  auto caught = signals::open(on, {SIGUSR1});
  ASSERT_TRUE(caught);
  EXPECT_EQ(handler_of(SIGINT), interrupt);
  EXPECT_EQ(handler_of(SIGPIPE), broken_pipe);
}

TEST(Signals, OneThatCannotBeCaughtIsAnErrorAndTheRestIsUndone) {
  const loop on;
  const auto before = handler_of(SIGUSR1);
  const auto refused = signals::open(on, {SIGUSR1, SIGKILL});
  ASSERT_FALSE(refused);
  EXPECT_EQ(handler_of(SIGUSR1), before);
  EXPECT_TRUE(signals::open(on, {SIGUSR1}));
}

TEST(Signals, ASecondObjectForOneSignalIsRefused) {
  const loop on;
  auto first = signals::open(on, {SIGUSR1});
  ASSERT_TRUE(first);
  EXPECT_FALSE(signals::open(on, {SIGUSR1}));
  first.value()->close();
  EXPECT_TRUE(signals::open(on, {SIGUSR1}));
}

TEST(Signals, TheLoopsEndRestoresThemToo) {
  const auto before = handler_of(SIGUSR1);
  loop on;
  auto caught = signals::open(on, {SIGUSR1});
  ASSERT_TRUE(caught);
  on.stop();
  EXPECT_EQ(handler_of(SIGUSR1), before);
}

}  // namespace
}  // namespace souk::ground::test
