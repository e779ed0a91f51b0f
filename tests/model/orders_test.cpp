// Each memory order of the modelled headers is there for a reason: with a weaker one in its place
// one of the models fails. The others are listed, and why they stay.
#include "tests/model/model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

namespace souk::model {
namespace {

/// The models, each with the sites of its accesses.
struct known_sites {
  named_model of;
  std::vector<site> sites;
};
std::vector<known_sites> run_whole() {
  std::vector<known_sites> all;
  (void)take_sites();
  for (const named_model& one : models()) {
    EXPECT_EQ(one.run(), "") << one.name;
    all.push_back({one, take_sites()});
  }
  return all;
}

/// What fails, if anything does.
std::string run_with(const weakening& how, const std::vector<known_sites>& all) {
  weaken(how);
  std::string failure;
  for (const known_sites& one : all) {
    if (!failure.empty() || std::ranges::find(one.sites, how.where) == one.sites.end()) continue;
    failure = one.of.run();
    if (!failure.empty()) failure += " in " + std::string{one.of.name};
  }
  leave_whole();
  return failure;
}

/// An order that no model needs: nothing fails when it is `weaker`.
struct spare {
  std::string_view where;
  std::memory_order weaker;
};

constexpr auto spares = std::to_array<spare>({
    // Who publishes holds the lock of its own inbox (handshake_model.cpp, acting_shard_unlocked):
    // that is one reason, and the total order is another one.
    {"handshake_model.cpp: load_table: load, seq_cst", std::memory_order_acquire},
    {"handshake_model.cpp: publish: change, seq_cst", std::memory_order_acq_rel},
    {"handshake_model.cpp: publish: change, seq_cst", std::memory_order_release},
    // The two pair, so that who reads the raised era reads the pointers after that (Q1). Relacy
    // performs the accesses of a thread in their order, and to it a seq_cst load of a pointer gives
    // what was stored before; what it does not see is a load that comes later than a next store.
    {"quiescence.hpp: enter: load, seq_cst", std::memory_order_acquire},
    {"quiescence.hpp: enter: load, seq_cst", std::memory_order_relaxed},
    {"quiescence.hpp: stamp: change, seq_cst", std::memory_order_acq_rel},
    {"quiescence.hpp: stamp: change, seq_cst", std::memory_order_acquire},
    {"quiescence.hpp: stamp: change, seq_cst", std::memory_order_release},
    {"quiescence.hpp: stamp: change, seq_cst", std::memory_order_relaxed},
    // What is acquired are slots at their first value, and how an atomic was made is no race to
    // Relacy.
    {"directory.hpp: find_segment: load, acquire", std::memory_order_relaxed},
    {"directory.hpp: find_piece_slot: load, acquire", std::memory_order_relaxed},
    {"directory.hpp: made: load, acquire", std::memory_order_relaxed},
    // A piece that goes consists of atomics, and that one is used after its end is no race to
    // Relacy either. As to when it goes it is like a process, whose slot is in the model above it.
    {"directory.hpp: find_slot: load, seq_cst", std::memory_order_acquire},
    {"directory.hpp: find_slot: load, seq_cst", std::memory_order_relaxed},
    {"directory.hpp: forget: change, acq_rel", std::memory_order_acquire},
    {"directory.hpp: forget: change, acq_rel", std::memory_order_release},
    {"directory.hpp: forget: change, acq_rel", std::memory_order_relaxed},
    {"directory.hpp: forget: change, seq_cst", std::memory_order_acq_rel},
    {"directory.hpp: forget: change, seq_cst", std::memory_order_acquire},
    {"directory.hpp: forget: change, seq_cst", std::memory_order_release},
    {"directory.hpp: forget: change, seq_cst", std::memory_order_relaxed},
});

bool is_spare(const std::string& where, std::memory_order weaker) {
  return std::ranges::any_of(
      spares, [&](const spare& one) { return one.where == where && one.weaker == weaker; });
}

TEST(MemoryOrders, EachIsNeededOrListedHere) {
  const std::vector<known_sites> all = run_whole();
  std::vector<site> sites;
  for (const known_sites& one : all) {
    for (const site& where : one.sites) {
      if (std::ranges::find(sites, where) == sites.end()) sites.push_back(where);
    }
  }
  // A function may be there for several types: its order is needed if it is for one of them.
  std::map<std::pair<std::string, std::memory_order>, bool> needed;
  for (const site& where : sites) {
    for (const std::memory_order to : weaker_orders(where)) {
      const std::string failure = run_with({where, to}, all);
      std::cout << to_string(where) << " -> " << to_string(to) << ": "
                << (failure.empty() ? "holds" : failure) << '\n';
      needed[{to_string(where), to}] |= !failure.empty();
    }
  }
  std::size_t needless = 0;
  for (const auto& [order, is_needed] : needed) {
    EXPECT_NE(is_needed, is_spare(order.first, order.second))
        << order.first << " -> " << to_string(order.second);
    if (!is_needed) ++needless;
  }
  EXPECT_EQ(needless, spares.size());
}

}  // namespace
}  // namespace souk::model
