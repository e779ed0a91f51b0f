// A libuv handle that closes itself: uv_close() needs the memory until its callback, so the handle
// lives on the heap and the callback deletes it. After reset() no callback of the handle comes.
//
// Threads    the loop thread; a handle may be made elsewhere before the loop runs.
#pragma once

#include <uv.h>

#include <memory>

namespace souk::ground {

struct handle_closer {
  template <class Handle>
  void operator()(Handle* h) const noexcept {
    uv_close(reinterpret_cast<uv_handle_t*>(h),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};

template <class Handle>
using handle = std::unique_ptr<Handle, handle_closer>;

/// A handle made by `init(Handle*)`, whose callbacks find `data`; null and the status if it fails.
template <class Handle, class Init>
[[nodiscard]] handle<Handle> make_handle(int& status, void* data, Init init) {
  auto raw = std::make_unique<Handle>();
  status = init(raw.get());
  if (status < 0) return nullptr;
  raw->data = data;
  return handle<Handle>(raw.release());
}

/// A timer that has not started; that cannot fail.
[[nodiscard]] inline handle<uv_timer_t> make_timer(uv_loop_t* loop, void* data) {
  int status = 0;
  return make_handle<uv_timer_t>(status, data,
                                 [loop](uv_timer_t* t) { return uv_timer_init(loop, t); });
}

}  // namespace souk::ground
