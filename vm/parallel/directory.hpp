// The processes of a VM by their number.
//
// Threads    All operations: any thread. A process that is found may be used until the caller's
//            quantum ends: forget() comes before the stamp with which it is retired.
// Segments double in size, so that a small VM has a small directory and none is ever moved. All but
// the first are named in a block that is made with the second.
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
    // relaxed: no one else
    delete[] first_.load(std::memory_order_relaxed);
    const std::unique_ptr<further> all{further_.load(std::memory_order_relaxed)};
    if (all == nullptr) return;
    for (auto& s : *all) delete[] s.load(std::memory_order_relaxed);
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
    slot* const s = find_segment(index);
    // seq_cst: who enters a quantum after our stamp must not find it (quiescence, Q1).
    s[offset].store(nullptr, std::memory_order_seq_cst);
  }
  /// Null: no such process, not yet or not any more.
  [[nodiscard]] process* find(std::uint32_t number) const noexcept {
    sched::hooks::step();
    const auto [index, offset] = place(number);
    const slot* const s = find_segment(index);
    // seq_cst: see forget(); and acquire <- set().
    return s == nullptr ? nullptr : s[offset].load(std::memory_order_seq_cst);
  }

 private:
  using slot = sched::atomic<process*>;
  static constexpr unsigned first_bits = 3;  // the first segment has 8 slots, the next 8, 16, 32...
  static constexpr std::size_t most_segments = 33 - first_bits;
  using further = std::array<sched::atomic<slot*>, most_segments - 1>;

  static std::pair<std::size_t, std::size_t> place(std::uint32_t number) noexcept {
    const auto width = static_cast<unsigned>(std::bit_width(number));
    if (width <= first_bits) return {0, number};
    return {width - first_bits, number - (std::size_t{1} << (width - 1))};
  }
  static std::size_t size_of(std::size_t index) noexcept {
    return std::size_t{1} << (index == 0 ? first_bits : first_bits + index - 1);
  }

  /// Null: there is none yet.
  [[nodiscard]] slot* find_segment(std::size_t index) const noexcept {
    // acquire <- make_segment(), further_ones().
    if (index == 0) return first_.load(std::memory_order_acquire);
    const further* const all = further_.load(std::memory_order_acquire);
    return all == nullptr ? nullptr : (*all)[index - 1].load(std::memory_order_acquire);
  }

  slot* segment(std::size_t index) {
    if (slot* const there = find_segment(index); there != nullptr) return there;
    return index == 0 ? make_segment(first_, index)
                      : make_segment(further_ones()[index - 1], index);
  }

  // acq_rel, both: publishes what is empty as yet, or sees what somebody made who was faster.
  static slot* make_segment(sched::atomic<slot*>& place, std::size_t index) {
    slot* there = nullptr;
    auto fresh = std::make_unique<slot[]>(size_of(index));  // NOLINT(*-c-arrays)
    const bool is_ours =
        place.compare_exchange_strong(there, fresh.get(), std::memory_order_acq_rel);
    return is_ours ? fresh.release() : there;
  }
  further& further_ones() {
    further* there = further_.load(std::memory_order_acquire);  // <- the exchange
    if (there != nullptr) return *there;
    auto fresh = std::make_unique<further>();
    const bool is_ours =
        further_.compare_exchange_strong(there, fresh.get(), std::memory_order_acq_rel);
    return is_ours ? *fresh.release() : *there;
  }

  sched::atomic<slot*> first_{nullptr};
  sched::atomic<further*> further_{nullptr};
  sched::atomic<std::uint32_t> next_{0};
};

}  // namespace souk::parallel
