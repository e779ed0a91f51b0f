// The nodes of a trie: branches, where topics go on with different tokens, and bunches, where
// several end.
#pragma once

#include "routing/table.hpp"
#include "routing/token.hpp"
#include "routing/trie_node.hpp"

#include <cstdint>

namespace souk::routing {

/// The way on for the topics that have this token here.
struct edge {
  term token;
  link to;
};

/// What a branch holds beside its edges.
///
/// Topics that differ in one token are mostly alike behind it: (room-1 says ?), (room-2 says ?).
/// Then one of them is the branch's model, and a body is compared with that instead of the target's
/// own topic, which would be in no cache.
struct crossing {
  std::uint64_t stamp = 0;   ///< of the root of a trie: no two have the same, ever
  term model;                ///< a topic with an atom here, or false: there is none
  std::uint64_t alikes = 0;  ///< so many edges lead to leaves that are alike(trie_node.hpp)
  link wild;                 ///< for the topics that have a wildcard here; next to the edges

  crossing() noexcept = default;
  crossing(link w) noexcept : wild{w} {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] crossing with(link w) const noexcept {
    crossing c{*this};
    c.wild = w;
    return c;
  }
};

struct edge_traits {
  using entry = edge;
  using key = token_key;
  using extra = crossing;
  using node = branch_node;
  static constexpr std::uint32_t of_bunch = 0;

  static token_key key_of(const edge& e) noexcept { return token_key{e.token}; }
  static std::uint64_t hash_of(const token_key& token) noexcept { return token.hash(); }
  static bool same(const edge& e, const token_key& token) noexcept { return token.is(e.token); }
};
class branch_node final : public table<edge_traits> {
 public:
  using table::table;

  [[nodiscard]] link wild() const noexcept { return extra().wild; }
  [[nodiscard]] bool has_edges() const noexcept { return count != 0 || has_children(); }
  [[nodiscard]] link exact(token_key token) const noexcept {
    const edge* const e = find(token);
    return e == nullptr ? link{} : e->to;
  }
};

/// What a bunch holds beside its targets.
struct crowd {
  std::uint64_t stamp = 0;  ///< no two bunches of a program have the same, ever
  std::uint32_t size = 0;
  std::uint32_t loose = 0;  ///< so many topics are (token.hpp)
};

struct member_traits {
  using entry = const target*;
  using key = const target*;
  using extra = crowd;
  using node = bunch_node;
  static constexpr std::uint32_t of_bunch = 1;

  static const target* key_of(const target* t) noexcept { return t; }
  static std::uint64_t hash_of(const target* t) noexcept {
    std::uint64_t x = reinterpret_cast<std::uintptr_t>(t) * 0x9e3779b97f4a7c15U;
    x ^= x >> 32;
    return x * 0xbf58476d1ce4e5b9U;
  }
  static bool same(const target* a, const target* b) noexcept { return a == b; }
};
class bunch_node final : public table<member_traits> {
 public:
  using table::table;

  /// One of the targets.
  [[nodiscard]] const target& any() const noexcept {
    const bunch_node* n = this;
    while (n->entries().empty()) n->for_each_child([&](const bunch_node& below) { n = &below; });
    return *n->entries().front();
  }
};

/// One of the targets of a leaf.
[[nodiscard]] inline const target& any_of(link leaf) noexcept {
  return leaf.is_bunch() ? leaf.bunch().any() : leaf.only();
}

}  // namespace souk::routing
