// Between the socket addresses of the system and ours. Private to ground/.
//
// Threads    any.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "ground/stream.hpp"

namespace souk::ground {

struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

/// `host` as an IPv4 or IPv6 address in digits; none if it is a name.
[[nodiscard]] std::optional<socket_address> numeric_address(const std::string& host,
                                                            std::uint16_t port);
/// Copies what the system returned. Pre: it fits, as every socket address does.
[[nodiscard]] socket_address copy_address(const sockaddr* from, socklen_t length) noexcept;
[[nodiscard]] address to_address(const sockaddr_storage& from);
/// Of a socket; none if it is not connected (any more).
[[nodiscard]] std::optional<address> local_address(int fd);
[[nodiscard]] std::optional<address> peer_address(int fd);

}  // namespace souk::ground
