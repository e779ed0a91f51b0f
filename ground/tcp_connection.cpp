#include "ground/tcp_connection.hpp"

#include <souk/endpoint.hpp>
#include <souk/timer.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>

#include "ground/alarm.hpp"
#include "ground/connector.hpp"
#include "ground/event_sources.hpp"
#include "vm/replay/answers.hpp"

namespace souk::tcp {
namespace {

using namespace souk::literals;
using ground::io_error;
using ground::ready_fn;
using ground::request_id;
using socket_ptr = std::shared_ptr<ground::stream>;

/// flow::credit: bytes or lines that may still be taken. It is spent where they are taken, so that
/// what is on its way counts. relaxed throughout: only the amount matters.
class purse {
 public:
  [[nodiscard]] std::int64_t left() const noexcept { return left_.load(std::memory_order_relaxed); }
  void spend(std::int64_t amount) noexcept { left_.fetch_sub(amount, std::memory_order_relaxed); }
  /// Pre: not negative, and nobody else adds.
  void add(std::int64_t amount) noexcept {
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - left();
    left_.fetch_add(std::min(amount, room), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> left_{0};
};

struct connection {
  socket_ptr socket{};  // null until connected, and while a recorded run is repeated
  term local;
  term remote;
  tcp::flow flow;
  framing input;
  std::chrono::milliseconds patience;
  /// A new one for each mode: what is under way when another is chosen costs none of its credit.
  std::shared_ptr<purse> credit = std::make_shared<purse>();
  std::int64_t outstanding = 0;  // flow::credit: bytes written that did not come back as credit
  int readers = 0;               // the program's subscribers to the input
  int writers = 0;               // and publishers to the output
  bool input_over = false;

  [[nodiscard]] bool has_credit() const {
    return flow == flow::bare ||
           ask_world([this] { return term{credit->left() > 0}; }) == term{true};
  }
  void shutdown_write() const {
    tell_world([this] { socket->shutdown_write(); });
  }
};

/// The stream in a host object; null if it is none, as while a recorded run is repeated.
socket_ptr stream_in(const term& host) {
  // It was made of one that may be changed.
  return std::const_pointer_cast<ground::stream>(host.as_host<ground::stream>());
}

term reason_of(const io_error& e) { return symbol{to_string(e.reason)}; }

// What an event of the socket yields: bytes, the note that no more come, or the reason of an error.

term end_value(const ground::stream_end& end) {
  return end.clean() ? term{end_of_stream{}} : reason_of(*end.error);
}

std::optional<term> bytes_or_end(ground::stream& socket, std::optional<std::string> data) {
  if (data) return term{bytes{std::move(*data)}};
  if (const auto end = socket.end()) return end_value(*end);
  return std::nullopt;
}

/// At most `most` bytes; with a purse at most what is left in it.
term bytes_event(const socket_ptr& socket, std::int64_t most, std::shared_ptr<purse> paid) {
  return ground::loop_event(
      [socket](ready_fn ready) { return socket->request_bytes(std::move(ready)); },
      [socket, most, paid = std::move(paid)]() -> std::optional<term> {
        const std::int64_t now = paid == nullptr ? most : std::min(most, paid->left());
        if (now <= 0) return std::nullopt;
        auto data = socket->take_bytes(static_cast<std::size_t>(now));
        if (data && paid != nullptr) paid->spend(static_cast<std::int64_t>(data->size()));
        return bytes_or_end(*socket, std::move(data));
      },
      [socket](request_id id) { socket->cancel(id); });
}

term line_event(const socket_ptr& socket, std::shared_ptr<purse> paid) {
  return ground::loop_event(
      [socket](ready_fn ready) { return socket->request_line(std::move(ready)); },
      [socket, paid = std::move(paid)]() -> std::optional<term> {
        if (paid != nullptr && paid->left() <= 0) return std::nullopt;
        auto line = socket->take_line();
        if (line && paid != nullptr) paid->spend(1);
        return bytes_or_end(*socket, std::move(line));
      },
      [socket](request_id id) { socket->cancel(id); });
}

term end_event(const socket_ptr& socket) {
  return ground::loop_event(
      [socket](ready_fn ready) { return socket->request_end(std::move(ready)); },
      [socket] { return bytes_or_end(*socket, std::nullopt); },
      [socket](request_id id) { socket->cancel(id); });
}

/// Yields how many bytes the system took; or, when it will take no more, why.
term written_event(const socket_ptr& socket) {
  return ground::loop_event(
      [socket](ready_fn ready) { return socket->request_written(std::move(ready)); },
      [socket]() -> std::optional<term> {
        if (const std::size_t taken = socket->take_written(); taken > 0) return term{taken};
        if (const auto error = socket->error()) return reason_of(*error);
        return std::nullopt;
      },
      [socket](request_id id) { socket->cancel(id); });
}

/// Yields, when the socket is closed, why.
term closed_event(const socket_ptr& socket) {
  return ground::loop_event(
      [socket](ready_fn ready) { return socket->request_closed(std::move(ready)); },
      [socket]() -> std::optional<term> {
        const auto error = socket->error();
        return error ? reason_of(*error) : term{end_of_stream{}};
      },
      [socket](request_id id) { socket->cancel(id); });
}

/// While nobody reads, whose input would tell of an error, the writers are told by this (C2).
actions watch_for_error(const connection& c) {
  actions next = delete_endpoint{"closed"_sym};
  if (c.readers == 0 && c.writers > 0) {
    next.append(subscriber(cons(closed_event(c.socket), _))
                    .named("closed"_sym)
                    .on_message([](const term& m) -> actions {
                      if (m.tail().as<end_of_stream>()) return quit{};
                      return quit{m.tail()};
                    }));
  }
  return next;
}

// Input.

constexpr std::int64_t chunk = 64 * 1024;

actions on_input(const term& message, connection& c);

/// The endpoint that takes input, if somebody may have it (C1).
actions listen_for_input(const connection& c) {
  const bool is_paid = c.flow == flow::credit;
  const bool wanted = c.readers > 0 && !c.input_over && c.has_credit();
  actions next = delete_endpoint{"inbound"_sym};
  if (wanted) {
    const auto paid = is_paid ? c.credit : nullptr;
    const term source =
        c.input == framing::lines ? line_event(c.socket, paid) : bytes_event(c.socket, chunk, paid);
    next.append(subscriber(cons(source, _)).named("inbound"_sym).on_message(on_input));
  }
  return next;
}

/// The peer sends no more. Output goes on while the program has something to say (C2).
actions finish_input(connection& c) {
  c.input_over = true;
  actions last = {send_message{channel{*c.remote.as<tcp::socket>(), *c.local.as<tcp::socket>(),
                                       end_of_stream{}}},
                  delete_endpoint{"inbound"_sym}, delete_endpoint{"end"_sym},
                  delete_endpoint{"input"_sym}};
  if (c.writers == 0) last.append(quit{});
  return last;
}

actions on_end_of_input(const term& value, connection& c) {
  if (c.input_over) return {};  // two endpoints wait for the end, and both may have been told
  if (value.as<end_of_stream>()) return finish_input(c);
  return quit{value};
}

actions on_input(const term& message, connection& c) {
  const term& value = message.tail();
  if (!value.is(kind::bytes)) return on_end_of_input(value, c);
  actions next;
  if (!c.has_credit()) next.append(delete_endpoint{"inbound"_sym});
  next.append(send_message{make_record("tcp-channel", c.remote, c.local, value)});
  return next;
}

actions on_reader_present(connection& c) {
  if (++c.readers > 1) return {};
  actions next = {delete_endpoint{"patience"_sym}, listen_for_input(c), watch_for_error(c)};
  if (c.flow == flow::credit && !c.input_over) {  // the end is told also to who gave no credit
    next.append(subscriber(cons(end_event(c.socket), _))
                    .named("end"_sym)
                    .on_message([](const term& m, connection& me) {
                      return on_end_of_input(m.tail(), me);
                    }));
  }
  return next;
}

actions on_reader_absent(connection& c) {
  if (--c.readers > 0) return {};
  if (c.writers == 0) return quit{};
  return {listen_for_input(c), delete_endpoint{"end"_sym}, watch_for_error(c)};
}

actions on_control(const channel& note, connection& c) {
  if (const auto more = note.packet.as<credit>(); more && more->amount >= 0) {
    c.credit->add(more->amount);
  } else if (const auto choice = note.packet.as<mode>();
             choice && (choice->name == "lines"_sym || choice->name == "bytes"_sym)) {
    c.input = choice->name == "lines"_sym ? framing::lines : framing::bytes;
    c.credit = std::make_shared<purse>();
  } else {
    throw usage_error{
        "feedback on a TCP channel is #s(tcp-credit N), N not negative, #s(tcp-mode lines) or "
        "#s(tcp-mode bytes), not " +
        to_string(note.packet)};
  }
  return listen_for_input(c);
}

// Output.

actions on_written(const term& message, connection& c) {
  const auto taken = message.tail().as<std::int64_t>();
  if (!taken) return quit{message.tail()};
  c.outstanding -= *taken;
  actions next = send_feedback(
      channel{*c.local.as<tcp::socket>(), *c.remote.as<tcp::socket>(), credit{*taken}});
  if (c.outstanding == 0) next.append(delete_endpoint{"written"_sym});
  return next;
}

/// False; or why the socket does not take the bytes.
term refusal_of(ground::stream& socket, std::string_view data) {
  if (socket.write(std::string{data})) return false;
  const auto error = socket.error();
  return error ? reason_of(*error) : term{"closed"_sym};
}

actions write(std::string_view data, connection& c) {
  if (data.empty()) return {};
  const term refusal = ask_world([&] { return refusal_of(*c.socket, data); });
  if (!refusal.is_false()) return quit{refusal};
  if (c.flow == flow::bare) return {};
  const bool waiting = c.outstanding > 0;  // then the endpoint is there already
  c.outstanding += static_cast<std::int64_t>(data.size());
  if (waiting) return {};
  return subscriber(cons(written_event(c.socket), _)).named("written"_sym).on_message(on_written);
}

actions on_output(const channel& sent, connection& c) {
  const term& packet = sent.packet;
  if (packet.is(kind::bytes)) return write(packet.as_bytes(), c);
  if (packet.is(kind::string)) return write(packet.as_string(), c);
  if (packet.as<end_of_stream>()) {
    c.shutdown_write();
    return {};
  }
  throw usage_error{"what is sent on a TCP channel is bytes, a string or #s(eof), not " +
                    to_string(packet) +
                    "; credit and mode are feedback: tcp::give_credit(), tcp::choose_mode()"};
}

actions on_writer_present(connection& c) {
  if (++c.writers > 1) return {};
  return {delete_endpoint{"patience"_sym}, watch_for_error(c)};
}

actions on_writer_absent(connection& c) {
  if (--c.writers > 0) return {};
  if (c.readers == 0 || c.input_over) return quit{};
  c.shutdown_write();
  return watch_for_error(c);
}

// The whole.

/// What an open connection does: its two channels, and an end to waiting for a session.
actions converse(const connection& c) {
  const term in = make_record("tcp-channel", c.remote, c.local, _);
  const term out = make_record("tcp-channel", c.local, c.remote, _);
  endpoint input =
      publisher(in).named("input"_sym).on_presence(on_reader_present).on_absence(on_reader_absent);
  if (c.flow == flow::credit) input = std::move(input).on_message(on_control);
  return {subscriber(cons(timer::at(ground::now_ms() + static_cast<double>(c.patience.count())), _))
              .named("patience"_sym)
              .on_message([](const term&) { return quit{"nobody-came"_sym}; }),
          subscriber(out)
              .named("output"_sym)
              .on_presence(on_writer_present)
              .on_absence(on_writer_absent)
              .on_message(on_output),
          std::move(input)};
}

connection make_connection(const term& local, const term& remote, const options& how) {
  return {.local = local,
          .remote = remote,
          .flow = how.flow,
          .input = how.input,
          .patience = how.patience};
}

term connect_event(const std::shared_ptr<ground::connector>& attempt) {
  return ground::loop_event(
      [attempt](ready_fn ready) { return attempt->request(std::move(ready)); },
      [attempt]() -> std::optional<term> {
        const auto result = attempt->take();
        if (!result) return std::nullopt;
        return *result ? host_object(result->value()) : reason_of(result->error());
      },
      [attempt](request_id id) { attempt->cancel(id); });
}

actions on_connected(const term& message, connection& c) {
  actions next = delete_endpoint{"connecting"_sym};
  const term& value = message.tail();
  if (value.is(kind::host)) {
    c.socket = stream_in(value);
    next.append(converse(c));
    return next;
  }
  // Both channels are there and at once gone: the absence carries the reason to whoever wants them.
  next.append(actions{publisher(make_record("tcp-channel", c.remote, c.local, _)),
                      subscriber(make_record("tcp-channel", c.local, c.remote, _)), quit{value}});
  return next;
}

}  // namespace

ground::stream_options stream_options_of(const options& how) {
  ground::stream_options o;
  o.max_line = how.max_line_bytes;
  o.write_limit = how.write_limit_bytes;
  return o;
}

spawn_action accepted_connection(const term& local, const term& remote, const term& socket,
                                 const options& how) {
  return name_process(list(local, remote), spawn([=] {
                        connection c = make_connection(local, remote, how);
                        c.socket = stream_in(socket);
                        actions first = converse(c);
                        return transition(std::move(c), std::move(first));
                      }));
}

spawn_action outgoing_connection(const term& local, const term& remote, const options& how) {
  return name_process(list(local, remote), spawn([=] {
                        const auto to = remote.as<address>();
                        if (!to)
                          throw usage_error{"cannot connect to " + to_string(remote) +
                                            ": expected #s(tcp-address \"host\" port)"};
                        std::shared_ptr<ground::connector> attempt;
                        tell_world([&] {
                          attempt = ground::connector::connect(
                              ground::current_loop("tcp::driver()"), to->host, to->port,
                              {.stream = stream_options_of(how)});
                        });
                        return transition(make_connection(local, remote, how),
                                          subscriber(cons(connect_event(attempt), _))
                                              .named("connecting"_sym)
                                              .on_message(on_connected));
                      }));
}

}  // namespace souk::tcp
