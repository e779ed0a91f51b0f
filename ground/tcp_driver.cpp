// The TCP driver: starts a listener or a connection when somebody is interested, and ends it when
// nobody is any more. After tcp-driver of drivers/tcp.rkt and tcp-bare.rkt of the original; that it
// counts who is interested, rather than ending at the first absence, is souk's.
#include <souk/endpoint.hpp>
#include <souk/tcp.hpp>

#include <optional>
#include <unordered_map>

#include "ground/event_sources.hpp"
#include "ground/listener.hpp"
#include "ground/tcp_connection.hpp"
#include "vm/replay/answers.hpp"

namespace souk::tcp {
namespace {

using namespace souk::literals;

/// What the driver knows of the port that a process listens on. It closes the port before it ends
/// the process, so that whoever wants it next finds it free.
struct open_port {
  /// Written before the driver knows the process. Null while a recorded run is repeated.
  std::shared_ptr<ground::listener> socket{};

  void close() const {
    if (socket != nullptr) socket->close();
  }
};

/// The state of that process: closes the port in any case.
struct listening {
  std::shared_ptr<const open_port> port;

  explicit listening(std::shared_ptr<const open_port> p) : port{std::move(p)} {}
  listening(listening&&) noexcept = default;
  listening& operator=(listening&&) noexcept = default;
  listening(const listening&) = delete;
  listening& operator=(const listening&) = delete;
  ~listening() {
    if (port != nullptr) port->close();
  }
};

/// Yields the peer's address and the connection.
term accept_event(const std::shared_ptr<ground::listener>& port) {
  return ground::loop_event(
      [port](ground::ready_fn ready) { return port->request_connection(std::move(ready)); },
      [port]() -> std::optional<term> {
        auto socket = port->take_connection();
        if (socket == nullptr) return std::nullopt;
        const term peer = address{socket->peer().host, socket->peer().port};
        return cons(peer, host_object(std::move(socket)));
      },
      [port](ground::request_id id) { port->cancel(id); });
}

/// Opens the port. False; or the failure, when it cannot be listened on.
term listen_on(const term& local, std::uint16_t port, const options& how, open_port& mine) {
  auto opened = ground::listener::listen(ground::current_loop("tcp::driver()"), how.host, port,
                                         how.backlog, {.streams = stream_options_of(how)});
  if (!opened) {
    const ground::io_error& error = opened.error();
    return failure{*local.as<tcp::socket>(), symbol{to_string(error.reason)}, error.message()};
  }
  mine.socket = std::move(opened.value());
  return false;
}

booted refuse_to_listen(const term& told) {
  const auto why = told.as<failure>();
  return {detail::state_box{stateless{}},
          actions{send_message{told}, quit{term{fault{why ? why->text : to_string(told)}}}}.take()};
}

spawn_action listener_process(const term& local, const options& how,
                              const std::shared_ptr<open_port>& mine) {
  return name_process(
      local, spawn([=]() -> booted {
        const auto wanted = local.as<listener>();
        if (!wanted || wanted->port == 0) {
          throw usage_error{"cannot listen on " + to_string(local) +
                            ": expected #s(tcp-listener PORT), 1 to 65535"};
        }
        const term refusal = ask_world([&] { return listen_on(local, wanted->port, how, *mine); });
        if (!refusal.is_false()) return refuse_to_listen(refusal);
        return {detail::state_box{listening{mine}},
                actions{subscriber(cons(accept_event(mine->socket), _))
                            .on_message([=](const term& message) -> actions {
                              const term& came = message.tail();
                              if (!came.is(kind::pair)) return {};
                              return accepted_connection(local, came.head(), came.tail(), how);
                            })}
                    .take()};
      }));
}

/// How many endpoints want one listener or connection, and the process that serves it.
struct demand {
  int interested = 0;
  bool starting = false;  // its spawn is under way
  std::optional<pid> server{};
  std::shared_ptr<open_port> port{};  // of a listener
};

actions end_server(const demand& d) {
  if (d.port != nullptr) d.port->close();
  return quit{*d.server, false};
}

/// By (local . remote); the remote of a listener is false.
using demands = std::unordered_map<term, demand>;

class driver_process {
 public:
  explicit driver_process(options how) : how_{std::move(how)} {}

  [[nodiscard]] actions endpoints() const {
    const auto port = make_record("tcp-listener", _);
    const auto peer = make_record("tcp-address", _, _);
    const auto own = make_record("tcp-handle", _);
    return {watch(observe_publishers_everything(channel_of(port, peer)), &topic<channel>::source,
                  false),
            watch(observe_subscribers_everything(channel_of(peer, port)),
                  &topic<channel>::destination, false),
            watch(observe_publishers(channel_of(own, peer)), &topic<channel>::source, true),
            watch(observe_subscribers(channel_of(peer, own)), &topic<channel>::destination, true)};
  }

 private:
  using end = field<tcp::socket> topic<channel>::*;

  static term channel_of(const term& source, const term& destination) {
    return make_record("tcp-channel", source, destination, _);
  }

  // `local` is our end of the channel. Listeners serve who names no peer, connections who names
  // one.
  [[nodiscard]] endpoint watch(endpoint e, field<tcp::socket> topic<channel>::*local,
                               bool to_peer) const {
    const auto remote = local == static_cast<end>(&topic<channel>::source)
                            ? static_cast<end>(&topic<channel>::destination)
                            : static_cast<end>(&topic<channel>::source);
    return std::move(e)
        .on_presence([*this, local, remote, to_peer](const topic<channel>& c, demands& all) {
          return arrive((c.*local).as_term(), (c.*remote).as_term(), to_peer, all);
        })
        .on_absence([local, remote, to_peer](const topic<channel>& c, demands& all) {
          return leave((c.*local).as_term(), (c.*remote).as_term(), to_peer, all);
        });
  }

  [[nodiscard]] actions arrive(const term& local, const term& remote, bool to_peer,
                               demands& all) const {
    if (!local.is_ground() || remote.is_ground() != to_peer) return {};
    const term key = to_peer ? cons(local, remote) : cons(local, false);
    demand& mine = all[key];
    // While one starts there is no second: it would find the port taken.
    if (++mine.interested > 1 || mine.starting) return {};
    mine.starting = true;
    if (!to_peer) mine.port = std::make_shared<open_port>();
    return (to_peer ? outgoing_connection(local, remote, how_)
                    : listener_process(local, how_, mine.port))
        .then([key](pid server, demands& now) -> actions {
          demand& started = now.at(key);
          started.starting = false;
          started.server = server;
          if (started.interested > 0) return {};
          actions last = end_server(started);  // they left meanwhile
          now.erase(key);
          return last;
        });
  }

  [[nodiscard]] static actions leave(const term& local, const term& remote, bool to_peer,
                                     demands& all) {
    if (!local.is_ground() || remote.is_ground() != to_peer) return {};
    const auto place = all.find(to_peer ? cons(local, remote) : cons(local, false));
    if (place == all.end() || --place->second.interested > 0 || place->second.starting) return {};
    actions last = end_server(place->second);
    all.erase(place);
    return last;
  }

  options how_;
};

}  // namespace

spawn_action driver(options how) {
  return name_process("tcp-driver"_sym, spawn([how = std::move(how)](pid self) {
                        ground::check_place("tcp::driver()", self,
                                            "use it from the nested VM through at_meta_level()");
                        return transition(demands{}, driver_process{how}.endpoints());
                      }));
}

}  // namespace souk::tcp
