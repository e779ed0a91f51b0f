#include "stress/visit.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

namespace souk::stress {
namespace {

using manner = visitor::manner;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// With a server that does not answer: then something hangs.
constexpr auto patience = std::chrono::seconds{30};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

int make_socket() {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) throw std::system_error{errno, std::generic_category(), "cannot make a socket"};
  return made;
}

char mode_of(manner how) {
  switch (how) {
    case manner::is_failed: return session_mode::raise;
    case manner::meets_lingering: return session_mode::linger;
    case manner::ends_it: return session_mode::leave;
    default: return session_mode::echo;
  }
}

/// So that no part of it looks like another, nor like another visitor's.
std::string content(const visitor& how, unsigned number) {
  std::string text(std::size_t{how.chunks} * how.chunk_bytes, '\0');
  std::uint32_t state = number * 2654435761U + 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  if (!text.empty()) text.front() = mode_of(how.how);
  return text;
}

}  // namespace

visit::visit(const visitor& how, unsigned number)
    : how_{how}, number_{number}, socket_{make_socket()}, out_{content(how, number)} {
  if (how.how == manner::reads_slowly) {
    const int small = 4096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
}

visit::visit(visit&& other) noexcept
    : how_{other.how_},
      number_{other.number_},
      socket_{std::exchange(other.socket_, -1)},
      out_{std::move(other.out_)} {}

visit::~visit() { close(); }

void visit::close() noexcept {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

/// The server may not listen yet.
bool visit::connect(std::uint16_t port) {
  const sockaddr_in to = loopback(port);
  const auto until = steady_clock::now() + patience;
  while (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    if (steady_clock::now() > until) {
      trouble_ = std::string{"could not connect: "} + std::strerror(errno);
      return false;
    }
    std::this_thread::sleep_for(milliseconds{1});
  }
  return true;
}

void visit::run(std::uint16_t port) {
  if (connect(port)) talk();
  if (how_.how == manner::resets) {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  close();
}

void visit::talk() {
  const bool is_half = how_.how == manner::resets || how_.how == manner::goes_early;
  const std::size_t all = is_half ? out_.size() / 2 : out_.size();
  auto heard = steady_clock::now();
  bool has_shut = false;
  while (!is_over_ && steady_clock::now() - heard < patience) {
    pollfd what{socket_, static_cast<short>(POLLIN | (sent_ < all ? POLLOUT : 0)), 0};
    if (::poll(&what, 1, 100) > 0) heard = steady_clock::now();
    if ((what.revents & (POLLIN | POLLERR | POLLHUP)) != 0 && !receive_some()) return;
    if ((what.revents & POLLOUT) != 0 && !send_some(all)) return;
    if (sent_ < all) continue;
    if (is_half) return;
    if (!std::exchange(has_shut, true)) ::shutdown(socket_, SHUT_WR);
  }
  if (!is_over_) trouble_ = "nothing happened for too long";
}

/// False: the connection is no more.
bool visit::send_some(std::size_t until) {
  const std::size_t most = std::min<std::size_t>(until - sent_, how_.chunk_bytes);
  const auto n = ::send(socket_, out_.data() + sent_, most, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n >= 0) sent_ += static_cast<std::size_t>(n);
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

bool visit::receive_some() {
  if (how_.how == manner::reads_slowly) std::this_thread::sleep_for(milliseconds{2});
  std::array<char, 16'384> part{};
  const auto n = ::recv(socket_, part.data(), part.size(), MSG_DONTWAIT);
  if (n > 0) in_.append(part.data(), static_cast<std::size_t>(n));
  is_over_ = n == 0;
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

std::optional<std::string> visit::find_fault() const {
  const std::string who = "visitor " + std::to_string(number_) + ' ';
  if (!trouble_.empty()) return who + trouble_;
  const bool is_prefix = out_.starts_with(in_);
  if (!is_prefix) {
    const auto [a, b] = std::ranges::mismatch(out_, in_);
    return who + "got something else back than it sent, from byte " +
           std::to_string(a - out_.begin()) + " on";
  }
  const bool is_served = how_.how == manner::behaves || how_.how == manner::meets_lingering;
  if (!is_served || in_.size() == out_.size()) return std::nullopt;
  return who + "got " + std::to_string(in_.size()) + " of " + std::to_string(out_.size()) +
         " bytes back";
}

std::uint16_t find_port() {
  const int probe = make_socket();
  sockaddr_in at = loopback(0);
  socklen_t size = sizeof at;
  ::bind(probe, reinterpret_cast<const sockaddr*>(&at), sizeof at);
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&at), &size);
  ::close(probe);
  return ntohs(at.sin_port);
}

}  // namespace souk::stress
