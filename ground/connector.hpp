// An attempt to connect to a TCP server: looks the name up, tries each address, gives up in time.
//
// Threads    any; each call is atomic. ready() functions: see request.hpp.
// Ownership  Dropping the last reference gives up; a stream that was not taken is closed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ground/io_error.hpp"
#include "ground/loop.hpp"
#include "ground/request.hpp"
#include "ground/stream.hpp"

namespace souk::ground {

class connector_core;

struct connector_options {
  /// For the look-up and all addresses together.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  stream_options stream = {};
};

class connector {
 public:
  /// Starts. What can fail is told by take().
  [[nodiscard]] static std::shared_ptr<connector> connect(const loop& on, const std::string& host,
                                                          std::uint16_t port,
                                                          const connector_options& options = {});

  explicit connector(std::shared_ptr<connector_core> core) noexcept;
  connector(const connector&) = delete;
  connector& operator=(const connector&) = delete;
  ~connector();

  request_id request(ready_fn ready);
  /// The connection, once; or why there is none, as often as asked. None: not known yet, or taken.
  [[nodiscard]] std::optional<outcome<std::shared_ptr<stream>>> take();
  void cancel(request_id id);

  /// Gives up: take() yields io_reason::cancelled, unless it has yielded the connection.
  void close();

 private:
  const std::shared_ptr<connector_core> core_;
};

}  // namespace souk::ground
