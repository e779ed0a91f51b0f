// Terms as sequences of tokens, in pre-order: an atom, the shape of a compound (pair, vector of n,
// record of label and arity) with the tokens of its parts behind it, or a wildcard, which stands
// for the tokens of one subterm.
//
// A token other than a wildcard is kept as a term: an atom as itself, a shape as a wildcard whose
// number says which. Two are the same token when they are equal terms.
#pragma once

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

/// The shape of a compound; `parts` are its own.
[[nodiscard]] inline term shape_of(const term& compound, std::span<const term> parts) noexcept {
  using namespace token_detail;
  const auto which = static_cast<std::uint64_t>(compound.which()) << kind_shift;
  if (compound.is(kind::pair)) return wildcard{which};
  if (compound.is(kind::vector)) return wildcard{which | parts.size()};
  return wildcard{which | (std::uint64_t{parts.size()} << arity_shift) | compound.label().base()};
}

/// How many subterms belong to what the token begins.
[[nodiscard]] inline std::size_t parts_after(const term& token) noexcept {
  using namespace token_detail;
  if (!token.is(kind::wildcard)) return 0;
  const std::uint64_t code = token.as_wildcard().id;
  switch (static_cast<kind>(code >> kind_shift)) {
    case kind::pair: return 2;
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

[[nodiscard]] inline bool same_token(const term& a, const term& b) noexcept {
  return token_detail::words_of(a) == token_detail::words_of(b) || (!is_plain(a) && a == b);
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
  return part.is_compound() ? shape_of(part, part.parts()) : part;
}

/// Whether tokens alone do not tell what a topic reaches: a variable is repeated, or there are more
/// than max_tokens.
[[nodiscard]] bool is_loose(const term& topic);

}  // namespace souk::routing
