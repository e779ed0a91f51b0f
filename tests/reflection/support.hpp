// VMs of each kind with a mirror, and what is looked for in a snapshot.
#pragma once

#include <souk/souk.hpp>

#include "tests/custodian/support.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace souk::testing {

/// A test on each kind of VM, which `mirror` shows.
class Mirrored : public ::testing::TestWithParam<machine_kind> {
 public:
  [[nodiscard]] vm_options options() const {
    return {.kind = GetParam().kind, .workers = GetParam().workers, .reflect = &mirror};
  }
  template <class... Parts>
  [[nodiscard]] vm run(Parts&&... parts) const {
    vm made{options(), std::forward<Parts>(parts)...};
    made.run_until_inert();
    return made;
  }
  static void send(vm& v, const term& body) {
    v.inject(send_message{body});
    v.run_until_inert();
  }

  mutable reflection mirror;
};

/// The process of that name, or null.
inline const process_view* named(const snapshot& in, const term& name) {
  const auto found = std::ranges::find(in.processes, name, &process_view::name);
  return found == in.processes.end() ? nullptr : &*found;
}

inline std::vector<std::string> names(const snapshot& in) {
  std::vector<std::string> all;
  for (const process_view& p : in.processes) {
    if (!p.name.is_false()) all.push_back(to_string(p.name));
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace souk::testing
