// Persistent hash tables: the nodes of a trie and the bunches at its leaves, when they are wide.
//
// A node of a table has 64 slots, chosen by 6 bits of an entry's hash; a slot is empty, holds an
// entry, or leads to a node for the next 6 bits. An edit copies the nodes from the root to the
// slot, so its cost does not grow with the table (Bagwell's hash array mapped trie, in the compact
// form of Steindorff and Vinju).
//
//     (of a root: extra) | header | data, nodes: which slots hold what | children ... | entries ...
//
// A search among many waits for memory and for little else. So what a node below the root takes is
// small, and what is likely to be read of it next is fetched before its header is there.
//
// H1  A node below the root leads to at least two entries.
// H2  Entries whose whole hashes are equal share a last node, without slots; they are searched one
//     by one.
#pragma once

#include "routing/trie_node.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace souk::routing {

/// A library call otherwise: the oldest x86-64 has no such instruction.
[[nodiscard]] constexpr unsigned bits_in(std::uint64_t x) noexcept {
  x -= (x >> 1) & 0x5555555555555555U;
  x = (x & 0x3333333333333333U) + ((x >> 2) & 0x3333333333333333U);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fU;
  return static_cast<unsigned>((x * 0x0101010101010101U) >> 56);
}

/// `Traits` says what entries are: `entry`, `key`, key_of(entry), hash_of(key), same(entry, key);
/// what the root holds beside them: `extra`; `of_bunch`, which kind of node
/// it is; and `node`, the class derived from its table, without members.
template <class Traits>
class table : public trie_node {
 public:
  using entry = typename Traits::entry;
  using key = typename Traits::key;
  using extra_type = typename Traits::extra;
  using node = typename Traits::node;

  /// What a slot holds: one of them, or nothing.
  struct slot {
    const node* child = nullptr;
    const entry* one = nullptr;
  };

  /// Pre for both: a root. To be changed by the edit that made it.
  [[nodiscard]] const extra_type& extra() const noexcept {
    return reinterpret_cast<const extra_type*>(this)[-1];
  }
  [[nodiscard]] extra_type& extra() noexcept { return reinterpret_cast<extra_type*>(this)[-1]; }

  [[nodiscard]] std::span<const entry> entries() const noexcept {
    return {reinterpret_cast<const entry*>(children() + child_count()), count};
  }
  [[nodiscard]] bool has_children() const noexcept { return nodes_ != 0; }

  /// Ends a node, and says what memory it was in.
  static std::span<std::byte> destroy(node& gone) noexcept {
    auto* memory = reinterpret_cast<std::byte*>(&gone);
    std::size_t size = bytes(gone.child_count(), gone.count);
    std::destroy_n(gone.first_entry(), gone.count);
    if (gone.is_root != 0) {
      std::destroy_at(&gone.extra());
      memory -= sizeof(extra_type);
      size += sizeof(extra_type);
    }
    std::destroy_at(&gone);
    return {memory, size};
  }

  template <class F>
  void for_each(const F& f) const {
    for (const entry& e : entries()) f(e);
    for (const node* child : std::span{children(), child_count()}) child->for_each(f);
  }
  /// All nodes but this one.
  template <class F>
  void for_each_child(const F& f) const {
    for (const node* child : std::span{children(), child_count()}) f(*child);
  }

  // Inlined, so that the key stays in registers.
  [[nodiscard, gnu::always_inline]] inline const entry* find(const key& k) const noexcept {
    if (nodes_ == 0 && count <= few) return search(k);
    const std::uint64_t hash = Traits::hash_of(k);
    const table* n = this;
    for (unsigned shift = 0; shift < hash_bits; shift += slot_bits) {
      const std::uint64_t bit = bit_at(hash, shift);
      if ((n->data_ & bit) != 0) {
        const entry& e = n->first_entry()[bits_in(n->data_ & (bit - 1))];
        return Traits::same(e, k) ? &e : nullptr;
      }
      if ((n->nodes_ & bit) == 0) return nullptr;
      const table* const parent = n;
      n = n->children()[bits_in(n->nodes_ & (bit - 1))];
      prefetch(parent, n, hash >> (shift + slot_bits));
    }
    return n->search(k);  // H2
  }
  /// Fetches what find() will have to wait for, if the table is so wide that it will.
  void prefetch(const key& k) const noexcept {
    if (nodes_ != all_slots) return;
    std::uint64_t hash = Traits::hash_of(k);
    const table* parent = this;
    const table* n = parent->children()[hash % slots];
    for (hash >>= slot_bits; n->nodes_ == all_slots; hash >>= slot_bits) {
      parent = n;
      n = n->children()[hash % slots];
    }
    prefetch(parent, n, hash);
  }

  /// A root of no entry, or of one.
  [[nodiscard]] static node& of(edit& by, const extra_type& extra) {
    return make(by, 0, 0, 0, &extra);
  }
  [[nodiscard]] static node& of(edit& by, const extra_type& extra, const entry& e) {
    node& fresh = make(by, bit_at(hash_of(e), 0), 0, 1, &extra);
    new (fresh.first_entry()) entry(e);
    return fresh;
  }
  [[nodiscard]] static node& of(edit& by, const extra_type& extra, const entry& a, const entry& b) {
    return two(by, a, hash_of(a), b, hash_of(b), 0, &extra);
  }

  // The table with a change, made by an edit. `this` is the root, and replaced.
  [[nodiscard]] node& with_extra(edit& by, const extra_type& extra) const {
    node& fresh = make(by, data_, nodes_, count, &extra);
    std::uninitialized_copy_n(children(), child_count(), fresh.children());
    std::uninitialized_copy_n(first_entry(), count, fresh.first_entry());
    by.replaced(const_cast<table&>(*this));
    return fresh;
  }
  /// Pre: its key is not in.
  [[nodiscard]] node& with(edit& by, const entry& e) const { return insert(by, e, hash_of(e), 0); }
  /// Pre: its key is in.
  [[nodiscard]] node& with_replaced(edit& by, const entry& e) const {
    return replace(by, e, hash_of(e), 0);
  }
  /// The root without it; if one entry is left, that alone, with no node. Pre: it is in.
  [[nodiscard]] slot without(edit& by, const key& k) const {
    return erase(by, k, Traits::hash_of(k), 0);
  }

 private:
  static constexpr unsigned slot_bits = 6;
  static constexpr unsigned hash_bits = 60;
  static constexpr std::uint64_t slots = std::uint64_t{1} << slot_bits;
  static constexpr std::uint64_t all_slots = ~std::uint64_t{0};
  /// So many entries are found sooner one by one than by their hash.
  static constexpr std::size_t few = 4;

  table(trie_node header, std::uint64_t data, std::uint64_t nodes) noexcept
      : trie_node{header}, data_{data}, nodes_{nodes} {}
  friend node;

  /// The first lines of a node, which are mostly all of it. But below a node whose slots all lead
  /// further, most nodes are wide: then the line where the slot would lead further.
  static void prefetch(const table* parent, const table* n, std::uint64_t hash) noexcept {
    constexpr std::size_t line = 64;
    const auto* const first = reinterpret_cast<const char*>(n);
    __builtin_prefetch(first);
    __builtin_prefetch(first + line);
    __builtin_prefetch(first + (parent->nodes_ == all_slots
                                    ? sizeof(table) + hash % slots * sizeof(node*)
                                    : 2 * line - 16));
  }
  [[nodiscard]] static std::uint64_t bit_at(std::uint64_t hash, unsigned shift) noexcept {
    return std::uint64_t{1} << ((hash >> shift) & 63U);
  }
  [[nodiscard]] static std::uint64_t hash_of(const entry& e) noexcept {
    return Traits::hash_of(Traits::key_of(e));
  }
  [[nodiscard]] static std::size_t bytes(std::size_t children, std::size_t entries) noexcept {
    return sizeof(node) + children * sizeof(node*) + entries * sizeof(entry);
  }

  [[nodiscard]] std::size_t child_count() const noexcept { return bits_in(nodes_); }
  [[nodiscard]] const node* const* children() const noexcept {
    return reinterpret_cast<const node* const*>(this + 1);
  }
  [[nodiscard]] const node** children() noexcept {
    return reinterpret_cast<const node**>(this + 1);
  }
  [[nodiscard]] const entry* first_entry() const noexcept {
    return reinterpret_cast<const entry*>(children() + child_count());
  }
  [[nodiscard]] entry* first_entry() noexcept {
    return reinterpret_cast<entry*>(children() + child_count());
  }
  [[nodiscard]] std::size_t child_index(std::uint64_t bit) const noexcept {
    return bits_in(nodes_ & (bit - 1));
  }
  [[nodiscard]] std::size_t entry_index(std::uint64_t bit) const noexcept {
    return bits_in(data_ & (bit - 1));
  }
  [[nodiscard]] const entry* search(const key& k) const noexcept {
    for (const entry& e : entries()) {
      if (Traits::same(e, k)) return &e;
    }
    return nullptr;
  }

  [[nodiscard]] static node& make(edit& by, std::uint64_t data, std::uint64_t nodes,
                                  std::size_t entries, const extra_type* extra) {
    static_assert(sizeof(node) == sizeof(table), "children follow the members of a table");
    static_assert(sizeof(extra_type) % alignof(table) == 0, "a root follows its extra");
    detail::account& payer = detail::account::current();
    const std::size_t front = extra == nullptr ? 0 : sizeof(extra_type);
    auto* const memory =
        static_cast<std::byte*>(payer.take(front + bytes(bits_in(nodes), entries)));
    if (extra != nullptr) new (memory) extra_type(*extra);
    auto* const fresh = new (memory + front)
        node{trie_node{nullptr, payer.id(), Traits::of_bunch, extra == nullptr ? 0U : 1U,
                       static_cast<std::uint32_t>(entries)},
             data, nodes};
    by.made(*fresh);
    return *fresh;
  }

  [[nodiscard]] const extra_type* extra_if_root() const noexcept {
    return is_root != 0 ? &extra() : nullptr;
  }

  /// `from`, with what is at `at` left out if `drop`, and `add` put there if there is one.
  template <class T>
  static void splice(std::span<const T> from, std::size_t at, bool drop, const T* add, T* to) {
    to = std::uninitialized_copy_n(from.data(), at, to);
    if (add != nullptr) new (to++) T(*add);
    const auto rest = from.subspan(at + (drop ? 1 : 0));
    std::uninitialized_copy(rest.begin(), rest.end(), to);
  }

  /// A copy with other content in one slot.
  [[nodiscard]] node& put(edit& by, std::uint64_t bit, const slot& content) const {
    const bool is_child = content.child != nullptr;
    const bool is_one = content.one != nullptr;
    const bool was_one = (data_ & bit) != 0;
    node& fresh =
        make(by, (data_ & ~bit) | (is_one ? bit : 0), (nodes_ & ~bit) | (is_child ? bit : 0),
             count + (is_one ? 1U : 0U) - (was_one ? 1U : 0U), extra_if_root());
    splice<const node*>({children(), child_count()}, child_index(bit), (nodes_ & bit) != 0,
                        is_child ? &content.child : nullptr, fresh.children());
    splice<entry>(entries(), entry_index(bit), was_one, content.one, fresh.first_entry());
    return fresh;
  }
  /// A copy of a last node (H2).
  [[nodiscard]] node& put_last(edit& by, const entry* gone, const entry* added) const {
    const std::size_t at = gone == nullptr ? count : static_cast<std::size_t>(gone - first_entry());
    node& fresh =
        make(by, 0, 0, count + (added != nullptr ? 1U : 0U) - (gone != nullptr ? 1U : 0U), nullptr);
    splice<entry>(entries(), at, gone != nullptr, added, fresh.first_entry());
    return fresh;
  }

  [[nodiscard]] static node& two(edit& by, const entry& a, std::uint64_t hash_a, const entry& b,
                                 std::uint64_t hash_b, unsigned shift,
                                 const extra_type* extra = nullptr) {
    if (shift >= hash_bits) return filled(by, 0, a, b, nullptr);
    const std::uint64_t bit_a = bit_at(hash_a, shift);
    const std::uint64_t bit_b = bit_at(hash_b, shift);
    if (bit_a == bit_b) {
      const node& below = two(by, a, hash_a, b, hash_b, shift + slot_bits);
      node& fresh = make(by, 0, bit_a, 0, extra);
      fresh.children()[0] = &below;
      return fresh;
    }
    return bit_a < bit_b ? filled(by, bit_a | bit_b, a, b, extra)
                         : filled(by, bit_a | bit_b, b, a, extra);
  }
  [[nodiscard]] static node& filled(edit& by, std::uint64_t data, const entry& a, const entry& b,
                                    const extra_type* extra) {
    node& fresh = make(by, data, 0, 2, extra);
    new (fresh.first_entry()) entry(a);
    new (fresh.first_entry() + 1) entry(b);
    return fresh;
  }

  [[nodiscard]] node& insert(edit& by, const entry& e, std::uint64_t hash, unsigned shift) const {
    by.replaced(const_cast<table&>(*this));
    if (shift >= hash_bits) return put_last(by, nullptr, &e);
    const std::uint64_t bit = bit_at(hash, shift);
    if ((data_ & bit) != 0) {
      const entry& other = first_entry()[entry_index(bit)];
      return put(by, bit, {.child = &two(by, other, hash_of(other), e, hash, shift + slot_bits)});
    }
    if ((nodes_ & bit) != 0) {
      const node& below = *children()[child_index(bit)];
      return put(by, bit, {.child = &below.insert(by, e, hash, shift + slot_bits)});
    }
    return put(by, bit, {.one = &e});
  }

  [[nodiscard]] node& replace(edit& by, const entry& e, std::uint64_t hash, unsigned shift) const {
    by.replaced(const_cast<table&>(*this));
    if (shift >= hash_bits) return put_last(by, search(Traits::key_of(e)), &e);
    const std::uint64_t bit = bit_at(hash, shift);
    if ((data_ & bit) != 0) return put(by, bit, {.one = &e});
    const node& below = *children()[child_index(bit)];
    return put(by, bit, {.child = &below.replace(by, e, hash, shift + slot_bits)});
  }

  [[nodiscard]] slot erase(edit& by, const key& k, std::uint64_t hash, unsigned shift) const {
    by.replaced(const_cast<table&>(*this));
    if (shift >= hash_bits) {
      const entry* const gone = search(k);
      if (count == 2) return {.one = first_entry() + (gone == first_entry() ? 1 : 0)};  // H1
      return {.child = &put_last(by, gone, nullptr)};
    }
    const std::uint64_t bit = bit_at(hash, shift);
    if ((data_ & bit) != 0) {
      if (nodes_ == 0 && count == 1) return {};  // only a root can be so
      if (nodes_ == 0 && count == 2) return {.one = first_entry() + (1 - entry_index(bit))};
      return {.child = &put(by, bit, {})};
    }
    const slot left = children()[child_index(bit)]->erase(by, k, hash, shift + slot_bits);
    if (left.one != nullptr && nodes_ == bit && data_ == 0) return left;  // H1
    return {.child = &put(by, bit, left)};
  }

  std::uint64_t data_;
  std::uint64_t nodes_;
};

}  // namespace souk::routing
