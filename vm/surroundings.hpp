// What surrounds the VM whose code this thread runs: how a driver finds its event loop, and how
// what a handler asks the world is recorded or repeated, whichever thread runs it.
//
// Threads    Each has its own.
#pragma once

#include <utility>

namespace souk {

namespace ground {
class loop;  // to vm/ it is a name only
}  // namespace ground
class answers;

struct place {
  const ground::loop* loop = nullptr;
  /// Null: what handlers ask is neither recorded nor repeated.
  answers* told = nullptr;
};

/// While it lives, this thread runs code of a VM in that place; null: of one that has none.
class surroundings_scope {
 public:
  explicit surroundings_scope(const place* around) noexcept
      : before_{std::exchange(here(), around)} {}
  ~surroundings_scope() { here() = before_; }
  surroundings_scope(const surroundings_scope&) = delete;
  surroundings_scope& operator=(const surroundings_scope&) = delete;

  [[nodiscard]] static const place* current() noexcept { return here(); }

 private:
  static const place*& here() noexcept {
    thread_local const place* now = nullptr;
    return now;
  }

  const place* before_;
};

}  // namespace souk
