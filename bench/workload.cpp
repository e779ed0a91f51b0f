#include "bench/workload.hpp"

#include <algorithm>
#include <array>

namespace souk::bench {

std::span<const workload* const> workloads() noexcept {
  static constexpr std::array all{&pingpong,   &ring,           &fan_out, &pairs,
                                  &spawn_quit, &presence_churn, &relay,   &idle};
  return all;
}

const workload* find_workload(std::string_view name) noexcept {
  const auto found = std::ranges::find(workloads(), name, &workload::name);
  return found == workloads().end() ? nullptr : *found;
}

}  // namespace souk::bench
