#include "bench/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>
#include <system_error>
#include <utility>

namespace souk::bench {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* operation) {
  throw std::system_error{errno, std::generic_category(), operation};
}

class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }

  void close() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  /// All that is written to it until then, and whether that was all.
  [[nodiscard]] std::pair<std::string, bool> read_until(clock::time_point deadline) const {
    std::string all;
    std::array<char, 4096> part{};
    for (;;) {
      if (!can_read_until(deadline)) return {all, false};
      const ssize_t size = ::read(number_, part.data(), part.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) fail("cannot read the result of a workload");
      if (size == 0) return {all, true};
      all.append(part.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  [[nodiscard]] bool can_read_until(clock::time_point deadline) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
      if (left.count() <= 0) return false;
      pollfd asked{.fd = number_, .events = POLLIN, .revents = 0};
      const auto wait = static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000));
      const int ready = ::poll(&asked, 1, wait);
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) fail("cannot wait for the result of a workload");
    }
  }

  int number_;
};

void stay_on(unsigned processors) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) fail("cannot ask for the processors");
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  unsigned found = 0;
  for (std::size_t i = 0; i < CPU_SETSIZE && found < processors; ++i) {
    if (!CPU_ISSET(i, &allowed)) continue;
    CPU_SET(i, &chosen);
    ++found;
  }
  if (found < processors) {
    errno = EINVAL;
    fail("there are not so many processors");
  }
  if (::sched_setaffinity(0, sizeof chosen, &chosen) != 0) fail("cannot choose the processors");
}

}  // namespace

child_end run_in_child(const child_limits& limits, const std::function<void(int out)>& f) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("cannot make a pipe for a workload");
  const descriptor in{ends[0]};
  descriptor out{ends[1]};
  const pid_t child = ::fork();
  if (child < 0) fail("cannot start a process for a workload");
  if (child == 0) {
    // Never back into the parent's frames, nor through its exit handlers and buffers.
    try {
      if (limits.processors > 0) stay_on(limits.processors);
      f(out.number());
    } catch (const std::exception& error) {
      std::cerr << "souk bench: " << error.what() << std::endl;
      ::_exit(1);
    }
    ::_exit(0);
  }
  out.close();
  const auto deadline = limits.seconds > 0 ? clock::now() + std::chrono::seconds{limits.seconds}
                                           : clock::time_point::max();
  auto [told, is_all] = in.read_until(deadline);
  // Not SIGALRM of its own: a program that it has become may ignore that, as those in Go do.
  if (!is_all) ::kill(child, SIGKILL);
  child_end end{std::move(told), 0, !is_all, {}};
  while (::wait4(child, &end.status, 0, &end.used) < 0) {
    if (errno != EINTR) fail("cannot wait for the process of a workload");
  }
  return end;
}

void write_all(int out, const void* bytes, std::size_t size) {
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(out, next, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot hand on the result of a workload");
    next += written;
    size -= static_cast<std::size_t>(written);
  }
}

std::string how_it_ended(const child_end& end) {
  if (end.was_late) return "its time limit";
  return WIFSIGNALED(end.status) ? "signal " + std::to_string(WTERMSIG(end.status))
                                 : "exit status " + std::to_string(WEXITSTATUS(end.status));
}

}  // namespace souk::bench
