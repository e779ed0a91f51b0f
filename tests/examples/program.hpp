// A program in a process of its own: its output, its end.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "ground/descriptor.hpp"

namespace souk::examples_test {

using ground::descriptor;

// Generous: reached only when something is broken.
constexpr auto patience = std::chrono::seconds(60);

inline std::string example(std::string_view name) {
  return std::string{EXAMPLES_DIR} + "/" + std::string{name};
}

/// Tests of an example on each VM: what starts it is run(NAME, ARGUMENTS).
class on_each_vm : public ::testing::TestWithParam<const char*> {
 public:
  /// The command line of an example on the VM under test.
  [[nodiscard]] static std::vector<std::string> run(std::string_view name,
                                                    std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), example(name));
    arguments.insert(arguments.end(), {"--vm", vm_under_test});
    if (std::string_view{vm_under_test} == "parallel")
      arguments.insert(arguments.end(), {"--workers", "3"});
    return arguments;
  }

 protected:
  on_each_vm() { vm_under_test = GetParam(); }

 private:
  static inline const char* vm_under_test = "functional";
};
#define SOUK_EXAMPLE_ON_EACH_VM(Fixture)                                           \
  class Fixture : public on_each_vm {};                                            \
  INSTANTIATE_TEST_SUITE_P(, Fixture, ::testing::Values("functional", "parallel"), \
                           [](const auto& chosen) { return std::string{chosen.param}; })

/// Killed, if it still runs, when this ends.
class program {
 public:
  struct options {
    std::optional<rlim_t> descriptors{};  // at most so many
  };

  explicit program(const std::vector<std::string>& command) : program{command, options{}} {}
  program(const std::vector<std::string>& command, const options& how) {
    auto [in, to_child] = pipe();
    auto [from_child, out] = pipe();
    std::vector<char*> arguments;
    for (const auto& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {  // only what is safe between fork and exec
      sigset_t none;
      sigemptyset(&none);
      ::sigprocmask(SIG_SETMASK, &none, nullptr);
      ::dup2(in.get(), 0);
      ::dup2(out.get(), 1);
      ::dup2(out.get(), 2);
      if (how.descriptors) {
        const rlimit limit{*how.descriptors, *how.descriptors};
        ::setrlimit(RLIMIT_NOFILE, &limit);
      }
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    input_ = std::move(to_child);
    output_ = std::move(from_child);
  }
  program(const program&) = delete;
  program& operator=(const program&) = delete;
  ~program() {
    if (ended_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  void signal(int number) const { ::kill(pid_, number); }
  void type(std::string_view text) const {
    while (!text.empty()) {
      const auto n = ::write(input_.get(), text.data(), text.size());
      if (n < 0) throw std::runtime_error("the program does not read");
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void end_input() { input_.reset(); }

  /// What it has written, up to the first place where `part` occurs or to the end.
  std::string read_until(std::string_view part) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (text_.find(part) == std::string::npos && read_some(deadline)) {
    }
    return text_;
  }
  /// Its exit code; 128 + N if signal N killed it.
  int wait() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (read_some(deadline)) {
    }
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// Pre: it has ended. All that it wrote.
  [[nodiscard]] const std::string& output() const { return text_; }

 private:
  static std::pair<descriptor, descriptor> pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    return {descriptor{ends[0]}, descriptor{ends[1]}};
  }

  bool read_some(std::chrono::steady_clock::time_point deadline) {
    using std::chrono::milliseconds;
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{output_.get(), POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<long>(0, left.count())));
    if (ready == 0) {
      ::kill(pid_, SIGKILL);
      throw std::runtime_error("the program hangs; it wrote: " + text_);
    }
    char buffer[4096];
    const auto n = ::read(output_.get(), buffer, sizeof buffer);
    if (n <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  pid_t pid_ = -1;
  descriptor input_;
  descriptor output_;
  std::string text_;
  bool ended_ = false;
};

inline bool have(const char* tool) {
  return ::system(("command -v " + std::string{tool} + " >/dev/null").c_str()) == 0;
}

}  // namespace souk::examples_test
