// The smallest sequence of choices that can be found by which a trial still fails.
//
// Threads    One.
#pragma once

#include "stress/choices.hpp"

#include <functional>

namespace souk::stress {

/// Tries to leave choices out and to make them smaller, as long as `may_go_on` and it helps. What
/// it returns has failed, by `fails`, or is what it was given. A trial may fail only now and then:
/// `fails` is to try as often as it takes to be fairly sure.
[[nodiscard]] sequence shrink(sequence failed, const std::function<bool(const sequence&)>& fails,
                              const std::function<bool()>& may_go_on);

}  // namespace souk::stress
