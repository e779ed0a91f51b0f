#include "ground/listener.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "ground/loop_core.hpp"
#include "ground/socket_address.hpp"
#include "ground/stream_core.hpp"

namespace souk::ground {

namespace {

// Connections accepted before other objects have their turn.
constexpr int accepts_at_once = 32;

std::string describe(const std::string& host, std::uint16_t port) {
  return "listen on " + (host.empty() ? "*" : host) + ":" + std::to_string(port);
}

outcome<descriptor> bound_socket(const socket_address& where, int backlog, std::string operation) {
  const int family = where.storage.ss_family;
  descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return io_error::from_errno(errno, std::move(operation));
  const int yes = 1;
  const int no = 0;
  // So that a restarted server need not wait for the old one's connections to time out.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (::bind(socket.get(), where.get(), where.length) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    return io_error::from_errno(errno, std::move(operation));
  }
  return socket;
}

outcome<socket_address> look_up(const std::string& host, std::uint16_t port,
                                std::string operation) {
  if (auto numeric = numeric_address(host, port)) return *numeric;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  const auto service = std::to_string(port);
  if (::getaddrinfo(host.c_str(), service.c_str(), &hints, &raw) != 0) {
    return io_error{io_reason::host_not_found, 0, std::move(operation)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, &::freeaddrinfo);
  return copy_address(found->ai_addr, static_cast<socklen_t>(found->ai_addrlen));
}

outcome<descriptor> listening_socket(const std::string& host, std::uint16_t port, int backlog) {
  auto operation = describe(host, port);
  if (!host.empty()) {
    const auto where = look_up(host, port, operation);
    if (!where) return where.error();
    return bound_socket(where.value(), backlog, std::move(operation));
  }
  auto both = bound_socket(*numeric_address("::", port), backlog, operation);
  // A machine without IPv6.
  if (!both && both.error().reason != io_reason::address_in_use) {
    return bound_socket(*numeric_address("0.0.0.0", port), backlog, std::move(operation));
  }
  return both;
}

}  // namespace

class listener_core final : public part {
 public:
  listener_core(std::shared_ptr<loop_core> on, descriptor socket, const listener_options& options)
      : part(on),
        options_(options),
        local_(local_address(socket.get()).value_or(address{})),
        on_(std::move(on)),
        socket_(std::move(socket)) {}

  // Any thread.

  request_id request(ready_fn ready) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty() && !error_) return requests_.add(only::one, std::move(ready));
    }
    ready();
    return request_id::none;
  }

  void cancel(request_id id) {
    ready_fn dropped;
    const std::lock_guard lock(mutex_);
    dropped = requests_.remove(id);
  }

  std::shared_ptr<stream> take() {
    std::shared_ptr<stream> taken;
    bool resume = false;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return nullptr;
      taken = std::move(waiting_.front());
      waiting_.pop_front();
      resume = std::exchange(full_, false);
    }
    if (resume) core().post([self = keep(this)] { self->start_accepting(); });
    return taken;
  }

  // If the loop has stopped, it has ended this before.
  void close() {
    core().run([self = keep(this)] { self->end(io_reason::closed); });
  }

  void dropped() {
    std::vector<ready_fn> nobody;
    {
      const std::lock_guard lock(mutex_);
      nobody = requests_.remove_all();
    }
    // Not run(): whoever drops may be in the middle of anything.
    core().post([self = keep(this)] { self->end(io_reason::closed); });
  }

  std::optional<io_error> error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }
  std::optional<io_error> last_refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
  }
  std::uint64_t refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }
  const address& local() const noexcept { return local_; }

  // The loop thread.

  void start() {
    if (core().stopping()) return end(io_reason::loop_stopped);
    int status = 0;
    poll_ = make_handle<uv_poll_t>(
        status, this, [this](uv_poll_t* p) { return uv_poll_init(core().uv(), p, socket_.get()); });
    if (!poll_) return end(io_error::from_uv(status, describe(local_.host, local_.port)));
    retry_timer_ = make_timer(core().uv(), this);
    core().add(shared_from_this());
    start_accepting();
  }

  void end(io_reason why) { end(io_error{why, 0, describe(local_.host, local_.port)}); }

  void on_stop(std::chrono::milliseconds) override { end(io_reason::loop_stopped); }
  void on_descriptor_freed() override { start_accepting(); }

 private:
  void start_accepting() {
    if (!poll_) return;
    uv_timer_stop(retry_timer_.get());
    uv_poll_start(poll_.get(), UV_READABLE, [](uv_poll_t* p, int status, int) {
      const auto self = keep(static_cast<listener_core*>(p->data));
      if (status < 0) return self->pause_for(-status);
      self->accept_some();
    });
  }

  void accept_some() {
    for (int n = 0; n < accepts_at_once && poll_; ++n) {
      if (pause_if_full()) return;
      descriptor socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket) {
        auto made = stream_core::adopt(on_, std::move(socket), options_.streams);
        if (made) hand_over(std::move(made.value()));
        continue;  // not made: the peer has reset it already
      }
      switch (errno) {
        case EAGAIN: return;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM: return pause_for(errno);
        default: continue;  // that connection is broken, the next may not be
      }
    }
  }

  bool pause_if_full() {
    const std::lock_guard lock(mutex_);
    full_ = waiting_.size() >= options_.max_waiting;
    if (full_) uv_poll_stop(poll_.get());
    return full_;
  }

  // T2. The socket stays readable, so polling on would spin.
  void pause_for(int code) {
    uv_poll_stop(poll_.get());
    core().starved(shared_from_this());
    uv_timer_start(
        retry_timer_.get(),
        [](uv_timer_t* t) { keep(static_cast<listener_core*>(t->data))->start_accepting(); },
        static_cast<std::uint64_t>(options_.retry_after.count()), 0);
    const std::lock_guard lock(mutex_);
    ++refusals_;
    refusal_ =
        io_error::from_errno(code, "accept on " + local_.host + ":" + std::to_string(local_.port));
  }

  void hand_over(std::shared_ptr<stream> made) {
    std::vector<ready_fn> ready;
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(made));
      ready = requests_.remove_all();
    }
    call_all(ready);
  }

  void end(io_error why) {
    const auto self = keep(this);
    poll_.reset();
    retry_timer_.reset();
    if (socket_) {
      socket_.reset();
      core().remove(*this);
      core().descriptor_freed();
    }
    std::deque<std::shared_ptr<stream>> untaken;
    std::vector<ready_fn> ready;
    {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(why);
      untaken.swap(waiting_);
      ready = requests_.remove_all();
    }
    call_all(ready);
  }

  const listener_options options_;
  const address local_;
  const std::shared_ptr<loop_core> on_;

  mutable std::mutex mutex_;  // guards the members up to the next blank line
  std::deque<std::shared_ptr<stream>> waiting_;
  request_list<only> requests_;
  std::optional<io_error> error_;
  std::optional<io_error> refusal_;
  std::uint64_t refusals_ = 0;
  bool full_ = false;  // accepting has stopped until a take()

  // The loop thread's.
  descriptor socket_;
  handle<uv_poll_t> poll_;  // after socket_: it ends first
  handle<uv_timer_t> retry_timer_;
};

outcome<std::shared_ptr<listener>> listener::listen(const loop& on, const std::string& host,
                                                    std::uint16_t port, int backlog,
                                                    const listener_options& options) {
  auto socket = listening_socket(host, port, backlog);
  if (!socket) return socket.error();
  const auto core = std::make_shared<listener_core>(on.core(), std::move(socket.value()), options);
  if (!on.core()->post([core] { core->start(); })) {
    return io_error{io_reason::loop_stopped, 0, describe(host, port)};
  }
  return std::make_shared<listener>(core);
}

listener::listener(std::shared_ptr<listener_core> core) noexcept : core_(std::move(core)) {}
listener::~listener() { core_->dropped(); }

request_id listener::request_connection(ready_fn ready) { return core_->request(std::move(ready)); }
std::shared_ptr<stream> listener::take_connection() { return core_->take(); }
void listener::cancel(request_id id) { core_->cancel(id); }
void listener::close() { core_->close(); }
const address& listener::local() const noexcept { return core_->local(); }
std::optional<io_error> listener::error() const { return core_->error(); }
std::optional<io_error> listener::last_refusal() const { return core_->last_refusal(); }
std::uint64_t listener::refusals() const { return core_->refusals(); }

}  // namespace souk::ground
