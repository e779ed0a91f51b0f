#include "ground/io_error.hpp"

#include <uv.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace souk::ground {

namespace {

io_reason reason_of_errno(int code) noexcept {
  switch (code) {
    case EADDRINUSE: return io_reason::address_in_use;
    case EADDRNOTAVAIL: return io_reason::address_not_available;
    case ECANCELED: return io_reason::cancelled;
    case ECONNREFUSED: return io_reason::connection_refused;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: return io_reason::connection_reset;
    case EHOSTUNREACH:
    case EHOSTDOWN: return io_reason::host_unreachable;
    case EAFNOSUPPORT:
    case EINVAL: return io_reason::invalid_address;
    case ENETUNREACH:
    case ENETDOWN: return io_reason::network_unreachable;
    case EMFILE:
    case ENFILE: return io_reason::no_more_descriptors;
    case ENOMEM:
    case ENOBUFS: return io_reason::out_of_memory;
    case EACCES:
    case EPERM: return io_reason::permission_denied;
    case ETIMEDOUT: return io_reason::timed_out;
    default: return io_reason::other;
  }
}

// What the user can do about it; empty where the reason says it all.
std::string_view advice(io_reason reason) noexcept {
  switch (reason) {
    case io_reason::address_in_use:
      return "choose another port, or stop the program that holds this one (ss -ltnp shows it)";
    case io_reason::address_not_available:
      return "use an address of this machine (ip addr lists them)";
    case io_reason::permission_denied:
      return "use a port of 1024 or more, or run with the right to bind below";
    case io_reason::no_more_descriptors: return "close connections, or raise the limit (ulimit -n)";
    case io_reason::host_not_found: return "check the name";
    case io_reason::connection_refused: return "check that a server listens there";
    case io_reason::line_too_long: return "raise max_line, or read bytes instead of lines";
    case io_reason::write_limit:
      return "wait for take_written() before writing more, or raise write_limit";
    default: return {};
  }
}

}  // namespace

std::string_view to_string(io_reason reason) noexcept {
  switch (reason) {
    case io_reason::address_in_use: return "address-in-use";
    case io_reason::address_not_available: return "address-not-available";
    case io_reason::cancelled: return "cancelled";
    case io_reason::closed: return "closed";
    case io_reason::connection_refused: return "connection-refused";
    case io_reason::connection_reset: return "connection-reset";
    case io_reason::host_not_found: return "host-not-found";
    case io_reason::host_unreachable: return "host-unreachable";
    case io_reason::invalid_address: return "invalid-address";
    case io_reason::line_too_long: return "line-too-long";
    case io_reason::loop_stopped: return "loop-stopped";
    case io_reason::network_unreachable: return "network-unreachable";
    case io_reason::no_more_descriptors: return "no-more-descriptors";
    case io_reason::out_of_memory: return "out-of-memory";
    case io_reason::permission_denied: return "permission-denied";
    case io_reason::timed_out: return "timed-out";
    case io_reason::write_limit: return "write-limit";
    case io_reason::other: break;
  }
  return "other";
}

io_error io_error::from_errno(int code, std::string operation) {
  return {reason_of_errno(code), code, std::move(operation)};
}

io_error io_error::from_uv(int status, std::string operation) {
  switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
    case UV_EAI_AGAIN:
    case UV_EAI_FAIL: return {io_reason::host_not_found, 0, std::move(operation)};
    case UV_EAI_MEMORY: return {io_reason::out_of_memory, 0, std::move(operation)};
    case UV_EAI_CANCELED: return {io_reason::cancelled, 0, std::move(operation)};
    default:
      // On Unix libuv's other codes are negated error numbers, but for its own above 3000.
      if (status <= -3000) return {io_reason::other, 0, std::move(operation)};
      return from_errno(-status, std::move(operation));
  }
}

std::string io_error::message() const {
  std::string text = operation;
  if (!text.empty()) text += ": ";
  text += to_string(reason);
  if (code != 0) {
    text += " (" + std::generic_category().message(code) + ", errno " + std::to_string(code) + ")";
  }
  if (const auto next = advice(reason); !next.empty()) {
    text += "; ";
    text += next;
  }
  return text;
}

}  // namespace souk::ground
