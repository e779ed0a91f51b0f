// The outermost VM of a tree, and the workers that run the tree: what vm and the ground VM are made
// of.
//
// Threads    One at a time, which is none of the workers. `on_news` is called by any thread, maybe
//            under the VM's writer lock: it only tells somebody to look.
#pragma once

#include <souk/vm.hpp>

#include "vm/parallel/machine.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace souk::parallel {

class outermost final : public reflection::core::subject {
 public:
  outermost(boot_function boot, const vm_options& options, surroundings around = {});
  outermost(const outermost&) = delete;
  outermost& operator=(const outermost&) = delete;
  /// Handles what was committed, and performs nothing more.
  ~outermost() override;

  /// Makes the first process, if that was not done before; the workers run it from now on.
  void begin();
  /// Begins, and blocks until nothing is left to do.
  void wait_until_idle();
  void inject(std::span<const send_message> messages);
  /// The at-meta-level actions of its processes since the last call, a transition each (VM-11).
  [[nodiscard]] std::vector<action_list> take_outbox() { return root_.take_outbox(); }

  /// Of the outermost VM.
  [[nodiscard]] detail::account& payer() const noexcept { return root_.payer(); }
  [[nodiscard]] bool is_to_end() const noexcept { return root_.wanted_end() != nullptr; }

  // For who does not wait here: the ground VM.

  /// Whether something is left to do. If so, there is news when nothing is any more.
  [[nodiscard]] bool is_active();
  /// Commits the message that `take` makes, if it makes one: no endpoint comes or goes between the
  /// call of `take` and the commit.
  void deliver(const message_maker& take);
  /// The receipt is dropped when all that waits in any VM now has been handled.
  void begin_round(const receipt& handled);

 private:
  void ask(const inquiry& what) override { root_.ask(what); }
  [[nodiscard]] unsigned workers() const noexcept override { return common_.workers->workers(); }
  [[nodiscard]] std::vector<pid> running() override { return common_.running(); }

  boot_function boot_;
  universe common_;
  machine root_;
};

}  // namespace souk::parallel
