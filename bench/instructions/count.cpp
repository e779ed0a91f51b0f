#include "bench/instructions/count.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace souk::bench {
namespace {

namespace fs = std::filesystem;

/// A folder of our own that goes in the end.
class scratch {
 public:
  scratch() {
    std::string pattern = (fs::temp_directory_path() / "souk_instructions.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::system_error{errno, std::generic_category(), "cannot make a folder " + pattern};
    path_ = pattern;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The C library chooses its functions by the processor. All get those that any has.
std::vector<std::string> environment() {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) {
    if (!std::string_view{*one}.starts_with("GLIBC_TUNABLES=")) all.emplace_back(*one);
  }
  all.emplace_back(
      "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-ERMS,-FSRM,-SSE4_2,-SSSE3");
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& one : texts) all.push_back(one.data());
  all.push_back(nullptr);
  return all;
}

/// What it says, on both streams, goes to that file.
pid_t start(std::vector<std::string> arguments, const std::string& says) {
  std::vector<std::string> variables = environment();
  posix_spawn_file_actions_t files{};
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, says.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, arguments.front().c_str(), &files, nullptr,
                                    pointers_to(arguments).data(), pointers_to(variables).data());
  ::posix_spawn_file_actions_destroy(&files);
  if (failed != 0)
    throw std::system_error{failed, std::generic_category(), "cannot start " + arguments.front()};
  return child;
}

std::pair<pid_t, int> wait_for_one() {
  int status = 0;
  pid_t child = -1;
  do {
    child = ::wait(&status);
  } while (child < 0 && errno == EINTR);
  if (child < 0) throw std::system_error{errno, std::generic_category(), "cannot wait"};
  return {child, status};
}

std::uint64_t total_of(const std::string& profile, const std::string& name) {
  std::ifstream in{profile};
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view key = "totals: ";
    if (!line.starts_with(key)) continue;
    if (const std::uint64_t total = std::stoull(line.substr(key.size())); total > 0) return total;
  }
  throw std::runtime_error{name + ": nothing was counted; is the function still there?"};
}

}  // namespace

bool can_count() {
  const scratch place;
  const pid_t child = start({"sh", "-c", "command -v valgrind"}, place.file("where"));
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

std::vector<instruction_count> count_instructions(
    const counted_program& program, std::span<const std::string> names, unsigned at_a_time,
    const std::function<void(const std::string& name)>& done) {
  const scratch place;
  std::map<pid_t, std::string> running;
  std::size_t next = 0;
  while (next < names.size() || !running.empty()) {
    if (next < names.size() && running.size() < at_a_time) {
      const std::string& name = names[next++];
      const pid_t child =
          start({"valgrind", "--tool=callgrind", "--toggle-collect=" + program.function,
                 "--callgrind-out-file=" + place.file(name), program.path, program.option, name},
                place.file(name + ".says"));
      running.emplace(child, name);
      continue;
    }
    const auto [child, status] = wait_for_one();
    const std::string name = running.extract(child).mapped();
    if (status != 0)
      throw std::runtime_error{name + " failed under valgrind:\n" +
                               text_of(place.file(name + ".says"))};
    done(name);
  }
  std::vector<instruction_count> counts;
  for (const std::string& name : names) counts.push_back({name, total_of(place.file(name), name)});
  return counts;
}

}  // namespace souk::bench
