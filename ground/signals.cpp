#include "ground/signals.hpp"

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "ground/loop_core.hpp"

namespace souk::ground {

namespace {

constexpr std::size_t most_waiting = 16;

// The right to one signal of the process (G1).
class claim {
 public:
  explicit claim(int number) : number_(number) {
    const std::lock_guard lock(mutex());
    held_ = taken().insert(number).second;
  }
  claim(const claim&) = delete;
  claim& operator=(const claim&) = delete;
  ~claim() {
    if (!held_) return;
    const std::lock_guard lock(mutex());
    taken().erase(number_);
  }

  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  static std::mutex& mutex() {  // guards taken()
    static std::mutex one;
    return one;
  }
  static std::set<int>& taken() {
    static std::set<int> numbers;
    return numbers;
  }

  int number_;
  bool held_ = false;
};

// One signal that is caught; its end restores what was before. The loop thread's.
class caught_signal {
 public:
  caught_signal(uv_loop_t* loop, int number, void* data, uv_signal_cb on_signal)
      : claim_(number), number_(number) {
    if (!claim_.held()) {
      status_ = UV_EBUSY;
      return;
    }
    if (::sigaction(number, nullptr, &before_) != 0) {
      status_ = -errno;
      return;
    }
    handle_ = make_handle<uv_signal_t>(status_, data,
                                       [&](uv_signal_t* h) { return uv_signal_init(loop, h); });
    if (!handle_) return;
    status_ = uv_signal_start(handle_.get(), on_signal, number);
    if (status_ < 0) {
      handle_.reset();
      return;
    }
    mask(SIG_UNBLOCK);
  }
  caught_signal(const caught_signal&) = delete;
  caught_signal& operator=(const caught_signal&) = delete;
  ~caught_signal() {
    if (!handle_) return;
    mask(SIG_BLOCK);
    handle_.reset();
    ::sigaction(number_, &before_, nullptr);
  }

  /// Negative if it could not be caught.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  void mask(int how) const noexcept {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number_);
    pthread_sigmask(how, &one, nullptr);
  }

  claim claim_;
  int number_;
  int status_ = 0;
  struct sigaction before_ {};
  handle<uv_signal_t> handle_;
};

}  // namespace

class signals_core final : public part {
 public:
  explicit signals_core(std::shared_ptr<loop_core> on) : part(std::move(on)) {}

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

  std::optional<int> take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    const int number = waiting_.front();
    waiting_.pop_front();
    return number;
  }

  std::optional<io_error> error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

  void dropped() {
    std::vector<ready_fn> nobody;
    {
      const std::lock_guard lock(mutex_);
      nobody = requests_.remove_all();
    }
    core().post([self = keep(this)] { self->end(io_reason::closed); });
  }

  // If the loop has stopped, it has ended this before.
  void close() {
    core().run([self = keep(this)] { self->end(io_reason::closed); });
  }

  // The loop thread.

  [[nodiscard]] std::optional<io_error> start(const std::vector<int>& numbers) {
    if (core().stopping()) return io_error{io_reason::loop_stopped, 0, "catch signals"};
    core().add(shared_from_this());
    for (const int number : numbers) {
      caught_.push_back(std::make_unique<caught_signal>(
          core().uv(), number, this, [](uv_signal_t* h, int received) {
            keep(static_cast<signals_core*>(h->data))->on_signal(received);
          }));
      if (const int status = caught_.back()->status(); status < 0) {
        auto why = io_error::from_uv(status, "catch signal " + std::to_string(number));
        end(io_reason::closed);
        return why;
      }
    }
    return std::nullopt;
  }

  void on_stop(std::chrono::milliseconds) override { end(io_reason::loop_stopped); }

 private:
  void on_signal(int number) {
    std::vector<ready_fn> ready;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < most_waiting) waiting_.push_back(number);
      ready = requests_.remove_all();
    }
    call_all(ready);
  }

  void end(io_reason why) {
    const auto self = keep(this);
    caught_.clear();
    core().remove(*this);
    std::vector<ready_fn> ready;
    {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = io_error{why, 0, "catch signals"};
      ready = requests_.remove_all();
    }
    call_all(ready);
  }

  mutable std::mutex mutex_;  // guards the members up to the next blank line
  std::deque<int> waiting_;
  request_list<only> requests_;
  std::optional<io_error> error_;

  // The loop thread's.
  std::vector<std::unique_ptr<caught_signal>> caught_;
};

outcome<std::shared_ptr<signals>> signals::open(const loop& on, const std::vector<int>& numbers) {
  const auto core = std::make_shared<signals_core>(on.core());
  std::optional<io_error> failed;
  if (!on.core()->run([&] { failed = core->start(numbers); })) {
    return io_error{io_reason::loop_stopped, 0, "catch signals"};
  }
  if (failed) return *failed;
  return std::make_shared<signals>(core);
}

signals::signals(std::shared_ptr<signals_core> core) noexcept : core_(std::move(core)) {}
signals::~signals() { core_->dropped(); }

request_id signals::request(ready_fn ready) { return core_->request(std::move(ready)); }
std::optional<int> signals::take() { return core_->take(); }
void signals::cancel(request_id id) { core_->cancel(id); }
void signals::close() { core_->close(); }
std::optional<io_error> signals::error() const { return core_->error(); }

}  // namespace souk::ground
