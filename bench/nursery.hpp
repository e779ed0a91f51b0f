// A process that spawns many, a batch a turn.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bench/market.hpp"

namespace souk::bench {

/// Spawns `left` processes that `make` makes, in batches.
struct nursery {
  std::uint64_t left;
  std::uint64_t batch;
  spawn_action (*make)(std::uint64_t number);
};

inline actions raise(nursery& n) {
  if (n.left == 0) return {};
  actions next;
  for (std::uint64_t i = std::min(n.batch, n.left); i > 0; --i) next.append(n.make(--n.left));
  next.append(yield(&raise));
  return next;
}

/// It begins when it hears `Begin`, a message with an amount.
template <class Begin = go>
[[nodiscard]] spawn_action nurse(std::uint64_t batch, spawn_action (*make)(std::uint64_t)) {
  return spawn([=] {
    return transition(nursery{0, batch, make},
                      subscriber(topic<Begin>(_)).on_message([](const Begin& g, nursery& n) {
                        n.left = g.amount;
                        return raise(n);
                      }));
  });
}

}  // namespace souk::bench
