// Terms as sequences of tokens, in pre-order: an atom, the shape of a compound (pair, vector of n,
// record of label and arity) with the tokens of its parts behind it, or a wildcard, which stands
// for the tokens of one subterm.
//
// A token other than a wildcard is kept as a term: an atom as itself, a shape as a wildcard whose
// number says which. Two are the same token when they are equal terms.
#pragma once

#include <souk/detail/node.hpp>
#include <souk/term.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace souk::routing {

/// The trie tells topics apart by this many of their first tokens; what differs later is found by
/// comparing terms. It bounds the depth of the trie whatever the length of lists, and the size of
/// terms that share parts.
inline constexpr std::size_t max_tokens = 512;

namespace token_detail {
inline constexpr unsigned kind_shift = 56;
inline constexpr unsigned arity_shift = 32;

using words = std::array<std::uint64_t, 2>;
[[nodiscard]] inline words words_of(const term& t) noexcept {
  words w;
  std::memcpy(w.data(), &t, sizeof w);
  return w;
}
}  // namespace token_detail

/// A pair, vector or record, opened without a call.
class compound {
 public:
  explicit compound(const term& t) noexcept : which_{t.which()} {
    std::memcpy(&node_, &t, sizeof node_);
  }

  [[nodiscard]] std::span<const term> parts() const noexcept {
    return {reinterpret_cast<const term*>(node_ + 1), size()};
  }
  [[nodiscard]] std::size_t size() const noexcept {
    if (which_ == kind::pair) return 2;
    return which_ == kind::vector ? node_->extent : node_->arity;
  }
  /// Its shape, as a token.
  [[nodiscard]] term shape() const noexcept { return wildcard{code()}; }
  /// Pre: of one kind.
  friend bool same_shape(const compound& a, const compound& b) noexcept {
    return a.node_->extent == b.node_->extent && a.node_->arity == b.node_->arity;
  }

 private:
  [[nodiscard]] std::uint64_t code() const noexcept {
    using namespace token_detail;
    return (static_cast<std::uint64_t>(which_) << kind_shift) |
           (std::uint64_t{node_->arity} << arity_shift) | node_->extent;
  }

  const detail::node* node_ = nullptr;  // its parts follow it (node.hpp)
  kind which_;
};

/// How many subterms belong to what the token begins.
[[nodiscard]] inline std::size_t parts_after(const term& token) noexcept {
  using namespace token_detail;
  if (!token.is(kind::wildcard)) return 0;
  const std::uint64_t code = token.as_wildcard().id;
  switch (static_cast<kind>(code >> kind_shift)) {
    case kind::pair: return 2;  // extent and arity of its node are 0
    case kind::vector: return static_cast<std::uint32_t>(code);
    default: return static_cast<std::uint16_t>(code >> arity_shift);
  }
}

/// Kinds up to nil have one representation a value, always inside the handle.
[[nodiscard]] inline bool is_plain(const term& token) noexcept {
  return token.which() <= kind::nil;
}

[[nodiscard]] inline std::uint64_t hash_of(const term& token) noexcept {
  if (!is_plain(token)) return token.hash();
  __extension__ using wide = unsigned __int128;
  const auto [low, high] = token_detail::words_of(token);
  const wide product = wide{low ^ 0x9e3779b97f4a7c15U} * (high ^ 0xe7037ed1a0b428dbU);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Whether two handles are the same: equal atoms inside, or the same node.
[[nodiscard]] inline bool is_same_handle(const term& a, const term& b) noexcept {
  return token_detail::words_of(a) == token_detail::words_of(b);
}

/// Equality of any two terms, without a call for most.
[[nodiscard]] inline bool same_token(const term& a, const term& b) noexcept {
  return is_same_handle(a, b) || (!is_plain(a) && a == b);
}

/// Goes through the tokens of a term, which must stay where it is.
class cursor {
 public:
  explicit cursor(const term& whole) : pending_{{&whole, 1}} {}

  [[nodiscard]] bool at_end() const noexcept { return pending_.empty(); }
  /// How many tokens came before.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  /// The part whose first token is next. Pre: not at the end.
  const term& next();
  void skip_to(std::size_t position) {
    while (position_ < position) next();
  }
  /// Whether only wildcards are left.
  [[nodiscard]] bool only_wildcards_left() const noexcept;

 private:
  std::vector<std::span<const term>> pending_;  // none empty; the last comes first
  std::size_t position_ = 0;
};

/// The token that a part begins with. Pre: it is not a wildcard.
[[nodiscard]] inline term token_of(const term& part) {
  return part.is_compound() ? compound{part}.shape() : part;
}

/// Whether tokens alone do not tell what a topic reaches: a variable is repeated, or there are more
/// than max_tokens.
[[nodiscard]] bool is_loose(const term& topic);

}  // namespace souk::routing
