// The loop's side of a stream: the socket.
#include "ground/stream_core.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <iterator>
#include <utility>

#include "ground/socket_address.hpp"

namespace souk::ground {

namespace {

constexpr std::size_t buffers_at_once = 64;
// What one stream may send before the others have their turn.
constexpr std::size_t send_budget = 1024 * 1024;
// To a slow peer: the unit in which progress is seen.
constexpr std::size_t piece_size = 64 * 1024;
// Received bytes that are read and dropped at the very end.
constexpr std::size_t drain_limit = 1024 * 1024;
constexpr std::uint64_t closing_tick_ms = 10;

uv_stream_t* as_stream(uv_tcp_t* tcp) noexcept { return reinterpret_cast<uv_stream_t*>(tcp); }

}  // namespace

// Bytes that uv_write() sends when the socket takes some again. It owns itself until its callback.
struct stream_core::piece {
  uv_write_t request{};
  std::string bytes;
  std::size_t begin = 0;
  std::shared_ptr<stream_core> owner;

  [[nodiscard]] std::size_t size() const noexcept { return bytes.size() - begin; }
};

// Opening.

outcome<std::shared_ptr<stream>> stream_core::adopt(const std::shared_ptr<loop_core>& on,
                                                    descriptor socket,
                                                    const stream_options& options) {
  const auto core = std::make_shared<stream_core>(on, options);
  if (const int status = core->open(std::move(socket)); status < 0) {
    return io_error::from_uv(status, "open a connection");
  }
  return std::make_shared<stream>(core);
}

int stream_core::open(descriptor socket) {
  auto local = local_address(socket.get());
  auto peer = peer_address(socket.get());
  if (!local || !peer) return -errno;  // it was reset already
  local_ = std::move(*local);
  peer_ = std::move(*peer);
  const int no_delay = options_.no_delay ? 1 : 0;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);

  int status = 0;
  socket_ = make_handle<uv_tcp_t>(status, this,
                                  [this](uv_tcp_t* t) { return uv_tcp_init(core().uv(), t); });
  if (!socket_) return status;
  status = uv_tcp_open(socket_.get(), socket.get());
  if (status < 0) {
    socket_.reset();
    return status;
  }
  (void)socket.release();  // libuv's now
  core().add(shared_from_this());
  start_reading();
  return 0;
}

int stream_core::fd() const noexcept {
  uv_os_fd_t fd = -1;
  uv_fileno(reinterpret_cast<const uv_handle_t*>(socket_.get()), &fd);
  return fd;
}

// What VM threads want.

void stream_core::step() {
  wish wanted = wish::stay;
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    step_wanted_ = step_posted_ = false;
    wanted = wish_;
    std::move(outbox_.begin(), outbox_.end(), std::back_inserter(sending_));
    outbox_.clear();
    resume = paused_ && has_room();
    if (resume) paused_ = false;
  }
  if (!socket_) return;
  if (wanted == wish::abort) return reset_socket();
  if (wanted == wish::close && !closing_) start_closing(options_.flush_deadline);
  if (resume) start_reading();
  flush();
}

// Input.

void stream_core::start_reading() {
  if (reading_ || input_ended_ || !socket_) return;
  reading_ = true;
  uv_read_start(
      as_stream(socket_.get()),
      [](uv_handle_t* h, std::size_t, uv_buf_t* buffer) {
        *buffer = static_cast<stream_core*>(h->data)->core().read_buffer();
      },
      [](uv_stream_t* s, ssize_t got, const uv_buf_t* buffer) {
        const auto self = keep(static_cast<stream_core*>(s->data));
        self->on_read(got, {buffer->base, got > 0 ? static_cast<std::size_t>(got) : 0});
      });
}

void stream_core::stop_reading() {
  reading_ = false;
  uv_read_stop(as_stream(socket_.get()));
}

void stream_core::on_read(ssize_t got, std::string_view bytes) {
  if (got < 0) {
    stop_reading();
    input_ended_ = true;
    on_input_end(got);
  } else if (!closing_ && !bytes.empty()) {
    on_input(bytes);
  }
}

void stream_core::on_input(std::string_view bytes) {
  const bool full = change([&] {
    if (end_) return false;  // a long line was refused: the rest is dropped
    input_.append(bytes);
    if (requests_.any(kind::line) && input_.line_too_long()) refuse_long_line();
    return paused_ = !end_ && input_.size() >= options_.high_water && !line_wanted();
  });
  if (full) stop_reading();
}

void stream_core::on_input_end(ssize_t status) {
  if (status == UV_EOF) {
    const bool output_ended = change([&] {
      // After a failed write the kernel may hide the reset behind a plain end.
      end_input({error_});
      return output_ == output::ended;
    });
    if (output_ended) return close_socket();
    if (closing_) flush();
    return;
  }
  change([&] {
    fail(
        failure(io_error::from_uv(static_cast<int>(status), {}).reason, -static_cast<int>(status)));
    end_output();
  });
  release();
}

// Output.

void stream_core::flush() {
  std::size_t budget = send_budget;
  while (socket_ && !write_under_way_ && !sending_.empty()) {
    if (budget == 0) {
      change([&] { step_wanted_ = true; });
      return;
    }
    if (!send_now(budget)) return;
  }
  if (socket_ && !write_under_way_) on_flushed();
}

// Hands to the kernel what it takes at once. False: not all of it, or it failed.
bool stream_core::send_now(std::size_t& budget) {
  std::array<uv_buf_t, buffers_at_once> buffers;
  std::size_t count = 0;
  std::size_t offered = 0;
  for (std::string& bytes : sending_) {
    if (count == buffers.size()) break;
    const std::size_t skip = count == 0 ? sent_of_front_ : 0;
    const std::size_t size = std::min(bytes.size() - skip, budget - offered);
    if (size == 0) break;
    buffers[count++] = uv_buf_init(bytes.data() + skip, static_cast<unsigned>(size));
    offered += size;
  }
  const int sent =
      uv_try_write(as_stream(socket_.get()), buffers.data(), static_cast<unsigned>(count));
  if (sent == 0 || sent == UV_EAGAIN) {
    send_later();
    return false;
  }
  if (sent < 0) {
    on_write_failed(sent);
    return false;
  }
  budget -= static_cast<std::size_t>(sent);
  std::size_t left = static_cast<std::size_t>(sent);
  while (left > 0) {
    const std::size_t of_front = std::min(left, sending_.front().size() - sent_of_front_);
    sent_of_front_ += of_front;
    left -= of_front;
    if (sent_of_front_ == sending_.front().size()) {
      sending_.pop_front();
      sent_of_front_ = 0;
    }
  }
  on_sent(static_cast<std::size_t>(sent));
  return true;
}

// Waits for the socket with the next piece in hand.
void stream_core::send_later() {
  auto next = std::make_unique<piece>();
  next->owner = keep(this);
  std::string& front = sending_.front();
  if (front.size() - sent_of_front_ <= piece_size) {
    next->begin = std::exchange(sent_of_front_, 0);
    next->bytes = std::move(front);
    sending_.pop_front();
  } else {
    next->bytes.assign(front, sent_of_front_, piece_size);
    sent_of_front_ += piece_size;
  }
  next->request.data = next.get();
  const auto buffer =
      uv_buf_init(next->bytes.data() + next->begin, static_cast<unsigned>(next->size()));
  const int status = uv_write(&next->request, as_stream(socket_.get()), &buffer, 1,
                              [](uv_write_t* request, int failed) {
                                const std::unique_ptr<piece> p(static_cast<piece*>(request->data));
                                stream_core& self = *p->owner;
                                self.write_under_way_ = false;
                                if (failed == 0) {
                                  self.on_sent(p->size());
                                  self.flush();
                                } else if (self.socket_) {  // else we closed it ourselves
                                  self.on_write_failed(failed);
                                }
                              });
  if (status < 0) return on_write_failed(status);
  write_under_way_ = true;
  (void)next.release();  // its callback's now
}

void stream_core::on_sent(std::size_t count) {
  change([&] {
    written_ += count;
    unwritten_ -= std::min(unwritten_, count);  // 0 already if the output has ended meanwhile
  });
}

// The input may still hold what the peer sent before it went: it is read to its own end.
void stream_core::on_write_failed(int status) {
  sending_.clear();
  sent_of_front_ = 0;
  const bool paused = change([&] {
    if (!error_) error_ = failure(io_error::from_uv(status, {}).reason, -status);
    end_output();
    return paused_;
  });
  if (closing_ || input_ended_) return release();
  if (!paused) start_reading();
}

void stream_core::on_flushed() {
  const bool shut_now = change([&] {
    if (output_ != output::shutting || !outbox_.empty()) return false;
    output_ = output::ended;
    return true;
  });
  if (shut_now) {
    // ENOTCONN: the peer has reset, which read() will tell.
    ::shutdown(fd(), SHUT_WR);
    shut_ = true;
  }
  if (shut_ && (input_ended_ || (closing_ && peer_has_all()))) close_socket();
}

// The end.

void stream_core::on_stop(std::chrono::milliseconds flush_deadline) {
  const auto self = keep(this);
  change([&] {
    fail(failure(io_reason::loop_stopped));
    ask_close();
  });
  start_closing(flush_deadline);
  // flush() comes with the step() that ask_close() wanted, after what is written already.
}

// Closing a socket with received bytes in it makes the kernel send a reset, which may overtake what
// the peer has not acknowledged. So we read on, and drop, until the peer has all or the deadline.
void stream_core::start_closing(std::chrono::milliseconds flush_deadline) {
  const auto deadline = clock::now() + flush_deadline;
  if (closing_) {
    closing_deadline_ = std::min(closing_deadline_, deadline);
    return;
  }
  closing_ = true;
  closing_deadline_ = deadline;
  closing_timer_ = make_timer(core().uv(), this);
  uv_timer_start(
      closing_timer_.get(),
      [](uv_timer_t* t) { keep(static_cast<stream_core*>(t->data))->on_closing_tick(); },
      closing_tick_ms, closing_tick_ms);
  start_reading();
}

void stream_core::on_closing_tick() {
  if (clock::now() < closing_deadline_) return flush();
  if (shut_) return close_socket();  // the kernel has all, and goes on without us
  change([&] {
    if (!error_) error_ = failure(io_reason::timed_out);
  });
  reset_socket();  // so that the peer does not take what it got for all
}

bool stream_core::peer_has_all() const noexcept {
  int unacknowledged = 0;
  return ::ioctl(fd(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0;
}

void stream_core::close_socket() {
  const auto buffer = core().read_buffer();
  for (std::size_t drained = 0; drained < drain_limit;) {
    const ssize_t got = ::recv(fd(), buffer.base, buffer.len, MSG_DONTWAIT);
    if (got <= 0) break;
    drained += static_cast<std::size_t>(got);
  }
  release();
}

void stream_core::reset_socket() {
  const linger at_once{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  release();
}

void stream_core::release() {
  const auto self = keep(this);
  closing_timer_.reset();
  socket_.reset();
  sending_.clear();
  sent_of_front_ = 0;
  core().remove(*this);
  core().descriptor_freed();
  change([&] {
    end_output();
    end_input({failure(io_reason::closed)});
    closed_ = true;
  });
}

}  // namespace souk::ground
