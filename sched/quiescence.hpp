// When what readers may still see can be freed: quiescent-state-based reclamation.
//
// A worker is inside between enter() and leave(), and only then holds pointers that it read from
// shared places. What was made unreachable is retired with a stamp, and freed once every worker has
// been outside since, or came in later.
//
// Threads    enter(w), leave(w): the worker w. The rest: any.
// Q1  passed(stamp): no worker holds a pointer that it read before the stamp was taken.
//     A worker that we see outside enters later in the total order of the seq_cst operations, so
//     it reads the pointers that were published before our stamp. One whose mark is not below the
//     stamp has read the era after we raised it, and the pointers after that.
// Source: McKenney and Slingwine's read-copy update; the shape of liburcu's qsbr flavour.
#pragma once

#include "sched/atomic.hpp"
#include "sched/hooks.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

namespace souk::sched {

class quiescence {
 public:
  explicit quiescence(unsigned workers)
      : marks_{std::make_unique<mark[]>(workers)}, workers_{workers} {}  // NOLINT(*-c-arrays)

  void enter(unsigned worker) noexcept {
    hooks::step();
    // seq_cst: Q1. The era is read before, pointers are read after.
    const std::uint64_t now = era_.load(std::memory_order_seq_cst);
    hooks::step();
    marks_[worker].inside_since.store(now, std::memory_order_seq_cst);
  }
  void leave(unsigned worker) noexcept {
    hooks::step();
    // release -> passed: our use of the pointers is over.
    marks_[worker].inside_since.store(outside, std::memory_order_release);
  }

  /// For what was made unreachable before the call.
  [[nodiscard]] std::uint64_t stamp() noexcept {
    hooks::step();
    return era_.fetch_add(1, std::memory_order_seq_cst) + 1;  // seq_cst: Q1
  }
  [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept {
    return std::ranges::all_of(std::span{marks_.get(), workers_}, [stamp](const mark& m) {
      // seq_cst: Q1; and acquire <- leave.
      return m.inside_since.load(std::memory_order_seq_cst) >= stamp;
    });
  }

 private:
  static constexpr std::uint64_t outside = std::numeric_limits<std::uint64_t>::max();
  struct alignas(64) mark {
    atomic<std::uint64_t> inside_since{outside};
  };

  alignas(64) atomic<std::uint64_t> era_{0};
  std::unique_ptr<mark[]> marks_;  // NOLINT(*-c-arrays): atomics do not move
  std::size_t workers_;
};

}  // namespace souk::sched
