// What docs/embedding.md says of a program that souk is a part of.
#include <souk/souk.hpp>

#include "tests/embed/c_process.hpp"

#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace souk {
namespace {

using namespace literals;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;  // with threads of its own, and its own allocator
#else
constexpr bool is_sanitized = false;
#endif

std::size_t threads() {
  const std::filesystem::directory_iterator tasks{"/proc/self/task"};
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

vm_options parallel(unsigned workers) {
  return {.kind = vm_kind::parallel, .workers = workers, .executor = executor_kind::threads};
}

void say_go(vm& market) {
  market.run_until_inert();  // all endpoints are in their places
  market.inject(send_message("go"_sym));
  market.run_until_inert();
}

/// A VM in which `f` is a handler: of a message, so on a worker where there are any.
template <class F>
void run_as_handler(const vm_options& options, F f) {
  vm market{options, subscriber("go"_sym).on_message([&f] { f(); })};
  say_go(market);
}

TEST(Threads, AFunctionalVmMakesNoneAndRunsHandlersOnTheCallers) {
  const std::size_t before = threads();
  std::thread::id ran_on;
  std::size_t during = 0;
  run_as_handler({}, [&] {
    ran_on = std::this_thread::get_id();
    during = threads();
  });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  EXPECT_EQ(during, before);
}

TEST(Threads, AParallelVmMakesItsWorkersAndIfThereAreSeveralOneMore) {
  const std::size_t before = threads();
  for (const unsigned workers : {1U, 2U, 5U}) {
    std::size_t during = 0;
    std::thread::id ran_on;
    run_as_handler(parallel(workers), [&] {
      during = threads();
      ran_on = std::this_thread::get_id();
    });
    EXPECT_EQ(during, before + workers + (workers > 1 ? 1 : 0));
    EXPECT_NE(ran_on, std::this_thread::get_id());
    EXPECT_EQ(threads(), before) << "after its end";
  }
}

TEST(Threads, AGroundVmMakesOneForTheWorld) {
  const std::size_t before = threads();
  std::size_t during = 0;
  ground_vm(ground_options{.handle_signals = false}, timer::driver(),
            spawn(subscriber(topic<timer::timer_expired>("now"_sym, _))
                      .on_message([&](const timer::timer_expired&) {
                        during = threads();
                        return quit();
                      }),
                  send_message(timer::after("now"_sym, std::chrono::milliseconds{1}))));
  EXPECT_EQ(during, before + 1);
  EXPECT_EQ(threads(), before) << "after its end";
}

/// What each signal does, and which are blocked on this thread.
struct signal_state {
  std::vector<std::string> dispositions;
  std::vector<bool> blocked;

  static signal_state now() {
    signal_state all;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    for (int number = 1; number < NSIG; ++number) {
      struct sigaction how {};
      const bool is_there = ::sigaction(number, nullptr, &how) == 0;
      const auto* const bytes = reinterpret_cast<const char*>(&how.sa_handler);
      all.dispositions.emplace_back(is_there ? std::string(bytes, sizeof how.sa_handler) : "");
      all.blocked.push_back(sigismember(&mask, number) == 1);
    }
    return all;
  }
  friend bool operator==(const signal_state&, const signal_state&) = default;
};

TEST(Signals, AreNotTouchedByVms) {
  const signal_state before = signal_state::now();
  for (const vm_options& options : {vm_options{}, parallel(1), parallel(2)}) {
    signal_state during;
    run_as_handler(options, [&] { during = signal_state::now(); });
    EXPECT_EQ(during, before);
    EXPECT_EQ(signal_state::now(), before);
  }
}

TEST(Signals, AreNotTouchedByAGroundVmThatIsToldSo) {
  const signal_state before = signal_state::now();
  signal_state during;
  ground_vm(ground_options{.handle_signals = false}, [&] {
    during = signal_state::now();
    return actions{};
  });
  EXPECT_EQ(during, before);
  EXPECT_EQ(signal_state::now(), before);
}

TEST(Signals, ThatAreBlockedWhereAVmIsMadeAreBlockedOnItsThreads) {
  sigset_t mine;
  sigset_t before;
  sigemptyset(&mine);
  sigaddset(&mine, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &mine, &before);
  bool is_blocked = false;
  run_as_handler(parallel(2), [&] {
    sigset_t there;
    pthread_sigmask(SIG_SETMASK, nullptr, &there);
    is_blocked = sigismember(&there, SIGUSR1) == 1;
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_TRUE(is_blocked);
}

TEST(Exceptions, OfHandlersEndTheirProcessAndNothingElse) {
  for (const vm_options& options : {vm_options{}, parallel(2)}) {
    std::string heard;
    vm market{
        options,
        spawn(subscriber("news"_sym).on_absence([&](const reason& why) { heard = why.text(); })),
        spawn(publisher("news"_sym),
              subscriber("go"_sym).on_message([] { throw std::runtime_error{"ouch"}; }))};
    EXPECT_NO_THROW(say_go(market));
    EXPECT_EQ(heard, "ouch");
  }
}

/// What a child of this process, made by fork(), returns.
int status_of_child(const std::function<bool()>& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(30);  // rather than for ever
    ::_exit(f() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child ? status : -1;
}

bool answers(vm& market, const std::atomic<int>& heard) {
  const int before = heard;
  say_go(market);
  return heard == before + 1;
}

TEST(Fork, AFunctionalVmGoesOnInParentAndChild) {
  std::atomic<int> heard{0};
  vm market{vm_options{}, subscriber("go"_sym).on_message([&] { ++heard; })};
  EXPECT_TRUE(answers(market, heard));
  EXPECT_EQ(status_of_child([&] { return answers(market, heard); }), 0);
  EXPECT_TRUE(answers(market, heard));
}

TEST(Fork, AChildMakesAParallelVmOfItsOwnWhenTheOldOneHasEnded) {
  if (is_sanitized) GTEST_SKIP() << "sanitizers allow a child no threads";
  const auto make_and_run = [] {
    std::atomic<int> heard{0};
    vm market{parallel(2), subscriber("go"_sym).on_message([&] { ++heard; })};
    return answers(market, heard);
  };
  EXPECT_TRUE(make_and_run());
  EXPECT_EQ(status_of_child(make_and_run), 0);
}

TEST(Fork, AParallelVmGoesOnInTheParentWhateverTheChildBecomes) {
  std::atomic<int> heard{0};
  vm market{parallel(2), subscriber("go"_sym).on_message([&] { ++heard; })};
  EXPECT_TRUE(answers(market, heard));
  EXPECT_EQ(status_of_child([] { return ::execlp("true", "true", nullptr) == 0; }), 0);
  EXPECT_TRUE(answers(market, heard));
}

TEST(Terms, AreSharedByThreads) {
  const term shared = list("a"_sym, "a text that is too long to be inside", make_vector(1, 2, 3));
  std::vector<std::thread> all;
  std::atomic<int> same{0};
  for (int i = 0; i < 4; ++i) {
    all.emplace_back([&shared, &same] {
      for (int n = 0; n < 1000; ++n) {
        const term mine = shared;  // NOLINT(performance-unnecessary-copy-initialization)
        same += mine == shared ? 1 : 0;
      }
    });
  }
  for (std::thread& one : all) one.join();
  EXPECT_EQ(same, 4000);
}

}  // namespace
}  // namespace souk
