// The VM's side of a stream: takes, writes and wishes, under the mutex. No call of libuv here.
#include "ground/stream.hpp"

#include <algorithm>
#include <utility>

#include "ground/stream_core.hpp"

namespace souk::ground {

namespace {

// Small writes are joined up to this size, so that the queue's own memory stays in proportion.
constexpr std::size_t join_up_to = 16 * 1024;

}  // namespace

// Requests.

request_id stream_core::request(kind what, ready_fn ready) {
  const auto id = change([&] {
    if (what == kind::line && input_.line_too_long()) refuse_long_line();
    return is_ready(what) ? request_id::none : requests_.add(what, std::move(ready));
  });
  if (id == request_id::none) ready();
  return id;
}

void stream_core::cancel(request_id id) {
  const ready_fn dropped = change([&] { return requests_.remove(id); });
}

bool stream_core::is_ready(kind what) const noexcept {
  switch (what) {
    case kind::bytes: return !input_.empty() || end_;
    case kind::line: return input_.has_line() || end_;
    case kind::end: return input_.empty() && end_;
    case kind::written: return written_ > 0 || output_ == output::ended;
    case kind::closed: break;
  }
  return closed_;
}

bool stream_core::line_wanted() const noexcept {
  return requests_.any(kind::line) && !input_.has_line() && !input_.line_too_long();
}

// To read again after a pause: not at once below high_water, so that reading does not stop and
// start with every take.
bool stream_core::has_room() const noexcept {
  return !end_ && (input_.size() <= options_.low_water || line_wanted());
}

void stream_core::collect_ready(std::vector<ready_fn>& to) {
  requests_.move_ready([this](kind what) { return is_ready(what); }, to);
}

// Input.

std::optional<std::string> stream_core::take_bytes(std::size_t max) {
  return change([&] { return input_.take_bytes(max); });
}

std::optional<std::string> stream_core::take_line() {
  return change([&] {
    if (input_.line_too_long()) refuse_long_line();
    return input_.take_line();
  });
}

std::optional<stream_end> stream_core::end() const {
  const std::lock_guard lock(mutex_);
  return input_.empty() ? end_ : std::nullopt;
}

std::size_t stream_core::unread_bytes() const {
  const std::lock_guard lock(mutex_);
  return input_.size();
}

void stream_core::end_input(stream_end how) {
  if (end_) return;
  end_ = std::move(how);
  input_.finish();
}

void stream_core::drop_input() {
  input_.clear();
  end_input({failure(io_reason::closed)});
}

void stream_core::fail(const io_error& why) {
  end_input({why});
  if (!error_) error_ = why;
}

void stream_core::refuse_long_line() {
  input_.clear();
  end_.reset();  // it may have been a clean one, after the long rest
  fail(failure(io_reason::line_too_long));
  ask_close();
}

// Output.

bool stream_core::write(std::string bytes) {
  return change([&] {
    if (output_ != output::open) return false;
    if (bytes.empty()) return true;
    if (bytes.size() > options_.write_limit - unwritten_) {
      fail(failure(io_reason::write_limit));
      ask_abort();
      return false;
    }
    unwritten_ += bytes.size();
    if (!outbox_.empty() && outbox_.back().size() + bytes.size() <= join_up_to) {
      outbox_.back() += bytes;
    } else {
      outbox_.push_back(std::move(bytes));
    }
    step_wanted_ = true;
    return true;
  });
}

std::size_t stream_core::take_written() {
  const std::lock_guard lock(mutex_);
  return std::exchange(written_, 0);
}

std::size_t stream_core::unwritten_bytes() const {
  const std::lock_guard lock(mutex_);
  return unwritten_;
}

void stream_core::shutdown_write() {
  change([&] { shut_output(); });
}

void stream_core::shut_output() {
  if (output_ != output::open) return;
  output_ = output::shutting;
  step_wanted_ = true;
}

void stream_core::end_output() {
  output_ = output::ended;
  outbox_.clear();
  unwritten_ = 0;
}

// The end.

void stream_core::close() {
  change([&] {
    drop_input();
    ask_close();
  });
}

void stream_core::abort() {
  change([&] {
    drop_input();
    ask_abort();
  });
}

void stream_core::dropped() {
  const auto nobody = change([&] { return requests_.remove_all(); });
  close();
}

void stream_core::ask_close() {
  shut_output();
  if (wish_ == wish::stay) wish_ = wish::close;
  step_wanted_ = true;
}

void stream_core::ask_abort() {
  end_output();
  wish_ = wish::abort;
  step_wanted_ = true;
}

bool stream_core::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::optional<io_error> stream_core::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

io_error stream_core::failure(io_reason why, int code) const {
  return {why, code, "connection with " + peer_.host + ":" + std::to_string(peer_.port)};
}

// The handle.

stream::stream(std::shared_ptr<stream_core> core) noexcept : core_(std::move(core)) {}
stream::~stream() { core_->dropped(); }

request_id stream::request_bytes(ready_fn ready) {
  return core_->request(stream_core::kind::bytes, std::move(ready));
}
request_id stream::request_line(ready_fn ready) {
  return core_->request(stream_core::kind::line, std::move(ready));
}
request_id stream::request_end(ready_fn ready) {
  return core_->request(stream_core::kind::end, std::move(ready));
}
request_id stream::request_written(ready_fn ready) {
  return core_->request(stream_core::kind::written, std::move(ready));
}
request_id stream::request_closed(ready_fn ready) {
  return core_->request(stream_core::kind::closed, std::move(ready));
}
void stream::cancel(request_id id) { core_->cancel(id); }

std::optional<std::string> stream::take_bytes(std::size_t max) { return core_->take_bytes(max); }
std::optional<std::string> stream::take_line() { return core_->take_line(); }
std::optional<stream_end> stream::end() const { return core_->end(); }

bool stream::write(std::string bytes) { return core_->write(std::move(bytes)); }
std::size_t stream::take_written() { return core_->take_written(); }
std::size_t stream::unwritten_bytes() const { return core_->unwritten_bytes(); }
void stream::shutdown_write() { core_->shutdown_write(); }

void stream::close() { core_->close(); }
void stream::abort() { core_->abort(); }
bool stream::closed() const { return core_->closed(); }

const address& stream::local() const noexcept { return core_->local(); }
const address& stream::peer() const noexcept { return core_->peer(); }
std::size_t stream::unread_bytes() const { return core_->unread_bytes(); }
std::optional<io_error> stream::error() const { return core_->error(); }

}  // namespace souk::ground
