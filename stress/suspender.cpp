#include "stress/suspender.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace souk::stress {
namespace {

using std::chrono::microseconds;

constexpr long shortest_ns = 20'000;
constexpr long longest_ns = 4'000'000;

std::atomic<long> next_sleep_ns{shortest_ns};

pid_t own_thread() { return static_cast<pid_t>(::syscall(SYS_gettid)); }

void sleep_a_while(int /*signal*/) {
  const int error = errno;
  timespec left{0, next_sleep_ns.load(std::memory_order_relaxed)};  // relaxed: any will do
  ::nanosleep(&left, nullptr);
  errno = error;
}

void install_handler() {
  static const bool done = [] {
    struct sigaction how {};
    how.sa_handler = sleep_a_while;
    how.sa_flags = SA_RESTART;
    return ::sigaction(SIGUSR1, &how, nullptr) == 0;
  }();
  (void)done;
}

std::vector<pid_t> list_threads() {
  std::vector<pid_t> all;
  std::error_code none;  // a thread may end while it is listed
  for (std::filesystem::directory_iterator at{"/proc/self/task", none};
       !none && at != std::filesystem::directory_iterator{}; at.increment(none)) {
    const std::string name = at->path().filename();
    pid_t id = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc{})
      all.push_back(id);
  }
  return all;
}

void suspend_others(const std::stop_token& stop, microseconds every, pid_t spared) {
  std::minstd_rand dice{static_cast<unsigned>(spared)};
  const pid_t self = own_thread();
  while (!stop.stop_requested()) {
    std::vector<pid_t> all = list_threads();
    std::erase_if(all, [&](pid_t id) { return id == spared || id == self; });
    for (int i = 0; i < 16 && !all.empty() && !stop.stop_requested(); ++i) {
      // relaxed: any will do. Mostly short.
      const long most = std::min<long>(shortest_ns << (dice() % 9), longest_ns);
      next_sleep_ns.store(most, std::memory_order_relaxed);
      // It may have ended: then nobody is suspended.
      ::syscall(SYS_tgkill, ::getpid(), all[dice() % all.size()], SIGUSR1);
      std::this_thread::sleep_for(every);
    }
  }
}

}  // namespace

suspender::suspender(microseconds every) {
  if (every.count() == 0) return;
  install_handler();
  thread_ = std::jthread{[every, spared = own_thread()](const std::stop_token& stop) {
    suspend_others(stop, every, spared);
  }};
}

}  // namespace souk::stress
