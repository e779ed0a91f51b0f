#include "ground/connector.hpp"

#include <netdb.h>
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

bool is_unreachable(io_reason why) noexcept {
  return why == io_reason::network_unreachable || why == io_reason::host_unreachable ||
         why == io_reason::address_not_available || why == io_reason::invalid_address;
}

}  // namespace

class connector_core final : public part {
 public:
  using result = outcome<std::shared_ptr<stream>>;

  connector_core(std::shared_ptr<loop_core> on, std::string host, std::uint16_t port,
                 const connector_options& options)
      : part(on), options_(options), on_(std::move(on)), host_(std::move(host)), port_(port) {}

  // Any thread.

  request_id request(ready_fn ready) {
    {
      const std::lock_guard lock(mutex_);
      if (!known_) return requests_.add(only::one, std::move(ready));
    }
    ready();
    return request_id::none;
  }

  void cancel(request_id id) {
    ready_fn dropped;
    const std::lock_guard lock(mutex_);
    dropped = requests_.remove(id);
  }

  std::optional<result> take() {
    const std::lock_guard lock(mutex_);
    if (result_ && *result_) return std::exchange(result_, std::nullopt);
    return result_;
  }

  void close() {
    settle(failure(io_reason::cancelled), true);
    core().post([self = keep(this)] { self->end(); });
  }

  void dropped() {
    std::vector<ready_fn> nobody;
    {
      const std::lock_guard lock(mutex_);
      nobody = requests_.remove_all();
    }
    close();
  }

  [[nodiscard]] io_error failure(io_reason why) const { return {why, 0, operation()}; }
  [[nodiscard]] std::string operation() const {
    return "connect to " + host_ + ":" + std::to_string(port_);
  }

  /// Only the first result counts, unless it is to be replaced; never once a stream was taken.
  void settle(result how, bool replace = false) {
    std::optional<result> old;
    std::vector<ready_fn> ready;
    {
      const std::lock_guard lock(mutex_);
      if (known_ && (!replace || !result_)) return;
      known_ = true;
      old = std::exchange(result_, std::move(how));
      ready = requests_.remove_all();
    }
    call_all(ready);
  }

  // The loop thread.

  void start() {
    if (core().stopping()) return settle(failure(io_reason::loop_stopped));
    core().add(shared_from_this());
    timer_ = make_timer(core().uv(), this);
    uv_timer_start(
        timer_.get(),
        [](uv_timer_t* t) {
          const auto self = keep(static_cast<connector_core*>(t->data));
          self->finish(self->failure(io_reason::timed_out));
        },
        static_cast<std::uint64_t>(options_.timeout.count()), 0);
    if (const auto numeric = numeric_address(host_, port_)) {
      addresses_.push_back(*numeric);
      try_next();
    } else {
      look_up();
    }
  }

  void on_stop(std::chrono::milliseconds) override { finish(failure(io_reason::loop_stopped)); }

 private:
  // A look-up under way; it owns itself until its callback, which may come after our end.
  struct lookup {
    uv_getaddrinfo_t request{};
    std::weak_ptr<connector_core> owner;
  };

  void look_up() {
    auto next = std::make_unique<lookup>();
    next->request.data = next.get();
    next->owner = keep(this);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    const int status = uv_getaddrinfo(
        core().uv(), &next->request,
        [](uv_getaddrinfo_t* request, int failed, addrinfo* found) {
          const std::unique_ptr<lookup> done(static_cast<lookup*>(request->data));
          if (const auto self = done->owner.lock()) self->on_looked_up(failed, found);
          uv_freeaddrinfo(found);
        },
        host_.c_str(), std::to_string(port_).c_str(), &hints);
    if (status < 0) return finish(io_error::from_uv(status, operation()));
    lookup_ = next.release();
  }

  void on_looked_up(int failed, const addrinfo* found) {
    lookup_ = nullptr;
    if (!timer_) return;  // it has ended
    if (failed < 0) return finish(io_error::from_uv(failed, operation()));
    for (; found != nullptr; found = found->ai_next) {
      addresses_.push_back(copy_address(found->ai_addr, static_cast<socklen_t>(found->ai_addrlen)));
    }
    try_next();
  }

  void try_next() {
    poll_.reset();
    socket_.reset();
    while (!addresses_.empty()) {
      const auto where = addresses_.front();
      addresses_.pop_front();
      socket_ = descriptor(
          ::socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      if (socket_ && ::connect(socket_.get(), where.get(), where.length) == 0) {
        return on_connected();
      }
      if (socket_ && errno == EINPROGRESS) return wait_for_answer();
      note(errno);
      socket_.reset();
    }
    finish(error_.value_or(failure(io_reason::host_not_found)));
  }

  void wait_for_answer() {
    int status = 0;
    poll_ = make_handle<uv_poll_t>(
        status, this, [this](uv_poll_t* p) { return uv_poll_init(core().uv(), p, socket_.get()); });
    if (!poll_) return finish(io_error::from_uv(status, operation()));
    uv_poll_start(poll_.get(), UV_WRITABLE, [](uv_poll_t* p, int, int) {
      keep(static_cast<connector_core*>(p->data))->on_answer();
    });
  }

  void on_answer() {
    int code = 0;
    socklen_t length = sizeof code;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &code, &length) != 0) code = errno;
    if (code == 0) return on_connected();
    note(code);
    try_next();
  }

  void on_connected() {
    poll_.reset();
    auto made = stream_core::adopt(on_, std::move(socket_), options_.stream);
    if (made) return finish(std::move(made.value()));
    if (!error_) error_ = io_error{made.error().reason, made.error().code, operation()};
    try_next();
  }

  // The first error is told, but one of a server rather than one of the way to it.
  void note(int code) {
    auto now = io_error::from_errno(code, operation());
    if (!error_ || is_unreachable(error_->reason)) error_ = std::move(now);
  }

  void finish(result how) {
    const auto self = keep(this);
    end();
    settle(std::move(how));
  }

  void end() {
    if (!timer_) return;
    timer_.reset();
    poll_.reset();
    if (lookup_ != nullptr) uv_cancel(reinterpret_cast<uv_req_t*>(&lookup_->request));
    const bool freed = static_cast<bool>(socket_);
    socket_.reset();
    core().remove(*this);
    if (freed) core().descriptor_freed();
  }

  const connector_options options_;
  const std::shared_ptr<loop_core> on_;
  const std::string host_;
  const std::uint16_t port_;

  mutable std::mutex mutex_;      // guards the members up to the next blank line
  bool known_ = false;            // how it went
  std::optional<result> result_;  // empty again once a stream is taken
  request_list<only> requests_;

  // The loop thread's.
  handle<uv_timer_t> timer_;  // null: not started, or ended
  lookup* lookup_ = nullptr;
  std::deque<socket_address> addresses_;  // still to try
  std::optional<io_error> error_;
  descriptor socket_;
  handle<uv_poll_t> poll_;  // after socket_: it ends first
};

std::shared_ptr<connector> connector::connect(const loop& on, const std::string& host,
                                              std::uint16_t port,
                                              const connector_options& options) {
  const auto core = std::make_shared<connector_core>(on.core(), host, port, options);
  if (!on.core()->post([core] { core->start(); })) {
    core->settle(core->failure(io_reason::loop_stopped));
  }
  return std::make_shared<connector>(core);
}

connector::connector(std::shared_ptr<connector_core> core) noexcept : core_(std::move(core)) {}
connector::~connector() { core_->dropped(); }

request_id connector::request(ready_fn ready) { return core_->request(std::move(ready)); }
std::optional<outcome<std::shared_ptr<stream>>> connector::take() { return core_->take(); }
void connector::cancel(request_id id) { core_->cancel(id); }
void connector::close() { core_->close(); }

}  // namespace souk::ground
