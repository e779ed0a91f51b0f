// A look at a VM, while its parts describe themselves; and an order to one of its processes.
//
// A survey is handed from part to part, each with a hold of its own that it drops when it has
// described itself and handed it on. With the last hold the survey is complete, so nobody needs to
// know how many parts there are.
//
// Threads    Any.
#pragma once

#include <souk/reflection.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace souk {

class survey {
 public:
  /// What a part of a VM says of itself.
  struct part {
    std::uint64_t handled = 0;
    std::size_t left_out = 0;
    std::vector<process_view> processes{};
    std::vector<flow_view> flows{};
    std::vector<slow_call> slow_calls{};
  };
  using hold = std::shared_ptr<survey>;

  /// The first hold. `finished` is called when the last is dropped, by whoever drops it.
  [[nodiscard]] static hold begin(std::shared_ptr<survey> of, std::function<void()> finished = {});
  explicit survey(const look_options& how) : how_{how} {}

  [[nodiscard]] const look_options& how() const noexcept { return how_; }

  /// A part is asked, and will add what it says.
  void expect() noexcept { asked_.fetch_add(1, std::memory_order_relaxed); }  // relaxed: a figure
  /// Whether one more process is wanted.
  [[nodiscard]] bool takes_one_more() noexcept {
    return taken_.fetch_add(1, std::memory_order_relaxed) <
           how_.most_processes;  // relaxed: a count
  }
  void add(part said);

  /// Blocks until it is complete, or `at_most` is over. What there is by then, and no more.
  [[nodiscard]] snapshot take();

 private:
  void finish();

  const look_options how_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<std::size_t> asked_{0};
  std::mutex lock_;  // guards what follows
  std::condition_variable news_;
  bool is_complete_ = false;
  bool is_taken_ = false;
  std::size_t answered_ = 0;
  snapshot seen_;
};

/// That process is to quit. It goes to all parts of all VMs; who has the process carries it out.
class order {
 public:
  order(pid who, term why) : who{who}, why{std::move(why)} {}

  const pid who;
  const term why;

  void carry_out() noexcept { done_.store(true, std::memory_order_release); }  // -> is_done
  [[nodiscard]] bool is_done() const noexcept {
    return done_.load(std::memory_order_acquire);  // <- carry_out
  }

 private:
  std::atomic<bool> done_{false};
};

/// What is asked of each part of a VM and of those inside: a hold of a survey, or an order with a
/// hold of who waits until all have heard it.
struct inquiry {
  survey::hold into;
  std::shared_ptr<order> to_quit{};  ///< null: describe yourself
};

}  // namespace souk
