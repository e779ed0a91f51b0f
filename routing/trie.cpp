// How versions are made: path copying, from the leaf back to the root.
#include "routing/trie.hpp"

#include <souk/detail/account.hpp>

#include "routing/branch.hpp"
#include "routing/token.hpp"

#include <atomic>
#include <cstddef>
#include <span>

namespace souk::routing {
namespace {

using detail::account;

std::uint64_t next_stamp() noexcept {
  static std::atomic<std::uint64_t> last{0};
  // relaxed: only that it is no other's counts.
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

template <class Node>
void free_as(trie_node* gone) noexcept {
  auto* const node = static_cast<Node*>(gone);
  account& payer = account::by_id(node->payer);
  const std::span<std::byte> memory = Node::destroy(*node);
  payer.give_back(memory.data(), memory.size());
}

// One edit: the way of one topic through the trie.
class change {
 public:
  explicit change(const target& subject)
      : subject_{subject}, loose_{is_loose(subject.topic)}, at_{subject.topic} {}

  [[nodiscard]] link add(link to) {
    if (!to) return {subject_, certainty_here()};
    if (!to.is_branch()) return add_to_leaf(to);
    const branch_node& b = to.branch();
    const term& part = at_.next();
    if (part.is(kind::wildcard)) return b.with_extra(by_, b.extra().with(add(b.wild())));
    const term token = token_of(part);
    const edge* const before = b.find(token_key{token});
    if (before == nullptr) return add_leaf(b, token, !part.is_compound());
    return replaced(b, *before, {token, add(before->to)});
  }

  [[nodiscard]] link remove(link from) {
    if (!from.is_branch()) return from.is_bunch() ? remove_from_bunch(from.bunch()) : link{};
    const branch_node& b = from.branch();
    const std::size_t position = at_.position();
    const term& part = at_.next();
    if (part.is(kind::wildcard)) return with_wild(b, remove(b.wild()), position);
    const term token = token_of(part);
    const edge& before = *b.find(token_key{token});
    const edge after{token, remove(before.to)};
    if (!after.to) return without_edge(b, before, position);
    if (!after.to.is_branch() && !b.wild() && !b.has_children() && b.entries().size() == 1) {
      by_.replaced(const_cast<branch_node&>(b));
      return seen_from(after.to, position);
    }
    return replaced(b, before, after);
  }

  void commit(graveyard& graves) noexcept { by_.commit(graves); }

 private:
  [[nodiscard]] static certainty certainty_at(const cursor& here, bool loose) noexcept {
    if (loose) return certainty::loose;
    return here.only_wildcards_left() ? certainty::sure : certainty::linear;
  }
  [[nodiscard]] certainty certainty_here() const noexcept { return certainty_at(at_, loose_); }

  // The subject alone behind a new edge.
  [[nodiscard]] link add_leaf(const branch_node& b, const term& token, bool is_atom) {
    const certainty sureness = certainty_here();
    const bool compared = is_atom && sureness == certainty::linear;
    const bool alike = compared && goes_on_as(b.extra().model);
    branch_node& after = b.with(by_, {token, {subject_, alike ? certainty::alike : sureness}});
    if (alike) {
      ++after.extra().alikes;
    } else if (compared && after.extra().alikes == 0) {
      after.extra().model = subject_.topic;  // the next one may be alike
    }
    return after;
  }
  [[nodiscard]] bool goes_on_as(const term& model) const {
    if (model.is_false()) return false;
    cursor theirs{model};
    theirs.skip_to(at_.position());
    cursor ours = at_;
    return goes_on_alike(theirs, ours);
  }
  [[nodiscard]] link replaced(const branch_node& b, const edge& before, const edge& after) {
    branch_node& fresh = b.with_replaced(by_, after);
    leave(fresh.extra(), before);
    return fresh;
  }
  // An edge has gone, or leads elsewhere.
  void leave(crossing& c, const edge& gone) const noexcept {
    if (gone.to.is_alike()) --c.alikes;
    if (c.alikes == 0) c.model = term{};
  }

  // The leaf as it is seen from an earlier or later place on its way.
  [[nodiscard]] static link seen_from(link leaf, std::size_t position) {
    if (leaf.sureness() == certainty::loose) return leaf;
    cursor theirs{any_of(leaf).topic};
    theirs.skip_to(position);
    return leaf.seen_as(certainty_at(theirs, false));
  }

  [[nodiscard]] link add_to_leaf(link leaf) {
    cursor theirs{any_of(leaf).topic};
    theirs.skip_to(at_.position());
    if (cursor ours = at_; goes_on_alike(theirs, ours)) return join(leaf);
    theirs = cursor{any_of(leaf).topic};
    theirs.skip_to(at_.position());
    return split(leaf, theirs);
  }

  // As far as the trie looks.
  [[nodiscard]] static bool goes_on_alike(cursor& a, cursor& b) {
    while (!a.at_end() && a.position() < max_tokens) {
      const term& x = a.next();
      const term& y = b.next();
      if (x.is(kind::wildcard) != y.is(kind::wildcard)) return false;
      if (!x.is(kind::wildcard) && !same_token(token_of(x), token_of(y))) return false;
    }
    return true;
  }

  [[nodiscard]] link join(link leaf) {
    if (!leaf.is_bunch()) {
      const bool other_loose = leaf.sureness() == certainty::loose;
      const crowd both{next_stamp(), 2, (loose_ ? 1U : 0U) + (other_loose ? 1U : 0U)};
      return as_bunch(bunch_node::of(by_, both, &leaf.only(), &subject_));
    }
    const bunch_node& before = leaf.bunch();
    bunch_node& after = before.with(by_, &subject_);
    after.extra() = {next_stamp(), before.extra().size + 1,
                     before.extra().loose + (loose_ ? 1U : 0U)};
    return as_bunch(after);
  }
  [[nodiscard]] link as_bunch(const bunch_node& all) const noexcept {
    return {all, certainty_at(at_, all.extra().loose != 0)};
  }

  // The leaf and the subject go on as long as they have the same tokens. Pre: they differ later.
  [[nodiscard]] link split(link leaf, cursor& theirs) {
    const term& their_part = theirs.next();
    const term& our_part = at_.next();
    const bool theirs_wild = their_part.is(kind::wildcard);
    const bool ours_wild = our_part.is(kind::wildcard);
    if (theirs_wild && ours_wild) return branch_node::of(by_, split(leaf, theirs));
    const edge ours{ours_wild ? term{} : token_of(our_part), {}};
    const edge other{theirs_wild ? term{} : token_of(their_part), {}};
    if (!theirs_wild && !ours_wild && same_token(ours.token, other.token)) {
      return branch_node::of(by_, {}, {ours.token, split(leaf, theirs)});
    }
    const bool loose = leaf.sureness() == certainty::loose;
    const link their_leaf = leaf.seen_as(certainty_at(theirs, loose));
    const link our_leaf{subject_, certainty_here()};
    if (theirs_wild) return branch_node::of(by_, their_leaf, {ours.token, our_leaf});
    if (ours_wild) return branch_node::of(by_, our_leaf, {other.token, their_leaf});
    return branch_node::of(by_, {}, {ours.token, our_leaf}, {other.token, their_leaf});
  }

  [[nodiscard]] link remove_from_bunch(const bunch_node& before) {
    const auto left = before.without(by_, &subject_);
    const crowd rest{next_stamp(), before.extra().size - 1,
                     before.extra().loose - (loose_ ? 1U : 0U)};
    if (left.one != nullptr) return {**left.one, certainty_at(at_, rest.loose != 0)};
    auto& after = const_cast<bunch_node&>(*left.child);  // made by this edit
    after.extra() = rest;
    return as_bunch(after);
  }

  [[nodiscard]] link with_wild(const branch_node& b, link wild, std::size_t position) {
    if (wild && (wild.is_branch() || b.has_edges())) return b.with_extra(by_, b.extra().with(wild));
    if (!wild && (b.has_children() || b.entries().size() > 1))
      return b.with_extra(by_, b.extra().with(wild));
    const link left = wild ? wild : b.entries().front().to;
    if (left.is_branch()) return b.with_extra(by_, b.extra().with(wild));
    by_.replaced(const_cast<branch_node&>(b));
    return seen_from(left, position);
  }

  [[nodiscard]] link without_edge(const branch_node& b, const edge& gone, std::size_t position) {
    const auto left = b.without(by_, token_key{gone.token});
    if (left.child != nullptr) {
      auto& after = const_cast<branch_node&>(*left.child);  // made by this edit
      leave(after.extra(), gone);
      return after;
    }
    if (left.one == nullptr) {
      if (!b.wild()) return {};
      return b.wild().is_branch() ? branch_node::of(by_, b.wild()) : seen_from(b.wild(), position);
    }
    if (b.wild() || left.one->to.is_branch()) {
      branch_node& after = branch_node::of(by_, b.extra(), *left.one);
      leave(after.extra(), gone);
      return after;
    }
    return seen_from(left.one->to, position);
  }

  const target& subject_;
  bool loose_;
  cursor at_;
  edit by_;
};

template <class Node>
void bury_table(const Node& node, graveyard& graves) noexcept {
  node.for_each_child([&](const Node& below) { bury_table(below, graves); });
  graves.bury(const_cast<Node&>(node));
}

void bury_all(link all, graveyard& graves) noexcept {
  if (!all) return;
  if (all.is_branch()) {
    const branch_node& b = all.branch();
    bury_all(b.wild(), graves);
    b.for_each([&](const edge& e) { bury_all(e.to, graves); });
    bury_table(b, graves);
  } else if (all.is_bunch()) {
    bury_table(all.bunch(), graves);
  }
}

}  // namespace

void free_node(trie_node* gone) noexcept {
  gone->of_bunch != 0 ? free_as<bunch_node>(gone) : free_as<branch_node>(gone);
}

graveyard::~graveyard() {
  while (first_ != nullptr) free_node(std::exchange(first_, first_->next));
}

void graveyard::append(graveyard&& other) noexcept {
  if (other.empty()) return;
  (empty() ? first_ : last_->next) = std::exchange(other.first_, nullptr);
  last_ = std::exchange(other.last_, nullptr);
}

void graveyard::bury(trie_node& gone) noexcept {
  gone.next = nullptr;
  (empty() ? first_ : last_->next) = &gone;
  last_ = &gone;
}

namespace {

// Pre: a branch is of this edit.
const std::byte* stamped(link root) noexcept {
  if (root && root.is_branch())
    const_cast<branch_node&>(root.branch()).extra().stamp = next_stamp();
  return root.tagged();
}

}  // namespace

trie trie::with(const target& added, graveyard& graves) const {
  if (added.topic.is_false()) return *this;  // it meets nothing (TOP-6)
  change c{added};
  const link root = c.add(link{root_});
  c.commit(graves);
  return trie{stamped(root)};
}

trie trie::without(const target& gone, graveyard& graves) const {
  if (gone.topic.is_false()) return *this;
  change c{gone};
  const link root = c.remove(link{root_});
  c.commit(graves);
  return trie{stamped(root)};
}

void trie::clear(graveyard& graves) && noexcept {
  bury_all(link{std::exchange(root_, nullptr)}, graves);
}

}  // namespace souk::routing
