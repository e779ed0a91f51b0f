// Alarms: due in order, never early, cheap in numbers.
#include "ground/alarm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/ground/support.hpp"

namespace souk::ground::test {
namespace {

double await_alarm(alarm& a) {
  return *await([&](ready_fn r) { return a.request(std::move(r)); }, [&] { return a.take(); });
}

TEST(Alarm, IsNeverEarly) {
  const loop on;
  for (int i = 0; i < 50; ++i) {
    const double deadline = now_ms() + i * 0.1;
    EXPECT_GE(await_alarm(*alarm::at(on, deadline)), deadline);
  }
}

TEST(Alarm, OfThePastIsDueAtOnceAndStaysDue) {
  const loop on;
  for (const double deadline : {0.0, -1e300, -std::numeric_limits<double>::infinity()}) {
    const auto past = alarm::at(on, deadline);
    gate ready;
    EXPECT_EQ(past->request([&] { ready.open(); }), request_id::none);
    EXPECT_EQ(ready.opened(), 1);
    EXPECT_TRUE(past->take());
    EXPECT_TRUE(past->take());
  }
}

TEST(Alarm, CancelledIsNotCalled) {
  const loop on;
  const auto soon = alarm::at(on, now_ms() + 20);
  const auto cancelled = std::make_shared<gate>();
  soon->cancel(soon->request([cancelled] { cancelled->open(); }));
  EXPECT_GE(await_alarm(*alarm::at(on, soon->deadline_ms() + 5)), soon->deadline_ms());
  EXPECT_EQ(cancelled->opened(), 0);
}

TEST(Alarm, AtNoTimeEverWaitsForTheEndOfTheLoop) {
  loop on;
  const auto ended = std::make_shared<gate>();
  for (const double never :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN(), 1e300}) {
    const auto a = alarm::at(on, never);
    EXPECT_NE(a->request([ended] { ended->open(); }), request_id::none);
    const auto id = a->request([] { ADD_FAILURE() << "a cancelled request was called"; });
    a->cancel(id);
    EXPECT_EQ(a->take(), std::nullopt);
  }
  EXPECT_GT(await_alarm(*alarm::at(on, now_ms() + 1)), 0);
  EXPECT_EQ(ended->opened(), 0);
  on.stop();
  EXPECT_EQ(ended->opened(), 3);
}

TEST(Alarm, TheEarliestWakesThoughALaterOneWaits) {
  const loop on;
  const auto late = alarm::at(on, now_ms() + 1e9);
  late->request([] {});
  EXPECT_TRUE(await_alarm(*alarm::at(on, now_ms() + 2)));
}

// What 100,000 alarms saw, all made before the first was due; empty if `margin_ms` was too short.
struct sighting {
  double deadline;
  double time;
};
std::vector<sighting> run_many(std::mt19937& random, double margin_ms) {
  constexpr std::size_t count = 100'000;
  std::mutex mutex;  // guards seen; late alarms are called by this thread
  std::vector<sighting> seen;
  seen.reserve(count);
  gate done;
  const loop on;
  const double made_from = now_ms();
  const double start = made_from + margin_ms;
  for (std::size_t i = 0; i < count; ++i) {
    const double deadline = start + static_cast<double>(random() % 300'000) / 1000;
    alarm::at(on, deadline)->request([&, deadline] {
      const std::lock_guard lock(mutex);
      seen.push_back({deadline, now_ms()});
      if (seen.size() == count) done.open();
    });
  }
  const double made_to = now_ms();
  testing::Test::RecordProperty("ns_per_alarm",
                                static_cast<int>((made_to - made_from) * 1e6 / count));
  EXPECT_TRUE(done.wait());
  if (made_to >= start) return {};
  return seen;
}

TEST(Alarm, HundredThousandComeInTheOrderOfTheirDeadlines) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<sighting> seen;
  for (double margin_ms = 500; seen.empty(); margin_ms *= 2) seen = run_many(random, margin_ms);
  for (const auto& s : seen) ASSERT_GE(s.time, s.deadline);
  ASSERT_TRUE(std::is_sorted(seen.begin(), seen.end(),
                             [](const auto& a, const auto& b) { return a.deadline < b.deadline; }));
}

}  // namespace
}  // namespace souk::ground::test
