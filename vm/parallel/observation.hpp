// What a shard notes of its calls while somebody watches: how long they take and who sent what, in
// quanta that are samples; and what those are told who are followed.
//
// A call lasts until the next one begins, or the quantum ends: so its time is that of the handler
// and of what was done with its answer, and one look at the clock for each call is enough. A call
// that outlasts its quantum, since the shard was taken over from under it, ends when its process is
// back.
//
// Threads    The worker that runs the shard.
#pragma once

#include "vm/parallel/process.hpp"
#include "vm/reflection/core.hpp"
#include "vm/reflection/sampler.hpp"
#include "vm/reflection/tally.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace souk::parallel {

class observation {
 public:
  explicit observation(reflection::core& mirror) noexcept : mirror_{mirror} {}

  /// A quantum begins. Whether its calls are to be told of.
  [[nodiscard]] bool begin_quantum();
  /// It has ended, on this worker, after so many entries.
  void end_quantum(unsigned handled);
  /// Whether senders are to be noted.
  [[nodiscard]] bool is_sample() const noexcept { return weight_ > 0; }

  /// A handler is about to be called; a continuation.
  void call(process& p, const endpoint& to, const event& what);
  void call(process& p);

  /// The shard goes on without the process, whose handler has not returned; the process is back.
  void leave_behind(process& p);
  void welcome_back(process& p);

  /// The next quantum is a sample.
  void hurry() noexcept { sampler_.hurry(); }
  [[nodiscard]] const tally& all() const noexcept { return all_; }

 private:
  using clock = sampler::clock;
  /// What is needed of a call that lasts.
  struct open_call {
    process* who = nullptr;  // null: none
    clock::time_point since{};
    const endpoint* to = nullptr;  // null: a continuation
    std::optional<event> what{};
  };

  void begin(process& p, const endpoint* to, const event* what);
  void close(clock::time_point now);
  void charge(process& p, const open_call& of, clock::duration took, unsigned times);
  [[nodiscard]] bool is_followed(const process& p) const noexcept;

  static constexpr unsigned stride = 64;

  reflection::core& mirror_;
  sampler sampler_{stride};
  unsigned weight_ = 0;  // of this quantum; 0: not measured
  clock::time_point began_{};
  open_call now_;
  std::vector<open_call> away_;
  std::shared_ptr<const reflection::core::pids> followed_ = mirror_.followed();
  tally all_;
};

}  // namespace souk::parallel
