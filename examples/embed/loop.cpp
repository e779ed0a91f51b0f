// souk inside a program that has an event loop of its own: poll(). Each line of standard input is a
// number; a process counts the primes below it, on the VM's workers, and the loop prints the answer
// when it comes. The loop never waits for the VM, nor the VM for the loop.
//
//     main thread   poll: input  --inject-->  VM: desk, a process for each question
//                         outbox <-- put ---  desk (on a worker)
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <souk/souk.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace souk;
using namespace souk::literals;

namespace {

struct question {
  std::uint64_t below;
};
SOUK_RECORD(question, below);
struct answer {
  std::uint64_t below;
  std::uint64_t primes;
};
SOUK_RECORD(answer, below, primes);

/// Answers on their way out: put by workers, taken by the loop, which polls descriptor().
class outbox {
 public:
  outbox() {
    if (::pipe(ends_.data()) != 0) throw std::system_error{errno, std::generic_category(), "pipe"};
  }
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;
  ~outbox() {
    for (const int end : ends_) ::close(end);
  }

  void put(const answer& one) {
    const std::scoped_lock held{lock_};
    if (waiting_.empty()) (void)!::write(ends_[1], "!", 1);  // one byte at most is in the pipe
    waiting_.push_back(one);
  }
  [[nodiscard]] std::vector<answer> take() {
    const std::scoped_lock held{lock_};
    if (char byte = 0; !waiting_.empty()) (void)!::read(ends_[0], &byte, 1);
    return std::exchange(waiting_, {});
  }
  [[nodiscard]] int descriptor() const noexcept { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
  std::mutex lock_;  // guards what follows
  std::vector<answer> waiting_;
};

std::uint64_t primes_below(std::uint64_t limit) {
  std::uint64_t found = 0;
  for (std::uint64_t n = 2; n < limit; ++n) {
    bool is_prime = true;
    for (std::uint64_t d = 2; d * d <= n && is_prime; ++d) is_prime = n % d != 0;
    found += is_prime ? 1 : 0;
  }
  return found;
}

/// Counts when it is told its own question, and quits: a handler that takes long holds up no other.
spawn_action counter(std::uint64_t below) {
  const term me = fresh_symbol("counter");
  return spawn(subscriber(me).on_message([=] {
    return actions{send_message(answer{below, primes_below(below)}), quit()};
  }),
               send_message(me));
}

/// The desk: a process for each question, and all answers go out.
actions desk(const std::shared_ptr<outbox>& out) {
  return {
      subscriber(topic<question>(_)).on_message([](const question& q) { return counter(q.below); }),
      subscriber(topic<answer>(_, _)).on_message([out](const answer& a) { out->put(a); })};
}

/// The lines that are whole, of what has been read so far.
std::vector<std::string> take_lines(std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos;) {
    lines.push_back(text.substr(0, end));
    text.erase(0, end + 1);
  }
  return lines;
}

void serve(vm& market, outbox& out) {
  std::string text;
  bool is_open = true;
  for (std::uint64_t asked = 0, answered = 0; is_open || answered < asked;) {
    std::array<pollfd, 2> wanted{
        {{.fd = is_open ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0},
         {.fd = out.descriptor(), .events = POLLIN, .revents = 0}}};
    if (::poll(wanted.data(), wanted.size(), -1) < 0) continue;
    if (wanted[0].revents != 0) {
      std::array<char, 256> part{};
      const ssize_t size = ::read(STDIN_FILENO, part.data(), part.size());
      is_open = size > 0;
      if (is_open) text.append(part.data(), static_cast<std::size_t>(size));
      for (const std::string& line : take_lines(text)) {
        market.inject(send_message(question{std::strtoull(line.c_str(), nullptr, 10)}));
        ++asked;
      }
    }
    for (const answer& a : out.take()) {
      std::cout << a.primes << " primes below " << a.below << std::endl;
      ++answered;
    }
  }
}

}  // namespace

int main() {
  const auto out = std::make_shared<outbox>();
  vm market{vm_options{.kind = vm_kind::parallel, .workers = 2}, desk(out)};
  market.run_until_inert();  // the desk is open
  serve(market, *out);
}
