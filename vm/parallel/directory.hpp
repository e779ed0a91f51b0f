// The processes of a VM by their number.
//
// Threads    All operations: any thread. A process that is found may be used until the caller's
//            quantum ends: forget() comes before the stamp with which it is retired.
// Segments double in size, so that a small VM has a small directory and none is ever moved.
#pragma once

#include "sched/atomic.hpp"
#include "sched/hooks.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace souk::parallel {

struct process;

class directory {
 public:
  directory() noexcept = default;
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;
  ~directory() {
    for (auto& s : segments_) delete[] s.load(std::memory_order_relaxed);  // relaxed: no one else
  }

  /// A number that no process of this VM has had.
  [[nodiscard]] std::uint32_t take_number() noexcept {
    return next_.fetch_add(1, std::memory_order_relaxed);  // relaxed: only that it is new counts
  }

  void set(std::uint32_t number, process& p) {
    sched::hooks::step();
    const auto [index, offset] = place(number);
    segment(index)[offset].store(&p, std::memory_order_release);  // -> find: the process
  }
  /// Before its memory is retired. Pre: it was set.
  void forget(std::uint32_t number) noexcept {
    sched::hooks::step();
    const auto [index, offset] = place(number);
    // relaxed: who knows the process has seen what set() saw.
    slot* const s = segments_[index].load(std::memory_order_relaxed);
    // seq_cst: who enters a quantum after our stamp must not find it (quiescence, Q1).
    s[offset].store(nullptr, std::memory_order_seq_cst);
  }
  /// Null: no such process, not yet or not any more.
  [[nodiscard]] process* find(std::uint32_t number) const noexcept {
    sched::hooks::step();
    const auto [index, offset] = place(number);
    const slot* const s = segments_[index].load(std::memory_order_acquire);  // <- segment()
    // seq_cst: see forget(); and acquire <- set().
    return s == nullptr ? nullptr : s[offset].load(std::memory_order_seq_cst);
  }

 private:
  using slot = sched::atomic<process*>;
  static constexpr unsigned first_bits = 3;  // the first segment has 8 slots, the next 8, 16, 32...

  static std::pair<std::size_t, std::size_t> place(std::uint32_t number) noexcept {
    const auto width = static_cast<unsigned>(std::bit_width(number));
    if (width <= first_bits) return {0, number};
    return {width - first_bits, number - (std::size_t{1} << (width - 1))};
  }
  static std::size_t size_of(std::size_t index) noexcept {
    return std::size_t{1} << (index == 0 ? first_bits : first_bits + index - 1);
  }

  slot* segment(std::size_t index) {
    slot* there = segments_[index].load(std::memory_order_acquire);  // <- the exchange below
    if (there != nullptr) return there;
    auto fresh = std::make_unique<slot[]>(size_of(index));  // NOLINT(*-c-arrays)
    // acq_rel: publishes the empty slots, or sees those of who was faster.
    if (segments_[index].compare_exchange_strong(there, fresh.get(), std::memory_order_acq_rel)) {
      return fresh.release();
    }
    return there;
  }

  std::array<sched::atomic<slot*>, 33 - first_bits> segments_{};
  sched::atomic<std::uint32_t> next_{0};
};

}  // namespace souk::parallel
