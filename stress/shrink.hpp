// The smallest sequence of choices that can be found by which a trial still fails.
//
// Threads    One.
#pragma once

#include "stress/choices.hpp"

#include <functional>

namespace souk::stress {

struct shrinking {
  /// A trial may fail only now and then: it is to be tried as often as it takes to be fairly sure.
  std::function<bool(const sequence&)> fails;
  /// Which of them belong together.
  std::function<std::vector<choices::span>(const sequence&)> spans_of;
  std::function<bool()> may_go_on;
};

/// Tries to leave choices out and to make them smaller, as long as it may and that helps. What it
/// returns has failed, or is what it was given.
[[nodiscard]] sequence shrink(sequence failed, const shrinking& how);

}  // namespace souk::stress
