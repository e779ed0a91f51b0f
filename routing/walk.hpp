// The way of a term through a trie: to every leaf that its tokens reach.
//
// A wildcard of the topics skips one part of the term; a wildcard of the term skips the tokens of
// one subterm in the trie. The place in the term follows from the way to a node, so that no node is
// visited twice, and no term is copied.
// Recursion goes at most max_tokens deep.
#pragma once

#include <souk/term.hpp>

#include "routing/branch.hpp"
#include "routing/token.hpp"

#include <cstddef>

namespace souk::routing {

/// Calls `Leaf::operator()(link)` for each leaf.
template <class Leaf>
class walk {
 public:
  explicit walk(Leaf& leaf) noexcept : leaf_{leaf} {}

  void from(link root, const term& whole) {
    if (!root) return;
    const place start{&whole, &whole + 1, nullptr};
    whole.is_ground() ? follow<true>(root, start) : follow<false>(root, start);
  }

 private:
  /// What is still to come of the term: parts of one compound, then those of the compounds around.
  struct place {
    const term* next;
    const term* end;
    const place* around;
  };

  template <bool Ground>
  void follow(link at, place here) {
    while (at.is_branch()) {
      while (here.next == here.end) here = *here.around;
      const branch_node& b = at.branch();
      const term& part = *here.next++;
      if constexpr (!Ground) {
        if (part.is(kind::wildcard)) return skip(b, 1, here);
      }
      if (part.is_compound()) {
        const compound c{part};
        const link exact = b.exact(c.shape());
        if (!choose<Ground>(b, exact, here, at)) return;
        if (at != exact || c.size() == 0 || !at.is_branch()) continue;
        const auto parts = c.parts();
        const place inside{parts.data(), parts.data() + parts.size(), &here};
        if (here.next != here.end) return follow<Ground>(at, inside);
        here = {inside.next, inside.end, here.around};
      } else if (!choose<Ground>(b, b.exact(part), here, at)) {
        return;
      }
    }
    leaf_(at);
  }

  /// Sets `at` to where to go on: at the exact link, after the wildcards', if there are both.
  template <bool Ground>
  [[nodiscard]] bool choose(const branch_node& b, link exact, const place& here, link& at) {
    if (exact && b.wild()) follow<Ground>(b.wild(), here);
    at = exact ? exact : b.wild();
    return static_cast<bool>(at);
  }

  /// Goes on behind the next `count` subterms of the topics.
  void skip(link at, std::size_t count, const place& here) {
    if (!at.is_branch()) return leaf_(at);
    if (count == 0) return follow<false>(at, here);
    const branch_node& b = at.branch();
    if (b.wild()) skip(b.wild(), count - 1, here);
    b.for_each([&](const edge& e) { skip(e.to, count - 1 + parts_after(e.token), here); });
  }

  Leaf& leaf_;
};

}  // namespace souk::routing
