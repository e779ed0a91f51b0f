// Requests: how a VM thread waits for an object of the loop, after the events of Concurrent ML.
//
//     request(ready) --value there, or object ended--> ready() once --> take(): the value, or none
//         \--cancel(id)--> forgotten
//
// R1  A value that is ready and was not taken stays in the object; only take() removes it.
// R2  ready() is called at most once per request: by request() itself if take() would yield already
//     or the object has ended, otherwise by the thread that makes it so (mostly the loop's).
//     It is called with no lock held, so it may call the object. It must not throw or block.
// R3  ready() is a hint. A take() elsewhere may have been quicker, and a call that had begun when
//     cancel() returned still runs: whoever gets none from take() requests again, or asks how the
//     object ended.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace souk::ground {

using ready_fn = std::function<void()>;

/// Names a waiting request of one object, to cancel it. `none`: ready() was called by request().
enum class request_id : std::uint64_t { none = 0 };

/// The waiting requests of one object, each for one kind of readiness.
/// Threads    none of its own: the object's mutex guards it.
template <class Kind>
class request_list {
 public:
  request_id add(Kind kind, ready_fn ready) {
    const auto id = static_cast<request_id>(++last_id_);
    waiting_.push_back({id, kind, std::move(ready)});
    return id;
  }

  /// What it would have called, for the caller to destroy when the mutex is free: it may own
  /// anything. Empty if it does not wait (any more).
  [[nodiscard]] ready_fn remove(request_id id) {
    ready_fn removed;
    std::erase_if(waiting_, [&](entry& e) {
      if (e.id != id) return false;
      removed = std::move(e.ready);
      return true;
    });
    return removed;
  }

  /// All of them, likewise.
  [[nodiscard]] std::vector<ready_fn> remove_all() {
    std::vector<ready_fn> removed;
    move_ready([](Kind) { return true; }, removed);
    return removed;
  }

  [[nodiscard]] bool any(Kind kind) const noexcept {
    for (const entry& e : waiting_) {
      if (e.kind == kind) return true;
    }
    return false;
  }

  /// Removes the requests whose kind is ready now and appends what to call to `to`.
  template <class IsReady>
  void move_ready(IsReady is_ready, std::vector<ready_fn>& to) {
    std::erase_if(waiting_, [&](entry& e) {
      if (!is_ready(e.kind)) return false;
      to.push_back(std::move(e.ready));
      return true;
    });
  }

 private:
  struct entry {
    request_id id;
    Kind kind;
    ready_fn ready;
  };

  std::vector<entry> waiting_;
  std::uint64_t last_id_ = 0;
};

/// The kind of an object that has only one.
enum class only { one };

/// Pre: no lock is held (R2).
inline void call_all(const std::vector<ready_fn>& all) noexcept {
  for (const ready_fn& ready : all) ready();
}

}  // namespace souk::ground
