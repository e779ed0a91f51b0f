// The inside of a mirror: which VM it shows, and what is wanted of that.
//
// Threads    Any. A VM attaches when it is made, and detaches before it is destroyed.
// R1  `lock_` is held while the subject is asked. That takes locks of the VM (an inbox), so nobody
//     may come here with one of them held, but for what is marked.
#pragma once

#include <souk/event.hpp>
#include <souk/reflection.hpp>

#include "vm/reflection/survey.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace souk {

class reflection::core {
 public:
  /// A VM that can be looked at. Functions are called with `lock_` held, and do not block for long.
  class subject {
   public:
    virtual ~subject() = default;
    /// Hands it to all parts, which drop it when they have done what it asks.
    virtual void ask(const inquiry& what) = 0;
    [[nodiscard]] virtual unsigned workers() const noexcept = 0;
    [[nodiscard]] virtual std::vector<pid> running() = 0;
  };

  // For VMs.

  /// Throws usage_error when it shows another.
  void attach(subject& shown);
  /// Afterwards the subject is not asked any more.
  void detach(subject& shown) noexcept;
  /// Called after an order to quit was given, for a VM that waits until it is told of something to
  /// do; empty: it does not. By any thread.
  void ring(std::function<void()> bell);
  /// Whether calls are to be noted at all; a flag to be read once in a while.
  [[nodiscard]] bool is_watching() const noexcept {
    return watching_.load(std::memory_order_relaxed) != 0;  // relaxed: soon is enough
  }
  [[nodiscard]] bool is_measuring() const noexcept {
    return measuring_.load(std::memory_order_relaxed) != 0;  // relaxed: soon is enough
  }
  /// Those who are followed now, in order. Never null.
  using pids = std::vector<pid>;
  [[nodiscard]] std::shared_ptr<const pids> followed() const;
  [[nodiscard]] bool is_followed(pid who) const;
  /// An event of one of those. With no lock held but leaves.
  void note(pid who, std::string what);

  // For who looks.

  /// Asks, and does not wait: `finished` is called when all have answered, or the VM is gone; by
  /// any thread, maybe from within this call.
  [[nodiscard]] std::shared_ptr<survey> begin_look(const look_options& how,
                                                   std::function<void()> finished = {});
  [[nodiscard]] snapshot end_look(survey& of);
  bool kill(pid who, const term& why);
  void measure(bool on);
  void follow(pid who);
  void unfollow(pid who);
  [[nodiscard]] reflection::followed take_followed(pid who);

 private:
  [[nodiscard]] bool ask(const inquiry& what);
  void publish_followed();

  std::mutex lock_;
  subject* shown_ = nullptr;                 // lock_
  std::function<void()> bell_;               // lock_
  std::atomic<std::uint32_t> watching_{0};   // measure() and follow() under way
  std::atomic<std::uint32_t> measuring_{0};  // measure()

  mutable std::mutex trails_lock_;  // a leaf
  struct trail {
    std::deque<followed_event> events;
    std::uint64_t lost = 0;
  };
  std::map<pid, trail> trails_;                                            // trails_lock_
  std::shared_ptr<const pids> followed_ = std::make_shared<const pids>();  // trails_lock_
};

/// `text`, or its beginning and "...".
[[nodiscard]] std::string shortened(std::string text, std::size_t most = 160);
/// Endpoint and event, shortened.
[[nodiscard]] std::string text_of_call(const term& endpoint_id, const event& what);

}  // namespace souk
