// Atomics of the model checker in the place of std::atomic (sched/atomic.hpp): each access is a
// step of a model, and a load may give any value that its memory order allows.
//
// Each access is noted with the place in the source where it is written, and its order can be
// weakened there: so the models show of every order that the headers name what it is for.
#pragma once

#include "tests/model/relacy.hpp"

#include <atomic>
#include <cstdint>

namespace souk::model {

enum class access : std::uint8_t { load, store, change };

/// Where an atomic is accessed, and how.
struct site {
  const char* file = "";
  const char* function = "";
  access what{};
  std::memory_order order{};

  friend bool operator==(const site& a, const site& b) noexcept;
};

/// The order that counts there; that as written, unless the model is to be broken there.
[[nodiscard]] rl::memory_order order_at(const site& here) noexcept;

}  // namespace souk::model

namespace souk::sched {

// The last two parameters of each access are never given: they are where it is written.
template <class T>
class atomic {
 public:
  atomic() : inside_{T{}} {}
  atomic(T value) : inside_{value} {}  // NOLINT(google-explicit-constructor): as std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;
  ~atomic() = default;

  [[nodiscard]] T load(std::memory_order order, const char* file = __builtin_FILE(),
                       const char* function = __builtin_FUNCTION()) const {
    const model::site here{file, function, model::access::load, order};
    return inside_.load(model::order_at(here), {function, file, 0});
  }
  void store(T value, std::memory_order order, const char* file = __builtin_FILE(),
             const char* function = __builtin_FUNCTION()) {
    const model::site here{file, function, model::access::store, order};
    inside_.store(value, model::order_at(here), {function, file, 0});
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order order,
                               const char* file = __builtin_FILE(),
                               const char* function = __builtin_FUNCTION()) {
    return inside_.compare_exchange_strong(expected, value, of_change(order, file, function),
                                           {function, file, 0});
  }
  T exchange(T value, std::memory_order order, const char* file = __builtin_FILE(),
             const char* function = __builtin_FUNCTION()) {
    return inside_.exchange(value, of_change(order, file, function), {function, file, 0});
  }
  T fetch_add(T value, std::memory_order order, const char* file = __builtin_FILE(),
              const char* function = __builtin_FUNCTION()) {
    return inside_.fetch_add(value, of_change(order, file, function), {function, file, 0});
  }
  T fetch_sub(T value, std::memory_order order, const char* file = __builtin_FILE(),
              const char* function = __builtin_FUNCTION()) {
    return inside_.fetch_sub(value, of_change(order, file, function), {function, file, 0});
  }
  T fetch_or(T value, std::memory_order order, const char* file = __builtin_FILE(),
             const char* function = __builtin_FUNCTION()) {
    return inside_.fetch_or(value, of_change(order, file, function), {function, file, 0});
  }
  T fetch_and(T value, std::memory_order order, const char* file = __builtin_FILE(),
              const char* function = __builtin_FUNCTION()) {
    return inside_.fetch_and(value, of_change(order, file, function), {function, file, 0});
  }

 private:
  static rl::memory_order of_change(std::memory_order order, const char* file,
                                    const char* function) noexcept {
    return model::order_at({file, function, model::access::change, order});
  }

  rl::atomic<T> inside_;
};

// Relacy knows no fence that others pass. Two that both cost something promise as much.
inline void light_fence() { rl::atomic_thread_fence(rl::mo_seq_cst, RL_INFO); }
inline void heavy_fence() { rl::atomic_thread_fence(rl::mo_seq_cst, RL_INFO); }

}  // namespace souk::sched
