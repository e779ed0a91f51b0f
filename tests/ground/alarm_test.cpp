// Alarms: due in order, never early, cheap in numbers.
#include "ground/alarm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <utility>
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

TEST(Alarm, HundredThousandComeInTheOrderOfTheirDeadlines) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr std::size_t count = 100'000;
  const double start = now_ms() + 500;
  std::vector<double> deadlines(count);
  for (double& d : deadlines) d = start + static_cast<double>(random() % 300'000) / 1000;

  loop on;
  std::vector<std::pair<double, double>> seen;  // deadline, time; the loop thread's until done
  seen.reserve(count);
  gate done;
  const double made_from = now_ms();
  for (const double d : deadlines) {
    alarm::at(on, d)->request([&seen, &done, d] {
      seen.emplace_back(d, now_ms());
      if (seen.size() == count) done.open();
    });
  }
  const double made_to = now_ms();
  RecordProperty("ns_per_alarm", static_cast<int>((made_to - made_from) * 1e6 / count));
  ASSERT_TRUE(done.wait());
  for (const auto& [deadline, time] : seen) ASSERT_GE(time, deadline);
  // Those made after `start` had passed (a slow machine) were called at once, by this thread.
  if (made_to < start) {
    ASSERT_TRUE(std::is_sorted(seen.begin(), seen.end(),
                               [](const auto& a, const auto& b) { return a.first < b.first; }));
  }
}

}  // namespace
}  // namespace souk::ground::test
