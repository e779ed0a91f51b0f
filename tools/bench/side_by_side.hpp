// `souk bench --peers`: souk beside CAF, Erlang and Go, run in turn on the same processors.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/workload.hpp"

namespace souk::tool {

struct side_by_side_settings {
  struct job {
    const bench::workload* what;
    bench::options how;
  };
  std::vector<job> jobs;
  std::uint64_t repeat;
  bool as_json;
};

/// Prints a table, or JSON. The exit status.
[[nodiscard]] int run_side_by_side(const side_by_side_settings& chosen);

}  // namespace souk::tool
