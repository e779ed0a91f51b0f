// The shared part of a term that does not fit its handle: a counted, immutable block of memory.
//
//     header (16 bytes) | terms       pair (head, tail), vector, record
//                       | characters  string, bytes, error
//                       | host_cell   host object
//
// Threads    Any: a node does not change once it is made, but for who pays; that and its count are
//            atomic.
// Ownership  Whoever holds a term holds a share; the last share frees the node, and the account
//            that paid for it is credited.
// N1  depth <= max_term_depth, so that walking a term may recurse. The tail of a pair adds nothing
//     to it: lists are walked in a loop.
// N2  wild says exactly whether a wildcard is inside.
// N3  flat is set only where no part is shared: such a node is freed without a look at its parts.
#pragma once

#include <souk/detail/account.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <typeinfo>

namespace souk::detail {

struct node {
  std::atomic<std::uint32_t> shares;
  std::atomic<account::id_type> payer;  ///< relaxed: who frees the node is alone with it
  std::uint32_t
      extent;  ///< vector: its size. string, bytes, error: their length. record: base of its label
  std::uint16_t arity;  ///< record: its number of fields
  std::uint16_t depth : 14;
  std::uint16_t flat : 1;
  std::uint16_t wild : 1;

  void share() noexcept {
    shares.fetch_add(1, std::memory_order_relaxed);  // relaxed: the caller holds a share already
  }
  /// Gives up a share; true: it was the last, and the caller frees the node.
  [[nodiscard]] bool unshare() noexcept {
    // acquire <- unshare (below): what the others did with the node is over. A sole holder needs no
    // read-modify-write: nobody else is there to add a share.
    return shares.load(std::memory_order_acquire) == 1 ||
           // release -> unshare: our use of the node is over.   acquire: as above.
           shares.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
};
static_assert(sizeof(node) == 16);

/// What a host object's node holds after its header.
struct host_cell {
  std::shared_ptr<const void> object;
  const std::type_info* type;
};

}  // namespace souk::detail
