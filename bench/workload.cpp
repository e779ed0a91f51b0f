#include "bench/workload.hpp"

#include <algorithm>
#include <array>

namespace souk::bench {

std::span<const workload* const> workloads() noexcept {
  static constexpr std::array all{&pingpong,
                                  &ring,
                                  &counting,
                                  &fork_join_throughput,
                                  &big,
                                  &pairs,
                                  &round_trips,
                                  &fan_out,
                                  &chameneos,
                                  &fork_join_create,
                                  &spawn_quit,
                                  &skynet,
                                  &computing,
                                  &n_queens,
                                  &matrix_multiply,
                                  &sieve,
                                  &producer_consumer,
                                  &philosophers,
                                  &barber,
                                  &bank,
                                  &dictionary,
                                  &presence_churn,
                                  &relay,
                                  &nested,
                                  &long_handler,
                                  &create_shutdown,
                                  &over_limit,
                                  &leakers,
                                  &idle,
                                  &idle_vm,
                                  &backlog};
  return all;
}

const workload* find_workload(std::string_view name) noexcept {
  const auto found = std::ranges::find(workloads(), name, &workload::name);
  return found == workloads().end() ? nullptr : *found;
}

}  // namespace souk::bench
