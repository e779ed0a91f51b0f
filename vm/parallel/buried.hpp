// What waits until no worker can see it any more, and is deleted then (sched/quiescence.hpp).
#pragma once

namespace souk::parallel {

struct buried {
  buried() = default;
  buried(const buried&) = delete;
  buried& operator=(const buried&) = delete;
  virtual ~buried() = default;
};

}  // namespace souk::parallel
