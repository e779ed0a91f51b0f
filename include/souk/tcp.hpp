// TCP as conversations: a connection is two one-way channels, each a topic.
//
//     listen     observe_publishers(topic<tcp::channel>(_, tcp::listener{5999}, _))
//                each connection is a presence: its source is the peer, its destination us
//     receive    subscriber(topic<tcp::channel>(them, us, _))
//                    .on_message([](const tcp::segment& s) ...)
//                    .on_absence([](const reason& why) ...)     the end, and why
//     send       publisher(topic<tcp::channel>(us, them, _)),
//                send_message(tcp::segment{us, them, data})
//     connect    the same two, us = tcp::handle{any term}, them = tcp::address{host, port}
//
// The port is listened on while somebody observes it. Nothing is read from a connection before
// there is a subscriber to read it; when its last subscriber and publisher are gone, what was sent
// is sent, and it closes. When the peer closes its side, `finish` is received and the channel from
// it is absent; sending goes on until the program leaves. After an error (connection-reset,
// write-limit, ...) both channels are absent, with the error as reason. Who cannot connect sees the
// presence and at once the absence of its channels, with the reason (connection-refused, ...); a
// port that cannot be listened on is a `failure` message.
//
// With options::flow = flow::credit, input needs credit, as feedback: so many bytes or lines; and
// bytes sent come back as credit when the system has taken them. With flow::bare, input flows as
// fast as the program handles it, and a peer that reads too slowly is cut off at
// options::write_limit_bytes.
// Source: drivers/tcp.rkt and drivers/tcp-bare.rkt of the original.
#pragma once

#include <souk/convert.hpp>
#include <souk/export.hpp>
#include <souk/ground.hpp>
#include <souk/process.hpp>
#include <souk/record.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace souk::tcp {

/// A socket of a peer.
struct address {
  std::string host;
  std::uint16_t port = 0;
};
SOUK_RECORD_AS(address, "tcp-address", host, port);
/// A socket of ours on any port, under a name of our choosing. The name stands for one connection.
struct handle {
  term id;
};
SOUK_RECORD_AS(handle, "tcp-handle", id);
/// A port of ours.
struct listener {
  std::uint16_t port = 0;
};
SOUK_RECORD_AS(listener, "tcp-listener", port);
using socket = std::variant<address, handle, listener>;

/// A one-way flow: who sends, who receives, and what: bytes, a string, or one of the notes below.
struct channel {
  socket source;
  socket destination;
  term packet;
};
SOUK_RECORD_AS(channel, "tcp-channel", source, destination, packet);

/// No more bytes come.
struct end_of_stream {};
SOUK_RECORD_AS(end_of_stream, "eof");
/// So many more bytes, or lines, are welcome.
struct credit {
  std::int64_t amount = 0;
};
SOUK_RECORD_AS(credit, "tcp-credit", amount);
/// How to cut the input: `lines` or `bytes`. Resets credit to zero.
struct mode {
  symbol name;
};
SOUK_RECORD_AS(mode, "tcp-mode", name);

// Channels with a packet of one kind: to send, and to receive just that kind.
struct segment {
  socket source;
  socket destination;
  bytes packet;
};
SOUK_RECORD_AS(segment, "tcp-channel", source, destination, packet);
struct text {
  socket source;
  socket destination;
  std::string packet;
};
SOUK_RECORD_AS(text, "tcp-channel", source, destination, packet);
struct finish {
  socket source;
  socket destination;
  end_of_stream packet;
};
SOUK_RECORD_AS(finish, "tcp-channel", source, destination, packet);
struct credit_note {
  socket source;
  socket destination;
  credit packet;
};
SOUK_RECORD_AS(credit_note, "tcp-channel", source, destination, packet);
struct mode_choice {
  socket source;
  socket destination;
  mode packet;
};
SOUK_RECORD_AS(mode_choice, "tcp-channel", source, destination, packet);

/// A port cannot be listened on: the reason as a symbol (address-in-use, ...) and in words.
struct failure {
  socket local;
  symbol why;
  std::string text;
};
SOUK_RECORD_AS(failure, "tcp-failure", local, why, text);

/// Feedback that lets `source` send so much more to `destination`.
[[nodiscard]] inline send_message give_credit(socket source, socket destination,
                                              std::int64_t amount) {
  return send_feedback(credit_note{std::move(source), std::move(destination), {amount}});
}
[[nodiscard]] inline send_message choose_mode(socket source, socket destination, symbol name) {
  return send_feedback(mode_choice{std::move(source), std::move(destination), {name}});
}

enum class flow : std::uint8_t { bare, credit };
enum class framing : std::uint8_t { bytes, lines };

struct options {
  tcp::flow flow = flow::bare;
  /// How input is cut until a mode is chosen. A line is without its terminator: \n, \r\n or \r.
  framing input = framing::bytes;
  /// Where to listen.
  std::string host = "0.0.0.0";
  int backlog = 128;
  /// A longer line ends its connection with reason line-too-long.
  std::size_t max_line_bytes = std::size_t{16} << 20;
  /// More bytes than these, sent and not taken by the system, end their connection: write-limit.
  std::size_t write_limit_bytes = std::size_t{64} << 20;
  /// A connection that nobody has subscribed to for so long after it came is closed.
  std::chrono::milliseconds patience = std::chrono::seconds(30);
};

/// For a guard: TCP on those ports, to those hosts, and nothing else; what is empty allows none.
/// Who is under it names the port or the peer: a topic that leaves both open is refused.
struct permissions {
  std::function<bool(std::uint16_t port)> listen{};
  std::function<bool(const std::string& host, std::uint16_t port)> connect{};
};
[[nodiscard]] SOUK_EXPORT std::function<bool(const role&)> allow_only(permissions those);

/// The process that makes TCP so; for the ground VM.
[[nodiscard]] SOUK_EXPORT spawn_action driver(options = {});

}  // namespace souk::tcp
