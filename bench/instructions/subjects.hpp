// What is counted: twelve workloads, each of a fixed size.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "bench/workload.hpp"

namespace souk::bench {

struct subject {
  std::string_view name;
  const workload* what;
  vm_kind kind;
  std::uint64_t size;
  std::uint64_t count;
};

[[nodiscard]] std::span<const subject> subjects() noexcept;
/// The one of that name, or null.
[[nodiscard]] const subject* find_subject(std::string_view name) noexcept;

/// All of it, from making the VM to its end. Throws wrong_count.
void run(const subject& one);

}  // namespace souk::bench
