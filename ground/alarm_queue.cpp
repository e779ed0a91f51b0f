#include "ground/alarm_queue.hpp"

#include <sys/timerfd.h>

#include <cassert>
#include <cerrno>
#include <cmath>
#include <system_error>
#include <vector>

#include "ground/alarm.hpp"

namespace souk::ground {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// When the kernel should wake us: not before `deadline_ms`, at most a microsecond after.
timespec timer_time(double deadline_ms) noexcept {
  constexpr double far_seconds = 9e9;  // the year 2255; whoever waits longer is set again then
  const double seconds = std::floor(deadline_ms / 1e3);
  if (!(seconds < far_seconds)) return {static_cast<time_t>(far_seconds), 0};
  const double rest_ms = deadline_ms - seconds * 1e3;
  auto time = timespec{static_cast<time_t>(seconds), static_cast<long>(std::ceil(rest_ms * 1e6))};
  if (time.tv_nsec >= 1'000'000'000) time = {time.tv_sec + 1, 0};
  return time;
}

}  // namespace

void alarm_queue::open(uv_loop_t* loop) {
  timer_ = descriptor(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer_) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  int status = 0;
  poll_ = make_handle<uv_poll_t>(status, this,
                                 [&](uv_poll_t* p) { return uv_poll_init(loop, p, timer_.get()); });
  if (!poll_) throw std::system_error(-status, std::generic_category(), "uv_poll_init");
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t* p, int, int) { static_cast<alarm_queue*>(p->data)->fire(); });
}

void alarm_queue::close() {
  poll_.reset();
  std::map<key, std::function<void()>> rest;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    timer_.reset();
    rest.swap(waiting_);
  }
  for (const auto& [where, ready] : rest) ready();
}

alarm_queue::key alarm_queue::add(double deadline_ms, std::function<void()> ready) {
  assert(!std::isnan(deadline_ms));
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && now_ms() < deadline_ms) {
      const key where{deadline_ms, ++last_id_};
      waiting_.emplace(where, std::move(ready));
      if (deadline_ms < set_to_) set_timer();
      return where;
    }
  }
  ready();
  return {deadline_ms, 0};
}

void alarm_queue::remove(key where) {
  std::function<void()> dropped;  // destroyed without the lock: it may own anything
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(where);
  if (found == waiting_.end()) return;
  dropped = std::move(found->second);
  waiting_.erase(found);
}

bool alarm_queue::stopped() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void alarm_queue::fire() {
  std::vector<ready_fn> due;
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    // Only to make it unreadable again; it may be already, if add() set a new time meanwhile.
    [[maybe_unused]] const auto got = ::read(timer_.get(), &count, sizeof count);
    const double now = now_ms();
    while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
      due.push_back(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
    set_timer();
  }
  call_all(due);
}

void alarm_queue::set_timer() {
  itimerspec spec{};  // all zero: off
  set_to_ = never;
  if (!waiting_.empty()) {
    set_to_ = waiting_.begin()->first.first;
    spec.it_value = timer_time(set_to_);
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace souk::ground
