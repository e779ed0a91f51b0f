// The routing table of a VM: one immutable version after the other.
//
// Threads    A version is read by any worker that loaded it, until its quantum ends.
// T1  Versions are numbered without gaps; each is made from the one before, under the writer lock.
#pragma once

#include <souk/role.hpp>

#include "routing/trie.hpp"

#include <cstdint>

namespace souk::parallel {

struct table {
  std::uint64_t id = 0;
  routing::trie publishers{};
  routing::trie subscribers{};
  /// The endpoints that processes have in the VM around, by #(number id).
  routing::trie meta_endpoints{};

  [[nodiscard]] const routing::trie& of(orientation o) const noexcept {
    return o == orientation::publisher ? publishers : subscribers;
  }
  [[nodiscard]] routing::trie& of(orientation o) noexcept {
    return o == orientation::publisher ? publishers : subscribers;
  }
};

}  // namespace souk::parallel
