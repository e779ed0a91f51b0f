// The processes of a VM by their number.
//
// Threads    All operations: any thread. A process that is found may be used until the caller's
//            quantum ends: forget() comes before the stamp with which it is retired.
//
// The first 2^Bits numbers are in segments that double in size, so that a small VM has a small
// directory. From there on they are in pieces of so many, and a piece goes when all its processes
// are gone: what a VM keeps does not grow with the processes that it has had. (A place for the
// address of a piece is left of each.) Nothing is ever moved. All but the first segment is named in
// a block that is made when it is needed.
#pragma once

#include "sched/atomic.hpp"
#include "sched/hooks.hpp"
#include "vm/parallel/buried.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace souk::parallel {

struct process;

template <unsigned Bits>
class directory_of {
 public:
  directory_of() noexcept = default;
  directory_of(const directory_of&) = delete;
  directory_of& operator=(const directory_of&) = delete;
  ~directory_of() {
    // relaxed, here and below: no one else
    delete[] first_.load(std::memory_order_relaxed);
    const std::unique_ptr<further> all{further_.load(std::memory_order_relaxed)};
    if (all == nullptr) return;
    for (auto& s : all->segments) delete[] s.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < all->pieces.size(); ++i) {
      const std::unique_ptr<piece_slot[]> some{// NOLINT(*-c-arrays)
                                               all->pieces[i].load(std::memory_order_relaxed)};
      for (std::size_t at = 0; some != nullptr && at < std::size_t{1} << i; ++at)
        delete some[at].load(std::memory_order_relaxed);
    }
  }

  /// A number that no process of this VM has had. It is to be set, or else its piece stays.
  [[nodiscard]] std::uint32_t take_number() noexcept {
    return next_.fetch_add(1, std::memory_order_relaxed);  // relaxed: only that it is new counts
  }
  struct numbers {
    std::uint32_t next = 0;
    std::uint32_t left = 0;
  };
  /// The same, the rest of a piece at once, so that who takes it writes to lines of the caches that
  /// nobody else does; of the first numbers one.
  [[nodiscard]] numbers take_numbers() noexcept {
    std::uint32_t next = next_.load(std::memory_order_relaxed);  // relaxed, both: as above
    std::uint32_t some = 1;
    do {
      some = next < in_piece ? 1 : in_piece - next % in_piece;
    } while (!next_.compare_exchange_strong(next, next + some, std::memory_order_relaxed));
    return {next, some};
  }

  void set(std::uint32_t number, process& p) {
    sched::hooks::step();
    made_slot(number).store(&p, std::memory_order_release);  // -> find: the process
  }
  /// Before its memory is retired. What is not used any more then is to be retired as well. Pre: it
  /// was set.
  [[nodiscard]] std::unique_ptr<buried> forget(std::uint32_t number) noexcept {
    sched::hooks::step();
    // seq_cst, here and below: who enters a quantum after our stamp must not find it (quiescence,
    // Q1).
    find_slot(number)->store(nullptr, std::memory_order_seq_cst);
    if (number < in_piece) return nullptr;
    piece_slot& place = *find_piece_slot(number);
    piece* const of =
        place.load(std::memory_order_relaxed);  // relaxed: it stays until we are counted
    // acq_rel: the last sees the piece as all others left it.
    if (of->gone.fetch_add(1, std::memory_order_acq_rel) + 1 < in_piece) return nullptr;
    return std::unique_ptr<buried>{place.exchange(nullptr, std::memory_order_seq_cst)};
  }
  /// Null: no such process, not yet or not any more.
  [[nodiscard]] process* find(std::uint32_t number) const noexcept {
    sched::hooks::step();
    const slot* const s = find_slot(number);
    // seq_cst: see forget(); and acquire <- set().
    return s == nullptr ? nullptr : s->load(std::memory_order_seq_cst);
  }

 private:
  static constexpr std::uint32_t in_piece = std::uint32_t{1} << Bits;
  static constexpr unsigned first_bits = 3;  // the first segment has 8 slots, the next 8, 16, 32...
  static_assert(Bits > first_bits);

  using slot = sched::atomic<process*>;
  struct piece final : buried {
    std::array<slot, in_piece> slots{};
    sched::atomic<std::uint32_t> gone{0};
  };
  using piece_slot = sched::atomic<piece*>;
  struct further {
    std::array<sched::atomic<slot*>, Bits - first_bits> segments{};
    std::array<sched::atomic<piece_slot*>, 32 - Bits> pieces{};  // one place, two, four...
  };

  /// In arrays of 2^first, 2^first, 2 * 2^first, ... elements.
  static std::pair<std::size_t, std::size_t> place(std::uint32_t number, unsigned first) noexcept {
    const auto width = static_cast<unsigned>(std::bit_width(number));
    if (width <= first) return {0, number};
    return {width - first, number - (std::size_t{1} << (width - 1))};
  }

  // Null: there is none yet. acquire, in all of them <- make_array(), make(): as it was made.
  [[nodiscard]] slot* find_slot(std::uint32_t number) const noexcept {
    if (number >= in_piece) {
      const piece_slot* const at = find_piece_slot(number);
      // seq_cst: see forget(). And acquire <- make(): the slots are empty.
      piece* const there = at == nullptr ? nullptr : at->load(std::memory_order_seq_cst);
      return there == nullptr ? nullptr : &there->slots[number % in_piece];
    }
    const auto [index, offset] = place(number, first_bits);
    slot* const segment = find_segment(index);
    return segment == nullptr ? nullptr : segment + offset;
  }
  [[nodiscard]] slot* find_segment(std::size_t index) const noexcept {
    if (index == 0) return first_.load(std::memory_order_acquire);
    const further* const all = further_.load(std::memory_order_acquire);
    return all == nullptr ? nullptr : all->segments[index - 1].load(std::memory_order_acquire);
  }
  [[nodiscard]] piece_slot* find_piece_slot(std::uint32_t number) const noexcept {
    const further* const all = further_.load(std::memory_order_acquire);
    if (all == nullptr) return nullptr;
    const auto [index, offset] = place(number >> Bits, 0);
    piece_slot* const some = all->pieces[index - 1].load(std::memory_order_acquire);
    return some == nullptr ? nullptr : some + offset;
  }

  slot& made_slot(std::uint32_t number) {
    if (number < in_piece) {
      const auto [index, offset] = place(number, first_bits);
      auto& there = index == 0 ? first_ : made(further_).segments[index - 1];
      return made_array(
          there, std::size_t{1} << (first_bits + std::max<std::size_t>(index, 1) - 1))[offset];
    }
    const auto [index, offset] = place(number >> Bits, 0);
    piece_slot* const some =
        made_array(made(further_).pieces[index - 1], std::size_t{1} << (index - 1));
    return made(some[offset]).slots[number % in_piece];
  }

  // acq_rel, both: publishes what is empty as yet, or sees what somebody made who was faster.
  template <class T>
  static T& made(sched::atomic<T*>& place) {
    T* there = place.load(std::memory_order_acquire);  // <- the exchange
    if (there != nullptr) return *there;
    auto fresh = std::make_unique<T>();
    const bool is_ours =
        place.compare_exchange_strong(there, fresh.get(), std::memory_order_acq_rel);
    return is_ours ? *fresh.release() : *there;
  }
  template <class T>
  static T* made_array(sched::atomic<T*>& place, std::size_t size) {
    T* there = place.load(std::memory_order_acquire);  // <- the exchange
    if (there != nullptr) return there;
    auto fresh = std::make_unique<T[]>(size);  // NOLINT(*-c-arrays)
    const bool is_ours =
        place.compare_exchange_strong(there, fresh.get(), std::memory_order_acq_rel);
    return is_ours ? fresh.release() : there;
  }

  sched::atomic<slot*> first_{nullptr};
  sched::atomic<further*> further_{nullptr};
  sched::atomic<std::uint32_t> next_{0};
};

using directory = directory_of<9>;

}  // namespace souk::parallel
