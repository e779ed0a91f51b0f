#include "bench/instructions/subjects.hpp"

#include <algorithm>
#include <array>

#include "bench/instructions/crossing.hpp"

namespace souk::bench {
namespace {

// Enough of each that what it is about outweighs making the VM: some 50 million instructions.
constexpr auto parallel = vm_kind::parallel;
constexpr std::array all{
    subject{"pingpong", &pingpong, parallel, 0, 100'000},
    subject{"counting", &counting, parallel, 100, 150'000},
    subject{"fan-out", &fan_out, parallel, 100, 300'000},
    subject{"pairs", &pairs, parallel, 1000, 60'000},
    subject{"bank", &bank, parallel, 100, 10'000},
    subject{"spawn-quit", &spawn_quit, parallel, 100, 20'000},
    subject{"skynet", &skynet, parallel, 0, 10'000},
    subject{"presence-churn", &presence_churn, parallel, 100, 500},
    subject{"relay", &relay, parallel, 3, 5'000},
    subject{"create-shutdown", &create_shutdown, parallel, 0, 1'000},
    subject{"crossing", &crossing, parallel, 4, 20'000},
    subject{"functional-pingpong", &pingpong, vm_kind::functional, 0, 20'000},
};

}  // namespace

std::span<const subject> subjects() noexcept { return all; }

const subject* find_subject(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(all, name, &subject::name);
  return found == all.end() ? nullptr : found;
}

void run(const subject& one) {
  (void)one.what->run({.kind = one.kind, .size = one.size, .count = one.count});
}

}  // namespace souk::bench
