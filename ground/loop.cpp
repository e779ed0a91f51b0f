#include "ground/loop.hpp"

#include <pthread.h>

#include <cassert>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

#include "ground/loop_core.hpp"

namespace souk::ground {

namespace {

// The loop whose thread this is.
thread_local const loop_core* this_thread_runs = nullptr;

// uv_async_send() looks at a flag before it wakes the loop, and in libuv before 1.53 that look is
// ordered with nothing; the fence keeps it behind our push. The mutex around tasks_ does as much
// (whoever locks after the loop's drain sees the flag down), which is why ThreadSanitizer builds of
// g++, where fences are unknown, can go without.
void push_before_send() noexcept {
#ifndef __SANITIZE_THREAD__
  // seq_cst -> loop_core::drain, which resets libuv's flag before it locks mutex_.
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

// While it lives, a thread made by this one starts with every signal blocked.
class all_signals_blocked {
 public:
  all_signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  all_signals_blocked(const all_signals_blocked&) = delete;
  all_signals_blocked& operator=(const all_signals_blocked&) = delete;
  ~all_signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

loop_core::loop_core() {
  int status = uv_loop_init(&uv_);
  if (status < 0) throw std::system_error(-status, std::generic_category(), "uv_loop_init");
  try {
    wake_ = make_handle<uv_async_t>(status, this, [this](uv_async_t* h) {
      return uv_async_init(&uv_, h,
                           [](uv_async_t* a) { static_cast<loop_core*>(a->data)->drain(); });
    });
    if (!wake_) throw std::system_error(-status, std::generic_category(), "uv_async_init");
    alarms_.open(&uv_);
  } catch (...) {
    wake_.reset();
    uv_run(&uv_, UV_RUN_DEFAULT);
    uv_loop_close(&uv_);
    throw;
  }
}

loop_core::~loop_core() {
  if (closed()) return;
  // The thread never ran: no part can be there.
  alarms_.close();
  wake_.reset();
  uv_run(&uv_, UV_RUN_DEFAULT);
  uv_loop_close(&uv_);
}

bool loop_core::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    const bool first = tasks_.empty();
    tasks_.push_back(std::move(task));
    // Not the first: a drain() is on its way already, as none came since the first was pushed.
    if (first) {
      push_before_send();
      // Under the lock, so that the handle is not closed meanwhile (finish() locks to set closed_).
      uv_async_send(wake_.get());
    }
  }
  return true;
}

bool loop_core::run(const std::function<void()>& task) {
  if (on_loop_thread()) {
    task();
    return true;
  }
  std::mutex mutex;
  std::condition_variable done;
  bool ran = false;
  const bool accepted = post([&] {
    task();
    // Notified under the lock: the waiter destroys all this once it holds it.
    const std::lock_guard lock(mutex);
    ran = true;
    done.notify_one();
  });
  if (!accepted) return false;
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return ran; });
  return true;
}

void loop_core::begin_stop(std::chrono::milliseconds flush_deadline) {
  post([this, flush_deadline] {
    if (std::exchange(stopping_, true)) return;
    std::vector<std::shared_ptr<part>> all;
    all.reserve(parts_.size());
    for (const auto& [key, p] : parts_) all.push_back(p);
    for (const auto& p : all) p->on_stop(flush_deadline);
  });
}

bool loop_core::closed() const noexcept {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool loop_core::on_loop_thread() const noexcept { return this_thread_runs == this; }

void loop_core::run_until_stopped() noexcept {
  this_thread_runs = this;
  uv_run(&uv_, UV_RUN_DEFAULT);
  this_thread_runs = nullptr;
  if (uv_loop_close(&uv_) != 0) {
    std::fputs("souk: C1 broken: the loop ended with open handles\n", stderr);
    std::abort();
  }
}

void loop_core::add(std::shared_ptr<part> p) {
  assert(!stopping_ && "C1: a part starts while the loop stops");
  const part* key = p.get();
  parts_.emplace(key, std::move(p));
}

void loop_core::remove(const part& p) {
  parts_.erase(&p);
  // drain() looks whether that was the last one: not here, below a callback of the part.
  if (stopping_ && !finished_) uv_async_send(wake_.get());
}

uv_buf_t loop_core::read_buffer() noexcept {
  return uv_buf_init(read_buffer_.data(), static_cast<unsigned>(read_buffer_.size()));
}

void loop_core::starved(const std::shared_ptr<part>& p) {
  std::erase_if(starved_, [&](const auto& w) { return w.expired() || w.lock() == p; });
  starved_.push_back(p);
}

void loop_core::descriptor_freed() {
  for (const auto& waiting : std::exchange(starved_, {})) {
    // Later: the one who closed is still in the middle of it.
    post([waiting] {
      if (const auto p = waiting.lock()) p->on_descriptor_freed();
    });
  }
}

void loop_core::drain() {
  std::vector<std::function<void()>> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(tasks_);
  }
  for (auto& task : batch) {
    task();
    task = nullptr;  // what it owned goes before the next one runs
  }
  if (stopping_ && !finished_ && parts_.empty()) finish();
}

void loop_core::finish() {
  finished_ = true;
  for (;;) {
    std::vector<std::function<void()>> batch;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) {
        closed_ = true;
        break;
      }
      batch.swap(tasks_);
    }
    for (auto& task : batch) task();
  }
  assert(parts_.empty() && "C1: a part started while the loop stopped");
  alarms_.close();
  wake_.reset();
}

struct loop::runner {
  std::mutex stopping;  // guards thread: one stop() joins, the others wait for it
  std::jthread thread;
};

loop::loop() : core_(std::make_shared<loop_core>()), runner_(std::make_unique<runner>()) {
  const all_signals_blocked in_the_new_thread;
  runner_->thread = std::jthread([core = core_] { core->run_until_stopped(); });
}

loop::~loop() { stop(); }

bool loop::post(std::function<void()> task) { return core_->post(std::move(task)); }

void loop::stop(std::chrono::milliseconds flush_deadline) {
  assert(!core_->on_loop_thread() && "loop::stop() on the loop's own thread would wait for itself");
  core_->begin_stop(flush_deadline);
  const std::lock_guard lock(runner_->stopping);
  if (runner_->thread.joinable()) runner_->thread.join();
}

bool loop::stopped() const noexcept { return core_->closed(); }

}  // namespace souk::ground
