#include "bench/child.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "bench/isolated.hpp"

namespace souk::bench {
namespace {

TEST(Child, HandsOverWhatItWrote) {
  const child_end end = run_in_child({}, [](int out) { write_all(out, "figs", 4); });
  EXPECT_EQ(end.told, "figs");
  EXPECT_EQ(end.status, 0);
}

TEST(Child, IsEndedWhenItsTimeIsOver) {
  const child_end end = run_in_child({.seconds = 1}, [](int) {
    for (;;) ::pause();
  });
  EXPECT_EQ(how_it_ended(end), "its time limit");
}

TEST(Child, IsEndedWhateverItIgnores) {
  const child_end end = run_in_child({.seconds = 1}, [](int out) {
    write_all(out, "figs", 4);
    for (const int signal : {SIGALRM, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
    for (;;) ::pause();
  });
  EXPECT_EQ(how_it_ended(end), "its time limit");
  EXPECT_EQ(end.told, "figs");
}

TEST(Child, TellsTheSignalThatEndedIt) {
  const child_end end = run_in_child({.seconds = 60}, [](int) { ::raise(SIGKILL); });
  EXPECT_EQ(how_it_ended(end), "signal 9");
}

TEST(Isolated, ARunThatComesToNoEndIsAnError) {
  workload endless = pingpong;
  endless.run = [](const options&) -> outcome {
    for (;;) ::pause();
  };
  try {
    (void)run_isolated(endless, {}, {.seconds = 1});
    FAIL() << "it ended";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string{error.what()}.find("its time limit"), std::string::npos);
  }
}

TEST(Isolated, TimesEveryRoundTrip) {
  for (const vm_kind kind : {vm_kind::functional, vm_kind::parallel}) {
    const isolated_outcome got =
        run_isolated(round_trips, {.kind = kind, .workers = 1, .size = 10, .count = 1000});
    EXPECT_EQ(got.latencies.total(), 1000U);
    EXPECT_GT(got.latencies.quantile(0.5), 0);
    EXPECT_LE(got.latencies.quantile(0.5), got.latencies.quantile(0.999));
  }
}

TEST(Isolated, AWorkloadThatTimesNoSingleEventsHasNoLatencies) {
  const isolated_outcome got = run_isolated(pingpong, {.kind = vm_kind::functional, .count = 100});
  EXPECT_EQ(got.latencies.total(), 0U);
}

}  // namespace
}  // namespace souk::bench
