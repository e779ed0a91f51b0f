// What the objects of the loop need of it. Private to ground/: this is where libuv begins.
//
// A *part* is an object's presence on the loop: it holds libuv handles, is registered while it
// does, and is told when the loop stops.
//
// Threads    post(), run(), alarms(), on_loop_thread(): any. All else: the loop thread.
// C1  A part that holds a handle is registered; the loop is closed only when no part is.
// C2  Every callback of libuv holds its part alive while it runs (a callback may drop the last
//     reference): keep() or a copy in the request.
#pragma once

#include <uv.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "ground/alarm_queue.hpp"
#include "ground/handle.hpp"
#include "ground/io_error.hpp"

namespace souk::ground {

class loop_core;

class part : public std::enable_shared_from_this<part> {
 public:
  part(const part&) = delete;
  part& operator=(const part&) = delete;
  virtual ~part() = default;

  /// The loop stops: end soon, at the latest after `flush_deadline`. Loop thread.
  virtual void on_stop(std::chrono::milliseconds flush_deadline) = 0;
  /// A descriptor was closed; whoever starved for one tries again. Loop thread.
  virtual void on_descriptor_freed() {}

 protected:
  explicit part(std::shared_ptr<loop_core> core) noexcept : core_(std::move(core)) {}

  [[nodiscard]] loop_core& core() const noexcept { return *core_; }
  /// This part as `T`, kept alive (C2).
  template <class T>
  [[nodiscard]] static std::shared_ptr<T> keep(T* self) {
    return std::static_pointer_cast<T>(self->shared_from_this());
  }

 private:
  const std::shared_ptr<loop_core> core_;
};

class loop_core {
 public:
  loop_core();
  loop_core(const loop_core&) = delete;
  loop_core& operator=(const loop_core&) = delete;
  ~loop_core();

  /// See loop::post().
  bool post(std::function<void()> task);
  /// Runs `task` on the loop thread and waits until it has run: at once when this is that thread.
  /// False: the loop has stopped, and the task is not run.
  bool run(const std::function<void()>& task);
  /// Asks the loop to end. Only the first call counts.
  void begin_stop(std::chrono::milliseconds flush_deadline);
  [[nodiscard]] bool closed() const noexcept;
  [[nodiscard]] bool on_loop_thread() const noexcept;
  [[nodiscard]] alarm_queue& alarms() noexcept { return alarms_; }

  /// The thread: returns when everything is closed.
  void run_until_stopped() noexcept;

  [[nodiscard]] uv_loop_t* uv() noexcept { return &uv_; }
  /// From now on nothing new may start.
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  void add(std::shared_ptr<part> p);
  void remove(const part& p);
  /// Where reads land, before they are copied to their stream: one buffer for all.
  [[nodiscard]] uv_buf_t read_buffer() noexcept;
  /// `p` could not open a descriptor: tell it when one was closed.
  void starved(const std::shared_ptr<part>& p);
  void descriptor_freed();

 private:
  void drain();
  void finish();

  mutable std::mutex mutex_;  // guards tasks_ and closed_
  std::vector<std::function<void()>> tasks_;
  bool closed_ = false;

  // The loop thread's.
  uv_loop_t uv_{};
  handle<uv_async_t> wake_;
  alarm_queue alarms_;
  std::unordered_map<const part*, std::shared_ptr<part>> parts_;
  std::vector<std::weak_ptr<part>> starved_;
  bool stopping_ = false;
  bool finished_ = false;
  std::array<char, 64 * 1024> read_buffer_;
};

}  // namespace souk::ground
