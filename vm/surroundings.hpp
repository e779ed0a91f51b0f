// What surrounds the VM whose code this thread runs: how a driver finds its event loop, whichever
// thread runs it.
//
// Threads    Each has its own.
#pragma once

#include <utility>

namespace souk {

namespace ground {
class loop;  // to vm/ it is a name only
}  // namespace ground

/// While it lives, this thread runs code of a VM with that loop; null: of one without.
class surroundings_scope {
 public:
  explicit surroundings_scope(const ground::loop* around) noexcept
      : before_{std::exchange(here(), around)} {}
  ~surroundings_scope() { here() = before_; }
  surroundings_scope(const surroundings_scope&) = delete;
  surroundings_scope& operator=(const surroundings_scope&) = delete;

  [[nodiscard]] static const ground::loop* current() noexcept { return here(); }

 private:
  static const ground::loop*& here() noexcept {
    thread_local const ground::loop* now = nullptr;
    return now;
  }

  const ground::loop* before_;
};

}  // namespace souk
