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

/// Calls `Leaf::operator()(link)` for each leaf, and `Leaf::read(part)` for each part that decides
/// where to go. Of a ground term, calls `Leaf::alike(branch, part, link)` for leaves that are
/// alike.
template <class Leaf>
class walk {
 public:
  explicit walk(Leaf& leaf) noexcept : leaf_{leaf} {}

  void from(link root, const term& whole) {
    if (!root) return;
    if (whole.is_ground()) {
      follow<true>(root, &whole, &whole + 1, nullptr);
    } else {
      follow<false>(root, &whole, &whole + 1, nullptr);
    }
  }

 private:
  /// What comes behind the parts of a compound: other parts, and what comes behind those.
  struct rest {
    const term* next;
    const term* end;
    const rest* then;
  };

  /// To come of the term: the parts from `next` to `end`, then `then`.
  template <bool Ground>
  void follow(link at, const term* next, const term* end, const rest* then) {
    while (at.is_branch()) {
      while (next == end) {
        next = then->next;
        end = then->end;
        then = then->then;
      }
      const branch_node& b = at.branch();
      const term& part = *next++;
      if constexpr (!Ground) {
        if (part.is(kind::wildcard)) {
          const rest after{next, end, then};
          return skip(b, 1, after);
        }
      }
      const link wild = b.wild();
      if (wild && wild.is_branch() && next != end && !next->is_compound())
        wild.branch().prefetch(token_key{*next});
      if (b.has_edges()) leaf_.read(part);
      if (!part.is_compound()) {
        const link exact = b.exact(token_key{part});
        if (exact && wild) {
          fetch(exact);
          follow<Ground>(wild, next, end, then);
        }
        at = exact ? exact : wild;
        if (!at) return;
        if constexpr (Ground) {
          if (at.is_alike()) return leaf_.alike(b, part, at);
        }
        continue;
      }
      const compound c{part};
      at = b.exact(c.key());
      if (!at) {
        at = wild;
        if (!at) return;
        continue;
      }
      if (wild) follow<Ground>(wild, next, end, then);
      const auto parts = c.parts();
      if (parts.empty() || !at.is_branch()) continue;
      if (next != end) {
        const rest after{next, end, then};
        return follow<Ground>(at, parts.data(), parts.data() + parts.size(), &after);
      }
      next = parts.data();
      end = next + parts.size();
    }
    leaf_(at);
  }

  /// While the other way is gone, what this one needs can come.
  static void fetch(link next) noexcept {
    if (!next.is_branch()) return;
    const auto* const edges = reinterpret_cast<const char*>(&next.branch());
    __builtin_prefetch(edges - sizeof(link));  // the wildcard is in front
    __builtin_prefetch(edges + 56);
  }

  /// Goes on behind the next `count` subterms of the topics.
  void skip(link at, std::size_t count, const rest& then) {
    if (!at.is_branch()) return leaf_(at);
    if (count == 0) return follow<false>(at, then.next, then.end, then.then);
    const branch_node& b = at.branch();
    if (b.wild()) skip(b.wild(), count - 1, then);
    b.for_each([&](const edge& e) { skip(e.to, count - 1 + parts_after(e.token), then); });
  }

  Leaf& leaf_;
};

}  // namespace souk::routing
