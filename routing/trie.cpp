#include "routing/trie.hpp"

#include <souk/detail/account.hpp>
#include <souk/pattern.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <new>

namespace souk::routing {

using detail::account;

// All targets of a version, in the order in which they came.
struct trie_node {
  trie_node* next_grave;
  account::id_type payer;
  std::uint32_t size;

  [[nodiscard]] const target** begin() noexcept {
    return reinterpret_cast<const target**>(this + 1);
  }
  [[nodiscard]] const target** end() noexcept { return begin() + size; }

  static std::size_t bytes(std::size_t size) noexcept {
    return sizeof(trie_node) + size * sizeof(const target*);
  }
  static trie_node* make(std::size_t size) {
    account& payer = account::current();
    void* const memory = payer.take(bytes(size));
    return new (memory) trie_node{nullptr, payer.id(), static_cast<std::uint32_t>(size)};
  }
  static void free(trie_node* gone) noexcept {
    account::by_id(gone->payer).give_back(gone, bytes(gone->size));
  }
};

graveyard::~graveyard() {
  while (first_ != nullptr) trie_node::free(std::exchange(first_, first_->next_grave));
}

void graveyard::append(graveyard&& other) noexcept {
  if (other.empty()) return;
  (empty() ? first_ : last_->next_grave) = std::exchange(other.first_, nullptr);
  last_ = std::exchange(other.last_, nullptr);
}

void graveyard::bury(trie_node& gone) noexcept {
  (empty() ? first_ : last_->next_grave) = &gone;
  last_ = &gone;
}

trie trie::with(const target& added, graveyard& graves) const {
  trie_node* const fresh = trie_node::make(empty() ? 1 : root_->size + 1);
  if (!empty()) {
    std::copy(root_->begin(), root_->end(), fresh->begin());
    graves.bury(*root_);
  }
  fresh->end()[-1] = &added;
  return trie{fresh};
}

trie trie::without(const target& gone, graveyard& graves) const {
  trie_node* const fresh = root_->size == 1 ? nullptr : trie_node::make(root_->size - 1);
  if (fresh != nullptr) std::remove_copy(root_->begin(), root_->end(), fresh->begin(), &gone);
  graves.bury(*root_);
  return trie{fresh};
}

void trie::clear(graveyard& graves) && noexcept {
  if (!empty()) graves.bury(*std::exchange(root_, nullptr));
}

void trie::match(const term& body, std::vector<const target*>& found) const {
  if (empty()) return;
  std::copy_if(root_->begin(), root_->end(), std::back_inserter(found),
               [&](const target* t) { return matches(body, t->topic); });
}

void trie::intersect(const term& topic, std::vector<std::pair<const target*, term>>& found) const {
  if (empty()) return;
  for (const target* t : std::span{root_->begin(), root_->end()}) {
    if (auto both = intersection(topic, t->topic)) found.emplace_back(t, std::move(*both));
  }
}

std::span<const target* const> route_cache::find(const trie& now, const term& body) {
  found_.clear();
  now.match(body, found_);
  return found_;
}

}  // namespace souk::routing
