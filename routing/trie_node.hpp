// What tries are made of: nodes that never change once they are published, and links to them.
//
// Ownership  A node belongs to the edit that makes it until that is committed, then to the versions
//            that reach it, then to a graveyard.
#pragma once

#include <souk/detail/account.hpp>

#include "routing/trie.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace souk::routing {

/// What every node begins with.
struct trie_node {
  trie_node* next;  ///< in the list of an edit or a graveyard: never read through a version
  detail::account::id_type payer;
  std::uint32_t of_bunch : 1;
  std::uint32_t is_root : 1;  ///< of a table: its extra stands in front of it
  std::uint32_t count : 30;   ///< of entries in this node
};

/// Frees one node, not what it links to.
void free_node(trie_node*) noexcept;

/// The nodes that one change of a trie makes, and those that it replaces. Unless it is committed,
/// the new ones are freed.
class edit {
 public:
  edit() noexcept = default;
  edit(const edit&) = delete;
  edit& operator=(const edit&) = delete;
  ~edit() {
    while (fresh_ != nullptr) free_node(std::exchange(fresh_, fresh_->next));
  }

  void made(trie_node& fresh) noexcept { fresh.next = std::exchange(fresh_, &fresh); }
  /// Pre: not made by this edit.
  void replaced(trie_node& old) noexcept { old.next = std::exchange(stale_, &old); }

  void commit(graveyard& graves) noexcept {
    fresh_ = nullptr;
    while (stale_ != nullptr) graves.bury(*std::exchange(stale_, stale_->next));
  }

 private:
  trie_node* fresh_ = nullptr;
  trie_node* stale_ = nullptr;
};

/// How far reaching a leaf decides whether its topic is met.
enum class certainty : std::uint8_t {
  alike,   ///< as linear, and the rest of the topic is that of its branch's model; of one target
  sure,    ///< it is: only wildcards are left of the topic, none of them repeated
  linear,  ///< to be compared; no wildcard is repeated; if there are more targets, all the same
  loose    ///< each is to be compared
};

class branch_node;
class bunch_node;

/// Nothing, a branch, or a leaf: one target or a bunch of them. The topics of a bunch have the same
/// tokens (the first max_tokens of them).
class link {
 public:
  constexpr link() noexcept = default;
  explicit constexpr link(const std::byte* tagged) noexcept : tagged_{tagged} {}
  link(const target& only, certainty c) noexcept
      : link{static_cast<const void*>(&only),
             c == certainty::alike ? many : static_cast<unsigned>(c)} {}
  /// Pre: not alike.
  link(const bunch_node& all, certainty c) noexcept
      : link{static_cast<const void*>(&all), static_cast<unsigned>(c) | many} {}
  link(const branch_node& further) noexcept  // NOLINT(google-explicit-constructor)
      : link{static_cast<const void*>(&further), 0U} {}

  [[nodiscard]] explicit operator bool() const noexcept { return tagged_ != nullptr; }
  /// Pre for this and those below: not nothing.
  [[nodiscard]] bool is_branch() const noexcept { return tag() == 0; }
  [[nodiscard]] bool is_bunch() const noexcept { return tag() > many; }
  [[nodiscard]] certainty sureness() const noexcept {
    return static_cast<certainty>(tag() & (many - 1));
  }
  [[nodiscard]] const branch_node& branch() const noexcept {
    return *reinterpret_cast<const branch_node*>(tagged_);
  }
  [[nodiscard]] const target& only() const noexcept {
    return *reinterpret_cast<const target*>(tagged_ - tag());
  }
  [[nodiscard]] const bunch_node& bunch() const noexcept {
    return *reinterpret_cast<const bunch_node*>(tagged_ - tag());
  }
  [[nodiscard]] bool is_alike() const noexcept { return tag() == many; }
  /// The same leaf, as seen from another place. Pre: not alike.
  [[nodiscard]] link seen_as(certainty c) const noexcept {
    return is_bunch() ? link{bunch(), c} : link{only(), c};
  }
  [[nodiscard]] const std::byte* tagged() const noexcept { return tagged_; }

  friend bool operator==(link, link) noexcept = default;

 private:
  static constexpr unsigned many = 4;
  static constexpr unsigned tags = 7;
  static_assert(alignof(target) > tags);

  link(const void* to, unsigned tag) noexcept : tagged_{static_cast<const std::byte*>(to) + tag} {}
  [[nodiscard]] unsigned tag() const noexcept {
    return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(tagged_)) & tags;
  }

  const std::byte* tagged_ = nullptr;  // the address and, in its last bits, what is there
};

}  // namespace souk::routing
