// What the tests of the ground VM and its drivers share: a ground VM in a thread of its own, a way
// to tell it what to do, and a journal that it writes for the test to wait on.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <souk/souk.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "ground/descriptor.hpp"

namespace souk::ground::test {

using namespace souk::literals;

// Generous: reached only when something is broken.
constexpr auto vm_patience = std::chrono::seconds(100);

/// Lines in the order in which they were written.
class journal {
 public:
  using lines = std::vector<std::string>;

  void write(std::string line) {
    const std::lock_guard held{lock_};
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  [[nodiscard]] lines all() const {
    const std::lock_guard held{lock_};
    return lines_;
  }
  /// Waits until the lines satisfy `enough`.
  template <class Enough>
    requires std::predicate<Enough, const lines&>
  [[nodiscard]] bool wait_for(Enough enough) const {
    std::unique_lock held{lock_};
    const bool came = changed_.wait_for(held, vm_patience, [&] { return enough(lines_); });
    if (!came) {
      for (const auto& line : lines_) std::fprintf(stderr, "journal: %s\n", line.c_str());
    }
    return came;
  }
  [[nodiscard]] bool wait_for(std::string_view line, std::size_t times = 1) const {
    return wait_for([&](const lines& all) {
      return static_cast<std::size_t>(std::count(all.begin(), all.end(), line)) >= times;
    });
  }
  [[nodiscard]] bool has(std::string_view line) const {
    const auto now = all();
    return std::find(now.begin(), now.end(), line) != now.end();
  }
  /// The first line that has `part` in it; empty if there is none.
  [[nodiscard]] std::string find(std::string_view part) const {
    for (auto& line : all()) {
      if (line.find(part) != std::string::npos) return line;
    }
    return {};
  }

 private:
  mutable std::mutex lock_;  // guards lines_
  mutable std::condition_variable changed_;
  lines lines_;
};

/// An event source that yields what the test puts in, and counts how it is treated.
class script final : public event_source {
 public:
  void request(std::function<void()> ready) override {
    {
      const std::lock_guard held{lock_};
      ++requests_;
      open_ = true;
      most_open_ = std::max(most_open_, ++now_open_);
      if (values_.empty() && !over_) {
        waiting_ = std::move(ready);
        changed_.notify_all();
        return;
      }
    }
    ready();
  }
  std::optional<term> take() override {
    const std::lock_guard held{lock_};
    --now_open_;
    ++takes_;
    changed_.notify_all();
    if (values_.empty()) return std::nullopt;
    term value = std::move(values_.front());
    values_.pop_front();
    return value;
  }
  void cancel() noexcept override {
    const std::lock_guard held{lock_};
    --now_open_;
    ++cancels_;
    waiting_ = nullptr;
    changed_.notify_all();
  }

  void put(term value) {
    tell([&] { values_.push_back(std::move(value)); });
  }
  /// No more will come.
  void finish() {
    tell([&] { over_ = true; });
  }
  /// Calls `ready` though there is nothing (a broken source).
  void lie() {
    tell([] {});
  }

  [[nodiscard]] int requests() const { return locked(requests_); }
  [[nodiscard]] int takes() const { return locked(takes_); }
  [[nodiscard]] int cancels() const { return locked(cancels_); }
  /// The most requests that were under way at once.
  [[nodiscard]] int most_open() const { return locked(most_open_); }
  [[nodiscard]] std::size_t left() const {
    const std::lock_guard held{lock_};
    return values_.size();
  }
  [[nodiscard]] bool wait_for_requests(int count) const {
    std::unique_lock held{lock_};
    return changed_.wait_for(held, vm_patience, [&] { return requests_ >= count; });
  }
  [[nodiscard]] bool wait_for_cancels(int count) const {
    std::unique_lock held{lock_};
    return changed_.wait_for(held, vm_patience, [&] { return cancels_ >= count; });
  }

 private:
  template <class Change>
  void tell(Change change) {
    std::function<void()> ready;
    {
      const std::lock_guard held{lock_};
      change();
      ready = std::exchange(waiting_, nullptr);
    }
    if (ready) ready();
  }
  [[nodiscard]] int locked(const int& count) const {
    const std::lock_guard held{lock_};
    return count;
  }

  mutable std::mutex lock_;  // guards all below
  mutable std::condition_variable changed_;
  std::deque<term> values_;
  std::function<void()> waiting_;
  bool over_ = false;
  bool open_ = false;
  int now_open_ = 0;
  int most_open_ = 0;
  int requests_ = 0;
  int takes_ = 0;
  int cancels_ = 0;
};

/// What a ground VM runs on.
struct vm_choice {
  const char* name;
  vm_kind kind = vm_kind::functional;
  std::uint64_t seed = 0;
};
inline vm_choice vm_under_test{"functional"};

/// The options, for the VM that is under test.
inline ground_options on_this_vm(ground_options how) {
  how.kind = vm_under_test.kind;
  how.seed = vm_under_test.seed;
  how.workers = how.kind == vm_kind::parallel ? 3 : 0;
  return how;
}

/// Tests that hold for each VM.
class on_each_vm : public ::testing::TestWithParam<vm_choice> {
 protected:
  on_each_vm() { vm_under_test = GetParam(); }
};
inline const vm_choice functional_vm{"functional"};
inline const vm_choice parallel_vm{"parallel", vm_kind::parallel};
/// With processes on all its shards, and in any order.
inline const vm_choice scattered_vm{"scattered", vm_kind::parallel, 7};
#define SOUK_ON_VMS(Fixture, ...)                                     \
  class Fixture : public on_each_vm {};                               \
  INSTANTIATE_TEST_SUITE_P(, Fixture, ::testing::Values(__VA_ARGS__), \
                           [](const auto& chosen) { return std::string{chosen.param.name}; })
#define SOUK_ON_EACH_VM(Fixture) SOUK_ON_VMS(Fixture, functional_vm, parallel_vm, scattered_vm)

inline ground_options quiet() {
  return on_this_vm({.handle_signals = false, .log = [](std::string_view) {}});
}

/// A process that writes each value of the source into the journal.
inline endpoint listen_to(const std::shared_ptr<event_source>& source, journal& into) {
  return subscriber(cons(host_event(source), _)).on_message([&into](const term& m) {
    into.write(to_string(m.tail()));
  });
}

/// Runs a ground VM in a thread; stop() kills the processes given to it, and waits for its end.
class market {
 public:
  struct options {
    ground_options ground{};
    bool signals = false;
  };

  template <class... Spawns>
  explicit market(Spawns... spawns) : market{options{}, std::move(spawns)...} {}
  template <class... Spawns>
  explicit market(options how, Spawns... spawns) {
    how.ground = on_this_vm(std::move(how.ground));
    how.ground.handle_signals = how.signals;
    if (!how.ground.log)
      how.ground.log = [this](std::string_view line) { log.write(std::string{line}); };
    std::vector<spawn_action> first{std::move(spawns)...};
    std::promise<void> over;
    over_ = over.get_future();
    thread_ = std::thread{[this, how, first, over = std::move(over)]() mutable {
      try {
        ground_vm(how.ground, [this, first] { return boss(first); });
        over.set_value();
      } catch (...) {
        over.set_exception(std::current_exception());
      }
    }};
  }
  market(const market&) = delete;
  market& operator=(const market&) = delete;
  ~market() {
    if (!thread_.joinable()) return;
    stop();
  }

  /// A process of the ground VM performs what `f` returns.
  void act(std::function<actions()> f) {
    orders_->put(host_object(std::make_shared<std::function<actions()>>(std::move(f))));
  }
  void send(const term& body) {
    act([body] { return send_message(body); });
  }
  /// Says `leave` to all, kills what it was started with, and waits until the ground VM returns.
  void stop() {
    leave();
    wait();
  }
  /// The same without waiting.
  void leave() {
    act([victims = victims_] {
      actions all = send_message("leave"_sym);
      for (const pid victim : *victims) all.append(quit{victim, "stopped"_sym});
      all.append(quit{});
      return all;
    });
  }
  /// Until the ground VM has returned; what it threw is thrown here.
  void wait() {
    if (over_.wait_for(vm_patience) != std::future_status::ready) {
      std::fputs("the ground VM does not return\n", stderr);
      for (const auto& line : notes.all()) std::fprintf(stderr, "note: %s\n", line.c_str());
      for (const auto& line : log.all()) std::fprintf(stderr, "log: %s\n", line.c_str());
      std::abort();
    }
    thread_.join();
    over_.get();
  }
  [[nodiscard]] bool returned() {
    return over_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  journal notes;
  journal log;

 private:
  actions boss(const std::vector<spawn_action>& first) {
    actions all = subscriber(cons(host_event(orders_), _)).on_message([](const term& m) {
      return (*m.tail().as_host<std::function<actions()>>())();
    });
    for (spawn_action one : first) {
      if (one.name == term{"tcp-driver"_sym} || one.name == term{"timer-driver"_sym}) {
        all.append(std::move(one));  // has nothing to do when the others are gone
        continue;
      }
      all.append(std::move(one).then([victims = victims_](pid made) { victims->push_back(made); }));
    }
    return all;
  }

  std::shared_ptr<script> orders_ = std::make_shared<script>();
  std::shared_ptr<std::vector<pid>> victims_ = std::make_shared<std::vector<pid>>();  // the VM's
  std::future<void> over_;
  std::thread thread_;
};

/// While it lives, this thread and those that it starts leave signals to others (the loop's).
class signals_elsewhere {
 public:
  signals_elsewhere() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  signals_elsewhere(const signals_elsewhere&) = delete;
  signals_elsewhere& operator=(const signals_elsewhere&) = delete;
  ~signals_elsewhere() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// Nobody listens on the port.
inline bool can_bind(std::uint16_t port) {
  const descriptor s{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_ANY);
  const int yes = 1;
  ::setsockopt(s.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return ::bind(s.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
}

/// A port that was free a moment ago, outside the range from which the system takes ports of
/// clients.
inline std::uint16_t free_port() {
  static std::atomic<unsigned> next{0};
  for (;;) {
    // relaxed: only a number.
    const unsigned n =
        static_cast<unsigned>(::getpid()) * 37 + next.fetch_add(1, std::memory_order_relaxed);
    const auto port = static_cast<std::uint16_t>(10000 + n % 20000);
    if (can_bind(port)) return port;
  }
}

}  // namespace souk::ground::test
