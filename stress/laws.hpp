// The laws: what must hold of every run, whoever did what and whatever went wrong.
//
//     replay      the functional VM, performing the same commits, shows every process the same
//     delivery    what anybody says to somebody comes to each who hears it, once, in order, and
//                 without a gap, as long as he hears it; what does not come is accounted for by his
//                 end, or by that of his endpoint
//     order       there is one order of all messages of a VM which everybody saw, and in which
//                 causes come before consequences
//     presence    nobody is absent who was not present, and each once; in the end, present are
//                 those who are there
//     ends        processes end for the reasons that there are in the trial, and no other
//     fairness    with one worker, whoever has something to handle handles it before others have
//                 handled more than the bound of most_between()
//     custodians  at rest, all custodians together are charged what is live
//     remains     after its end nothing of a VM is left: bytes, custodians, states, threads,
//                 descriptors
//     rest        it comes to rest, and does not crash (session.hpp)
//
// Those of delivery, order, presence and fairness are judged by what processes saw, with no help
// from either VM.
// Threads    One.
#pragma once

#include "stress/evidence.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace souk::stress {

struct breach {
  std::string law;
  std::string text;
};

/// What was found of one round.
struct findings {
  std::uint64_t checked = 0;  ///< laws
  std::vector<breach> breaches{};

  /// Another law was checked.
  void note(std::string_view law, std::optional<std::string> wrong) {
    ++checked;
    if (wrong) breaches.push_back({std::string{law}, std::move(*wrong)});
  }
};

// Each says what is wrong, if anything is.
[[nodiscard]] std::optional<std::string> check_delivery(const evidence& e);
[[nodiscard]] std::optional<std::string> check_order(const evidence& e);
[[nodiscard]] std::optional<std::string> check_presence(const evidence& e);
[[nodiscard]] std::optional<std::string> check_ends(const evidence& e);
[[nodiscard]] std::optional<std::string> check_fairness(const evidence& e);

/// How much a VM with so many processes, beside so many other VMs, may handle on one worker between
/// two events of a process that has something to handle: docs in fairness.cpp.
[[nodiscard]] std::uint64_t most_between(bool is_scattered, std::uint64_t processes,
                                         std::uint64_t vms);

/// "12 of VM 3".
[[nodiscard]] std::string name_of(pid who);

}  // namespace souk::stress
