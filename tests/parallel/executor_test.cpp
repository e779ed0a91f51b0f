// A parallel VM and the threads that run it.
#include "tests/sched/load.hpp"

#include <souk/souk.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace souk {
namespace {

using namespace literals;

class ParallelVm : public ::testing::TestWithParam<executor_kind> {};

std::string name_of(const ::testing::TestParamInfo<executor_kind>& each) {
  switch (each.param) {
    case executor_kind::tbb: return "Tbb";
    case executor_kind::threads: return "Threads";
    default: return "Best";
  }
}

// ThreadSanitizer cannot see into TBB.
#if defined(__SANITIZE_THREAD__)
constexpr std::array kinds{executor_kind::best, executor_kind::threads};
#else
constexpr std::array kinds{executor_kind::best, executor_kind::threads, executor_kind::tbb};
#endif

INSTANTIATE_TEST_SUITE_P(Each, ParallelVm, ::testing::ValuesIn(kinds), name_of);

/// A token that goes around between VMs, `count` times.
auto carrier(std::int64_t index, std::int64_t of, std::atomic<std::uint64_t>& hops) {
  return spawn_vm(at_meta_level(
      subscriber(list("token"_sym, index, _)).on_message([index, of, &hops](const term& m) {
        hops.fetch_add(1, std::memory_order_relaxed);  // relaxed: read when the VM is inert
        const std::int64_t left = m.tail().tail().head().as_integer();
        actions out;
        if (left > 0)
          out.append(at_meta_level(send_message(list("token"_sym, (index + 1) % of, left - 1))));
        return out;
      })));
}

TEST_P(ParallelVm, RunsNestedVmsOnItsWorkers) {
  for (const unsigned workers : {1U, 2U, 8U}) {
    std::atomic<std::uint64_t> hops{0};
    actions all;
    for (std::int64_t i = 0; i < 5; ++i) all.append(carrier(i, 5, hops));
    vm market{vm_options{.kind = vm_kind::parallel,
                         .workers = workers,
                         .executor = GetParam(),
                         .priority = vm_priority::high},
              std::move(all)};
    market.run_until_inert();
    for (std::int64_t i = 0; i < 3; ++i) market.inject(send_message(list("token"_sym, i, 999)));
    market.run_until_inert();
    EXPECT_EQ(hops, 3'000U);
  }
}

TEST_P(ParallelVm, UsesLessThanAHundredthOfACoreWhenNothingIsLeftToDo) {
  std::atomic<std::uint64_t> hops{0};
  vm market{vm_options{.kind = vm_kind::parallel, .workers = 4, .executor = GetParam()},
            carrier(0, 2, hops), carrier(1, 2, hops)};
  market.inject(send_message(list("token"_sym, 0, 10'000)));
  market.run_until_inert();
  EXPECT_LT(souk::testing::measure_load_at_rest(), 0.01);
}

}  // namespace
}  // namespace souk
