// What the tests of ground share: waiting for a condition, and plain POSIX sockets as the other
// end.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "ground/connector.hpp"
#include "ground/descriptor.hpp"
#include "ground/listener.hpp"
#include "ground/loop.hpp"
#include "ground/stream.hpp"

namespace souk::ground::test {

// Generous: reached only when something is broken.
constexpr auto patience = std::chrono::seconds(60);

// Opened once, by a ready function; whoever waits may be gone by then.
class gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    ++opened_;
    changed_.notify_all();
  }
  [[nodiscard]] bool wait(std::chrono::milliseconds at_most = patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, at_most, [&] { return opened_ > 0; });
  }
  [[nodiscard]] int opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int opened_ = 0;
};

// Requests and takes until take() yields something true. Throws when patience ends.
template <class Request, class Take>
auto await(Request request, Take take) {
  for (;;) {
    if (auto taken = take()) return taken;
    const auto ready = std::make_shared<gate>();
    request([ready] { ready->open(); });
    if (!ready->wait()) throw std::runtime_error("nothing came: a lost wake-up, or a hang");
  }
}

inline std::string await_line(stream& s) {
  return *await([&](ready_fn r) { return s.request_line(std::move(r)); },
                [&] { return s.take_line(); });
}

inline stream_end await_end(stream& s) {
  return *await([&](ready_fn r) { return s.request_end(std::move(r)); }, [&] { return s.end(); });
}

// Exactly `count` bytes.
inline std::string await_bytes(stream& s, std::size_t count) {
  std::string all;
  while (all.size() < count) {
    all += *await([&](ready_fn r) { return s.request_bytes(std::move(r)); },
                  [&] { return s.take_bytes(count - all.size()); });
  }
  return all;
}

// All bytes up to the end.
inline std::string await_rest(stream& s) {
  std::string all;
  while (!s.end()) {
    const auto ready = std::make_shared<gate>();
    s.request_bytes([ready] { ready->open(); });
    if (!ready->wait()) throw std::runtime_error("neither bytes nor an end came");
    if (auto some = s.take_bytes(1 << 20)) all += *some;
  }
  return all;
}

inline void await_closed(stream& s) {
  await([&](ready_fn r) { return s.request_closed(std::move(r)); }, [&] { return s.closed(); });
}

inline std::shared_ptr<stream> await_connection(listener& l) {
  return await([&](ready_fn r) { return l.request_connection(std::move(r)); },
               [&] { return l.take_connection(); });
}

inline outcome<std::shared_ptr<stream>> await_result(connector& c) {
  return *await([&](ready_fn r) { return c.request(std::move(r)); }, [&] { return c.take(); });
}

inline std::shared_ptr<listener> listen_on(const loop& on, const listener_options& options = {},
                                           int backlog = 128) {
  auto made = listener::listen(on, "127.0.0.1", 0, backlog, options);
  if (!made) throw std::runtime_error(made.error().message());
  return made.value();
}

// The other end: a blocking socket of the system.
class client {
 public:
  client() = default;
  explicit client(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      throw std::system_error(errno, std::generic_category(), "client connect");
    }
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::system_error(errno, std::generic_category(), "client send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // At most `max` bytes; empty at the end.
  [[nodiscard]] std::string receive(std::size_t max = 64 * 1024) const {
    std::string got(max, '\0');
    pollfd wait{fd(), POLLIN, 0};
    const auto ms = std::chrono::milliseconds(patience).count();
    if (::poll(&wait, 1, static_cast<int>(ms)) != 1) throw std::runtime_error("client got nothing");
    const auto n = ::recv(fd(), got.data(), got.size(), 0);
    if (n < 0) throw std::system_error(errno, std::generic_category(), "client receive");
    got.resize(static_cast<std::size_t>(n));
    return got;
  }

  [[nodiscard]] std::string receive_exactly(std::size_t count) const {
    std::string all;
    while (all.size() < count) {
      const auto some = receive(count - all.size());
      if (some.empty()) throw std::runtime_error("client: the end came early");
      all += some;
    }
    return all;
  }

  [[nodiscard]] std::string receive_all() const {
    std::string all;
    for (auto some = receive(); !some.empty(); some = receive()) all += some;
    return all;
  }

  void shutdown_write() const { ::shutdown(fd(), SHUT_WR); }
  void close() { socket_.reset(); }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  [[nodiscard]] int fd() const noexcept { return socket_.get(); }

 private:
  descriptor socket_;
};

// A loop, a listener on it, and a connection through it.
struct connected {
  explicit connected(const stream_options& options = {}, int receive_buffer = 0)
      : server(listen_on(on, {.streams = options})),
        peer(server->local().port, receive_buffer),
        ours(await_connection(*server)) {}

  loop on;
  std::shared_ptr<listener> server;
  client peer;
  std::shared_ptr<stream> ours;
};

// Bytes that show a loss, a double or a swap.
inline std::string pattern(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  std::generate(bytes.begin(), bytes.end(), [&] {
    seed = seed * 1664525u + 1013904223u;
    return static_cast<char>(seed >> 24);
  });
  return bytes;
}

inline std::optional<io_reason> reason_of(const stream_end& end) {
  if (end.clean()) return std::nullopt;
  return end.error->reason;
}

}  // namespace souk::ground::test
