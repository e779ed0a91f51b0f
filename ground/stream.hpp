// A connected TCP socket, seen from the VM: bytes or lines to take, bytes to write, an end.
//
//            input:  open --eof or error--> ended (what was received stays, then request_end fires)
//            output: open --shutdown_write()--> flushing --all sent--> shut
//     both together: --close()--> flush, then close     --abort()--> closed now
//
// Threads    any; each call is atomic. ready() functions: see request.hpp.
// Ownership  Dropping the last reference is close(): what was written is sent, nobody is called.
// S1  Every byte received is taken before the end, and in order.
// S2  Written bytes are counted once: the sum of take_written() is what the kernel accepted.
// S3  Memory is bounded: input by high_water (by max_line while a line is requested) plus one read
//     of 64 KiB, output by write_limit.
// S4  Whatever the peer does ends in end() or error(): never a signal, never an exception.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ground/io_error.hpp"
#include "ground/request.hpp"

namespace souk::ground {

class stream_core;

/// One end of a connection, numeric: {"127.0.0.1", 5999}.
struct address {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const address&, const address&) = default;
};

struct stream_options {
  /// Received bytes that wait to be taken: reading stops at high_water, resumes at low_water.
  std::size_t high_water = 64 * 1024;
  std::size_t low_water = 16 * 1024;
  /// The longest line, terminator not counted; a longer one that is requested ends the stream.
  std::size_t max_line = 16 * 1024 * 1024;
  /// Written bytes that the kernel has not accepted yet: more than these end the stream.
  std::size_t write_limit = 64 * 1024 * 1024;
  /// How long close() waits for a peer that does not read.
  std::chrono::milliseconds flush_deadline = std::chrono::seconds(5);
  /// Small writes are sent at once (TCP_NODELAY).
  bool no_delay = true;
};

/// How the input ended: cleanly (the peer shut down its side), or by an error.
struct stream_end {
  std::optional<io_error> error;

  [[nodiscard]] bool clean() const noexcept { return !error; }
};

class stream {
 public:
  /// Made by listener and connector.
  explicit stream(std::shared_ptr<stream_core> core) noexcept;
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream();

  // Input. Each request is answered at the end too: then take_...() has none and end() says why.

  request_id request_bytes(ready_fn ready);
  /// What is there, at most `max` bytes.
  [[nodiscard]] std::optional<std::string> take_bytes(std::size_t max);

  /// Pre: nobody takes bytes while a line is requested.
  request_id request_line(ready_fn ready);
  /// A line without its terminator ("\n", "\r\n" or "\r"); at the end, the unterminated rest.
  [[nodiscard]] std::optional<std::string> take_line();

  request_id request_end(ready_fn ready);
  /// The end, once every byte is taken (S1). Asking does not remove it.
  [[nodiscard]] std::optional<stream_end> end() const;

  // Output.

  /// Sends `bytes`, in order. False: the output is shut, closed or broken, or this write broke it
  /// by exceeding write_limit; the bytes are dropped.
  bool write(std::string bytes);
  /// Ready when take_written() is not 0, or when nothing will be written any more.
  request_id request_written(ready_fn ready);
  /// Bytes that the kernel accepted since the last call.
  [[nodiscard]] std::size_t take_written();
  /// Written, and not accepted by the kernel.
  [[nodiscard]] std::size_t unwritten_bytes() const;
  /// Half close: the peer sees the end of our bytes once they are sent. Input goes on.
  void shutdown_write();

  // The end.

  /// Drops what was received, sends what was written, up to flush_deadline, and closes.
  void close();
  /// Drops everything; the peer sees a reset.
  void abort();
  /// Ready when the socket is closed.
  request_id request_closed(ready_fn ready);
  [[nodiscard]] bool closed() const;

  void cancel(request_id id);

  // Questions.

  [[nodiscard]] const address& local() const noexcept;
  [[nodiscard]] const address& peer() const noexcept;
  [[nodiscard]] std::size_t unread_bytes() const;
  /// The first error of either direction, at once: end() tells it only after the last byte.
  [[nodiscard]] std::optional<io_error> error() const;

 private:
  const std::shared_ptr<stream_core> core_;
};

}  // namespace souk::ground
