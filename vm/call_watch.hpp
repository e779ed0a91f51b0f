// Whether a function of the program was refused memory, where the VM calls it and nothing else.
//
// Threads    One: that which calls.
#pragma once

#include <souk/detail/account.hpp>

namespace souk {

/// While it runs, in a refusal_scope.
class call_watch final : public detail::handler_watch {
 public:
  [[nodiscard]] bool is_in_handler() const noexcept override { return true; }
  void tell_refused() noexcept override { refused_ = true; }
  [[nodiscard]] bool was_refused() const noexcept { return refused_; }

 private:
  bool refused_ = false;
};

}  // namespace souk
