// Why an I/O operation failed: a reason to decide by, the system's error number to look up, and a
// sentence to show.
//
// Threads    values; any.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace souk::ground {

enum class io_reason {
  address_in_use,
  address_not_available,
  cancelled,
  closed,  // by our own close() or abort()
  connection_refused,
  connection_reset,  // also what EPIPE means: the peer is gone
  host_not_found,
  host_unreachable,
  invalid_address,
  line_too_long,
  loop_stopped,
  network_unreachable,
  no_more_descriptors,
  out_of_memory,
  permission_denied,
  timed_out,
  write_limit,  // the peer reads too slowly for what was written to it
  other,
};

/// The reason as drivers show it: "address-in-use", "connection-reset", ...
[[nodiscard]] std::string_view to_string(io_reason reason) noexcept;

struct io_error {
  io_reason reason = io_reason::other;
  int code = 0;           // errno; 0 where the fact is our own (a limit, a close)
  std::string operation;  // what was tried, on what: "listen on 127.0.0.1:80"

  /// A failed system call. Pre: `code` is an errno, positive.
  [[nodiscard]] static io_error from_errno(int code, std::string operation);
  /// The same from what libuv returned. Pre: `status` is negative.
  [[nodiscard]] static io_error from_uv(int status, std::string operation);

  /// One line: operation, reason, the system's words, and what to do next where there is advice.
  [[nodiscard]] std::string message() const;

  friend bool operator==(const io_error&, const io_error&) = default;
};

/// A value, or why there is none.
template <class T>
class [[nodiscard]] outcome {
 public:
  outcome(T value) : is_(std::in_place_index<0>, std::move(value)) {}
  outcome(io_error error) : is_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return is_.index() == 0; }
  /// Pre: there is a value.
  [[nodiscard]] T& value() noexcept {
    assert(*this);
    return *std::get_if<0>(&is_);
  }
  [[nodiscard]] const T& value() const noexcept {
    assert(*this);
    return *std::get_if<0>(&is_);
  }
  /// Pre: there is none.
  [[nodiscard]] const io_error& error() const noexcept {
    assert(!*this);
    return *std::get_if<1>(&is_);
  }

 private:
  std::variant<T, io_error> is_;
};

}  // namespace souk::ground
