// What was measured of a part of a VM: flows and slow calls. How busy a process was is kept with
// it.
//
// Threads    One at a time: who runs the part.
#pragma once

#include "vm/reflection/sampler.hpp"
#include "vm/reflection/survey.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace souk {

class tally {
 public:
  void add_flow(std::uint32_t from, std::uint32_t to, unsigned messages) {
    const std::uint64_t key = std::uint64_t{from} << 32 | to;
    if (const auto found = flows_.find(key); found != flows_.end()) {
      found->second += messages;
    } else if (flows_.size() < most_flows) {
      flows_.emplace(key, messages);
    }
  }
  void add_slow(pid who, std::string what, std::chrono::nanoseconds took) {
    if (slow_.size() == most_slow_calls) slow_.pop_front();
    slow_.push_back({who, std::move(what), took, std::chrono::system_clock::now()});
  }
  void copy_to(survey::part& to, std::uint64_t vm) const {
    for (const auto& [key, messages] : flows_) {
      to.flows.push_back(
          {vm, static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), messages});
    }
    to.slow_calls.insert(to.slow_calls.end(), slow_.begin(), slow_.end());
  }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> flows_;
  std::deque<slow_call> slow_;
};

}  // namespace souk
