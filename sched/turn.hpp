// What a worker shows of the user code that it is in, so that all else it runs can be taken over.
//
// Whose code it is stands in one word, which the worker writes when it goes in and when it comes
// out; in the other a watch asks. The watch knocks, and who comes out of user code hears it. Where
// a knock is not heard from one look to the next, the watch asks for what the worker runs:
//
//     calm --knock--> knocked, hurried --ask--> asked --still in there--> taken --> lost --> calm
//       ^                    |                    |                         |
//       +--- comes out ------+---- comes out, or the watch withdraws -------+ refused: knocked
//
// Threads    begin(), end(): the worker. has_lasted(), take(): one at a time, the watch.
// U1  end() says `lost` to the end of the user code that take() found, if take() said true; and to
//     no other. From then on what the worker ran belongs to whoever took it.
// U2  What the worker did before begin() happens before what take() calls, and that before the
//     matching end().
//
// Why. The watch writes `asked` and then reads whose code it is; the worker writes that it is out
// and then reads whether it is asked (Dekker). In between the worker needs but a fence for the
// compiler, since that of the watch makes every other thread pass a full one. So the worker's fence
// is before or after it. Before: the watch reads that the worker is out, or in what came later.
// After: the end() of the code that the watch reads sees `asked` or what followed, and which of the
// two changes `asked` first decides. All in all a worker pays two stores and a load.
//
// That it is the same code as at the last look is a guess, made to spare short handlers: the same
// process may have been in and out. What is taken is right all the same.
#pragma once

#include "sched/atomic.hpp"
#include "sched/fence.hpp"
#include "sched/hooks.hpp"
#include "sched/spin_lock.hpp"

#include <cstdint>

namespace souk::sched {

class alignas(64) turn {
 public:
  enum class outcome : std::uint8_t {
    goes_on,
    hurry,  ///< it goes on, but the run has lasted long
    lost    ///< what the worker ran is not its own any more
  };

  /// User code begins, on behalf of `whose`, which is not null. Pre: none has begun.
  void begin(const void* whose) noexcept {
    user_.store(reinterpret_cast<std::uintptr_t>(whose), std::memory_order_release);  // -> take
    hooks::step();
  }
  [[nodiscard]] outcome end() noexcept {
    hooks::step();
    user_.store(nobody, std::memory_order_relaxed);  // relaxed: who reads it leaves all alone
    light_fence();                                   // <-> heavy_fence() in take()
    hooks::step();
    // acquire <- take: what a take_over() that refused has read.
    if (word_.load(std::memory_order_acquire) == calm) [[likely]]
      return outcome::goes_on;
    return end_disturbed();
  }

  /// By the worker: whether it is in user code.
  [[nodiscard]] bool has_begun() const noexcept {
    return user_.load(std::memory_order_relaxed) != nobody;  // relaxed: its own word
  }

  /// Whose code it is in; null: in none. Any thread; the worker may have left it by now.
  [[nodiscard]] const void* whose() const noexcept {
    // acquire <- begin: what the worker knew of it then.
    const std::uintptr_t user = user_.load(std::memory_order_acquire);
    return reinterpret_cast<const void*>(user);  // NOLINT(performance-no-int-to-ptr): it was one
  }

  /// Whether the worker seems to be where it was at the last call. In case it is not, it is told
  /// that it is watched, and maybe to `hurry`.
  [[nodiscard]] bool has_lasted(bool hurry) noexcept {
    // relaxed: all of this is a guess.
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    const std::uintptr_t whose = user_.load(std::memory_order_relaxed);
    if (now == lost || whose == nobody) return false;
    if (now != calm && whose == seen_) return true;
    seen_ = whose;
    now = calm;
    // relaxed: nothing is read through it.
    (void)word_.compare_exchange_strong(now, hurry ? hurried : knocked, std::memory_order_relaxed);
    return false;
  }
  /// If the worker is still where it was: take_over(whose), and the worker cannot go on before that
  /// is over. True: that said so, and now it has lost. Pre: has_lasted().
  template <class F>
  bool take(F take_over) {
    hooks::step();
    std::uint32_t now = word_.load(std::memory_order_relaxed);  // relaxed: checked by the exchange
    if (now == calm || now == lost) return false;
    // relaxed, here and below: the heavy fence orders it, and a change is seen by the next one.
    if (!word_.compare_exchange_strong(now, asked, std::memory_order_relaxed)) return false;
    if (!hooks::broken(hooks::mutant::asked_without_fence)) heavy_fence();  // <-> light_fence()
    hooks::step();
    // acquire <- begin: what the worker did before.
    const std::uintptr_t whose = user_.load(std::memory_order_acquire);
    now = asked;
    if (whose != seen_ && !hooks::broken(hooks::mutant::taken_unseen)) {
      (void)word_.compare_exchange_strong(now, calm, std::memory_order_relaxed);
      return false;
    }
    if (!word_.compare_exchange_strong(now, taken, std::memory_order_relaxed)) return false;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
    const bool gone = take_over(reinterpret_cast<const void*>(whose));
    word_.store(gone ? lost : knocked, std::memory_order_release);  // -> end
    return gone;
  }

 private:
  [[gnu::noinline]] outcome end_disturbed() noexcept {
    for (backoff wait;;) {
      // acquire, here and below <- take: what take_over() did. The exchange may find that the watch
      // has asked once more.
      std::uint32_t now = word_.load(std::memory_order_acquire);
      if (now == lost) {
        word_.store(calm, std::memory_order_relaxed);  // relaxed: the watch waits for nothing
        return hooks::broken(hooks::mutant::goes_on_after_loss) ? outcome::goes_on : outcome::lost;
      }
      if (now == taken) {
        wait.pause();
      } else if (now == calm ||
                 word_.compare_exchange_strong(now, calm, std::memory_order_acquire)) {
        return now == hurried ? outcome::hurry : outcome::goes_on;
      }
    }
  }

  static constexpr std::uintptr_t nobody = 0;
  static constexpr std::uint32_t calm = 0;
  static constexpr std::uint32_t knocked = 1;
  static constexpr std::uint32_t hurried = 2;
  static constexpr std::uint32_t asked = 3;
  static constexpr std::uint32_t taken = 4;
  static constexpr std::uint32_t lost = 5;

  atomic<std::uintptr_t> user_{nobody};
  atomic<std::uint32_t> word_{calm};
  std::uintptr_t seen_ = nobody;  // the watch's
};

}  // namespace souk::sched
