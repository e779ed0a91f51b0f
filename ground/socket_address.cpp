#include "ground/socket_address.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <cassert>
#include <cstring>

namespace souk::ground {

namespace {

template <class Raw>
Raw as(const sockaddr_storage& from) noexcept {
  Raw to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

std::string in_digits(int family, const void* raw) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, raw, text.data(), text.size()) != nullptr ? text.data() : "";
}

address to_address(const sockaddr_in6& from) {
  const std::uint16_t port = ntohs(from.sin6_port);
  // A listener on "::" sees IPv4 peers so.
  if (IN6_IS_ADDR_V4MAPPED(&from.sin6_addr)) {
    return {in_digits(AF_INET, from.sin6_addr.s6_addr + 12), port};
  }
  std::string host = in_digits(AF_INET6, &from.sin6_addr);
  if (from.sin6_scope_id != 0) {
    std::array<char, IF_NAMESIZE> name{};
    const bool named = ::if_indextoname(from.sin6_scope_id, name.data()) != nullptr;
    host += '%' + (named ? std::string(name.data()) : std::to_string(from.sin6_scope_id));
  }
  return {host, port};
}

}  // namespace

std::optional<socket_address> numeric_address(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return copy_address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  const auto percent = host.find('%');
  if (::inet_pton(AF_INET6, host.substr(0, percent).c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (percent != std::string::npos) {
      v6.sin6_scope_id = ::if_nametoindex(host.substr(percent + 1).c_str());
    }
    return copy_address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return std::nullopt;
}

socket_address copy_address(const sockaddr* from, socklen_t length) noexcept {
  socket_address to;
  assert(length <= sizeof to.storage);
  std::memcpy(&to.storage, from, length);
  to.length = length;
  return to;
}

address to_address(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto v4 = as<sockaddr_in>(from);
    return {in_digits(AF_INET, &v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (from.ss_family == AF_INET6) return to_address(as<sockaddr_in6>(from));
  return {};
}

std::optional<address> local_address(int fd) {
  sockaddr_storage raw{};
  socklen_t length = sizeof raw;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&raw), &length) != 0) return std::nullopt;
  return to_address(raw);
}

std::optional<address> peer_address(int fd) {
  sockaddr_storage raw{};
  socklen_t length = sizeof raw;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&raw), &length) != 0) return std::nullopt;
  return to_address(raw);
}

}  // namespace souk::ground
