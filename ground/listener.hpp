// A TCP port that takes connections.
//
// Threads    any; each call is atomic. ready() functions: see request.hpp.
// Ownership  Dropping the last reference is close(). A taken stream is the taker's.
// T1  At most max_waiting accepted connections wait to be taken; more wait in the kernel's backlog.
// T2  Without descriptors accepting pauses: the backlog keeps the connections, and accepting goes
//     on when one of our own descriptors is closed, and every retry_after anyway.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ground/io_error.hpp"
#include "ground/loop.hpp"
#include "ground/request.hpp"
#include "ground/stream.hpp"

namespace souk::ground {

class listener_core;

struct listener_options {
  std::size_t max_waiting = 64;
  std::chrono::milliseconds retry_after{100};
  /// Of the streams it makes.
  stream_options streams = {};
};

class listener {
 public:
  /// Listens on `host` (a numeric address, or a name, which is looked up on this thread; "" is
  /// every address of the machine) and `port` (0: one that is free). The port is taken when this
  /// returns.
  [[nodiscard]] static outcome<std::shared_ptr<listener>> listen(
      const loop& on, const std::string& host, std::uint16_t port, int backlog = 128,
      const listener_options& options = {});

  explicit listener(std::shared_ptr<listener_core> core) noexcept;
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener();

  /// Also answered when the listener has ended: then take_connection() has none, and error() says
  /// why.
  request_id request_connection(ready_fn ready);
  [[nodiscard]] std::shared_ptr<stream> take_connection();  ///< null: none
  void cancel(request_id id);

  /// Frees the port before it returns, and closes the connections that were not taken.
  void close();

  /// Where it listens; the port is the real one.
  [[nodiscard]] const address& local() const noexcept;
  /// Why it has ended (closed, loop_stopped); none while it listens.
  [[nodiscard]] std::optional<io_error> error() const;
  /// Why it could not accept, the last time that it could not (T2).
  [[nodiscard]] std::optional<io_error> last_refusal() const;
  [[nodiscard]] std::uint64_t refusals() const;

 private:
  const std::shared_ptr<listener_core> core_;
};

}  // namespace souk::ground
