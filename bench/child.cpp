#include "bench/child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <iostream>
#include <system_error>

namespace souk::bench {
namespace {

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
  [[nodiscard]] std::string read_all() const {
    std::string all;
    std::array<char, 4096> part{};
    for (;;) {
      const ssize_t size = ::read(number_, part.data(), part.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) fail("cannot read the result of a workload");
      if (size == 0) return all;
      all.append(part.data(), static_cast<std::size_t>(size));
    }
  }

 private:
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
      ::alarm(limits.seconds);
      f(out.number());
    } catch (const std::exception& error) {
      std::cerr << "souk bench: " << error.what() << std::endl;
      ::_exit(1);
    }
    ::_exit(0);
  }
  out.close();
  child_end end{in.read_all(), 0, {}};
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

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "its time limit";
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace souk::bench
