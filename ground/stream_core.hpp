// The two sides of a stream: what VM threads and the loop share under a mutex, and what only the
// loop thread touches. Private to ground/.
//
// VM threads change the shared side and want a step(); it runs on the loop thread and compares what
// is wanted with what is, so any number of commands between two steps costs one task.
//
// Threads    as the sections say.
// Ownership  Held by its `stream`, while the socket is open by the loop (C1), and by a write under
//            way.
#pragma once

#include <uv.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ground/descriptor.hpp"
#include "ground/handle.hpp"
#include "ground/line_splitter.hpp"
#include "ground/loop_core.hpp"
#include "ground/request.hpp"
#include "ground/stream.hpp"

namespace souk::ground {

class stream_core final : public part {
 public:
  /// Takes over a connected socket and starts to read. Loop thread, which is not stopping.
  [[nodiscard]] static outcome<std::shared_ptr<stream>> adopt(const std::shared_ptr<loop_core>& on,
                                                              descriptor socket,
                                                              const stream_options& options);

  stream_core(std::shared_ptr<loop_core> on, const stream_options& options)
      : part(std::move(on)), options_(options), input_(options.max_line) {}

  // Any thread (stream.cpp). The same as in stream.

  enum class kind { bytes, line, end, written, closed };
  request_id request(kind what, ready_fn ready);
  void cancel(request_id id);
  [[nodiscard]] std::optional<std::string> take_bytes(std::size_t max);
  [[nodiscard]] std::optional<std::string> take_line();
  [[nodiscard]] std::optional<stream_end> end() const;
  bool write(std::string bytes);
  [[nodiscard]] std::size_t take_written();
  [[nodiscard]] std::size_t unwritten_bytes() const;
  void shutdown_write();
  void close();
  void abort();
  /// Nobody is there any more: forget who waits, and close().
  void dropped();
  [[nodiscard]] bool closed() const;
  [[nodiscard]] std::size_t unread_bytes() const;
  [[nodiscard]] std::optional<io_error> error() const;
  [[nodiscard]] const address& local() const noexcept { return local_; }
  [[nodiscard]] const address& peer() const noexcept { return peer_; }

  // The loop thread (stream_core.cpp).

  void on_stop(std::chrono::milliseconds flush_deadline) override;

 private:
  using clock = std::chrono::steady_clock;
  enum class output { open, shutting, ended };
  enum class wish { stay, close, abort };
  struct piece;  // one uv_write() under way

  // Any thread.

  /// Runs `f` under the mutex; then posts step() if one is wanted, and calls whoever is ready.
  template <class Change>
  auto change(Change f);

  // Any thread. Pre: mutex_ is held.

  [[nodiscard]] bool is_ready(kind what) const noexcept;
  [[nodiscard]] bool line_wanted() const noexcept;
  [[nodiscard]] bool has_room() const noexcept;
  void collect_ready(std::vector<ready_fn>& to);
  void end_input(stream_end how);
  void drop_input();
  void fail(const io_error& why);
  void refuse_long_line();
  void shut_output();
  void end_output();
  void ask_close();
  void ask_abort();
  [[nodiscard]] io_error failure(io_reason why, int code = 0) const;

  // The loop thread.

  [[nodiscard]] int open(descriptor socket);
  void step();
  void start_reading();
  void stop_reading();
  void on_read(ssize_t got, std::string_view bytes);
  void on_input(std::string_view bytes);
  void on_input_end(ssize_t status);
  void flush();
  [[nodiscard]] bool send_now(std::size_t& budget);
  void send_later();
  void on_sent(std::size_t count);
  void on_write_failed(int status);
  void on_flushed();
  void start_closing(std::chrono::milliseconds flush_deadline);
  void on_closing_tick();
  [[nodiscard]] bool peer_has_all() const noexcept;
  [[nodiscard]] int fd() const noexcept;
  void close_socket();
  void reset_socket();
  void release();

  const stream_options options_;
  address local_;  // constant once open
  address peer_;

  mutable std::mutex mutex_;  // guards the members up to the next blank line
  line_splitter input_;
  std::optional<stream_end> end_;  // nothing more will be appended to input_
  std::optional<io_error> error_;
  request_list<kind> requests_;
  std::deque<std::string> outbox_;  // written, not yet with the loop
  std::size_t unwritten_ = 0;       // in outbox_ and sending_
  std::size_t written_ = 0;         // since the last take_written()
  output output_ = output::open;
  wish wish_ = wish::stay;
  bool step_wanted_ = false;
  bool step_posted_ = false;
  bool paused_ = false;  // reading has stopped until there is room
  bool closed_ = false;

  // The loop thread's.
  handle<uv_tcp_t> socket_;  // null: closed
  handle<uv_timer_t> closing_timer_;
  std::deque<std::string> sending_;
  std::size_t sent_of_front_ = 0;
  bool write_under_way_ = false;
  bool reading_ = false;
  bool input_ended_ = false;  // read() said so
  bool shut_ = false;         // our side
  bool closing_ = false;      // close() was seen: what comes in is dropped
  clock::time_point closing_deadline_;
};

template <class Change>
auto stream_core::change(Change f) {
  std::vector<ready_fn> ready;
  bool post = false;
  const auto after = [&] {
    if (paused_ && has_room()) step_wanted_ = true;
    post = step_wanted_ && !step_posted_ && !closed_;
    step_posted_ |= post;
    collect_ready(ready);
  };
  const auto inform = [&] {
    // Refused only once the loop has stopped, and then this is closed.
    if (post) core().post([self = keep(this)] { self->step(); });
    call_all(ready);
  };
  if constexpr (std::is_void_v<std::invoke_result_t<Change>>) {
    {
      const std::lock_guard lock(mutex_);
      f();
      after();
    }
    inform();
  } else {
    std::unique_lock lock(mutex_);
    auto result = f();
    after();
    lock.unlock();
    inform();
    return result;
  }
}

}  // namespace souk::ground
