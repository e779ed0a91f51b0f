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
// N2  is_wild() says exactly whether a wildcard is inside.
// N3  is_flat() only where no part is shared: such a node is freed without a look at its parts.
#pragma once

#include <souk/detail/account.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <typeinfo>

namespace souk::detail {

struct node {
  /// All that is said of what follows the header. Two of the same form are so in one comparison.
  struct form {
    std::uint32_t extent = 0;  ///< vector: its size. string, bytes, error: their length. record:
                               ///< base of its label
    std::uint16_t arity = 0;   ///< record: its number of fields
    std::uint16_t depth = 0;
    bool flat = false;
    bool wild = false;
  };

  std::atomic<std::uint32_t> shares;
  std::atomic<account::id_type> payer;  ///< relaxed: who frees the node is alone with it
  std::uint64_t head;                   ///< its form

  static constexpr unsigned arity_at = 32;
  static constexpr unsigned depth_at = 48;
  static constexpr std::uint64_t depth_mask = (1U << 14) - 1;
  static constexpr std::uint64_t flat_bit = std::uint64_t{1} << 62;
  static constexpr std::uint64_t wild_bit = std::uint64_t{1} << 63;

  /// In one word, which is written at once: who reads it at once next does not wait.
  [[nodiscard]] static constexpr std::uint64_t pack(const form& f) noexcept {
    return f.extent | std::uint64_t{f.arity} << arity_at | (f.depth & depth_mask) << depth_at |
           (f.flat ? flat_bit : 0) | (f.wild ? wild_bit : 0);
  }
  [[nodiscard]] std::uint32_t extent() const noexcept { return static_cast<std::uint32_t>(head); }
  [[nodiscard]] std::uint16_t arity() const noexcept {
    return static_cast<std::uint16_t>(head >> arity_at);
  }
  [[nodiscard]] std::size_t depth() const noexcept { return head >> depth_at & depth_mask; }
  [[nodiscard]] bool is_flat() const noexcept { return (head & flat_bit) != 0; }
  [[nodiscard]] bool is_wild() const noexcept { return (head & wild_bit) != 0; }

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
