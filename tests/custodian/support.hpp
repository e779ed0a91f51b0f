// VMs of each kind, and what is seen of them, for tests of custodians.
#pragma once

#include <souk/souk.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace souk::testing {

struct machine_kind {
  std::string name;
  vm_kind kind;
  unsigned workers;
};

inline const std::vector<machine_kind>& all_kinds() {
  static const std::vector<machine_kind> all{{"Functional", vm_kind::functional, 0},
                                             {"Parallel1", vm_kind::parallel, 1},
                                             {"Parallel2", vm_kind::parallel, 2},
                                             {"Parallel8", vm_kind::parallel, 8}};
  return all;
}

/// A test on each kind of VM.
class OnEachVm : public ::testing::TestWithParam<machine_kind> {
 public:
  [[nodiscard]] static vm_options options() {
    return {.kind = GetParam().kind, .workers = GetParam().workers};
  }
  template <class... Parts>
  [[nodiscard]] static vm run(Parts&&... parts) {
    vm made{options(), std::forward<Parts>(parts)...};
    made.run_until_inert();
    return made;
  }
  static void send(vm& v, const term& body) {
    v.inject(send_message{body});
    v.run_until_inert();
  }
};

inline std::string name_of(const ::testing::TestParamInfo<machine_kind>& info) {
  return info.param.name;
}

/// What is written down, whichever thread does.
class notebook {
 public:
  void note(std::string line) {
    const std::scoped_lock held{lock_};
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock held{lock_};
    return lines_;
  }

 private:
  mutable std::mutex lock_;
  std::vector<std::string> lines_;
};

/// Says who comes and who goes, and why, among those who publish that topic.
inline endpoint watch(notebook& j, const term& topic) {
  return observe_publishers(topic)
      .on_presence([&j](const event& e) { j.note("+" + to_string(e.topic())); })
      .on_absence([&j](const event& e) {
        j.note("-" + to_string(e.topic()) + " " + to_string(e.why().value));
      });
}

/// In a nested VM: present in the VM around under that name.
inline meta_actions present_as(const std::string& name) {
  return at_meta_level(publisher(list(symbol{"program"}, symbol{name})));
}

inline const term programs = list(symbol{"program"}, _);

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

/// Takes memory for ever.
inline void take_all() {
  std::vector<term, allocator<term>> all;
  for (int i = 0;; ++i) all.push_back(list(i, i));
}

/// A process whose handler does, when it is told `word` at meta level.
inline actions bad_loop_when(const term& word) {
  return actions{at_meta_level(subscriber(word).on_message([](const term&) { take_all(); }))};
}

}  // namespace souk::testing
