#include "bench/isolated.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace souk::bench {
namespace {

// What the child writes: this, then the text of its error if it has one.
enum class verdict : char { done, wrong, failed };
struct header {
  verdict how;
  outcome result;
};

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
  void write(const void* bytes, std::size_t size) const {
    const char* next = static_cast<const char*>(bytes);
    while (size > 0) {
      const ssize_t written = ::write(number_, next, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot hand on the result of a workload");
      next += written;
      size -= static_cast<std::size_t>(written);
    }
  }
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

void run_and_tell(const workload& w, const options& chosen, const descriptor& out) {
  header h{};
  std::string text;
  try {
    h = {verdict::done, w.run(chosen)};
  } catch (const wrong_count& e) {
    h.how = verdict::wrong;
    text = e.what();
  } catch (const std::exception& e) {
    h.how = verdict::failed;
    text = e.what();
  }
  out.write(&h, sizeof h);
  out.write(text.data(), text.size());
}

}  // namespace

isolated_outcome run_isolated(const workload& w, const options& chosen) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) fail("cannot make a pipe for a workload");
  const descriptor in{ends[0]};
  descriptor out{ends[1]};
  const pid_t child = ::fork();
  if (child < 0) fail("cannot start a process for a workload");
  if (child == 0) {
    // Never back into the parent's frames, nor through its exit handlers and buffers.
    try {
      run_and_tell(w, chosen, out);
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  out.close();
  const std::string told = in.read_all();
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0) {
    if (errno != EINTR) fail("cannot wait for the process of a workload");
  }
  const std::string name{w.name};
  if (WIFSIGNALED(status)) {
    throw std::runtime_error{name + ": its process was killed by signal " +
                             std::to_string(WTERMSIG(status))};
  }
  header h{};
  if (told.size() < sizeof h) {
    throw std::runtime_error{name + ": its process ended without a result"};
  }
  std::memcpy(&h, told.data(), sizeof h);
  const std::string text = name + ": " + told.substr(sizeof h);
  if (h.how == verdict::wrong) throw wrong_count{text};
  if (h.how == verdict::failed) throw std::runtime_error{text};
  return {h.result, used.ru_maxrss};
}

}  // namespace souk::bench
