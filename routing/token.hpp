// Terms as sequences of tokens, in pre-order: an atom, the shape of a compound (pair, vector of n,
// record of label and arity) with the tokens of its parts behind it, or a wildcard, which stands
// for the tokens of one subterm.
//
// A token other than a wildcard is kept as a term: an atom as itself, a shape as a wildcard whose
// number says which. Two are the same token when they are equal terms.
#pragma once

#include <souk/detail/node.hpp>
#include <souk/term.hpp>

#include <bit>
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

// A handle as two words, read one by one: a read of both at once would wait for fresh writes.
[[nodiscard]] inline std::uint64_t low_word(const term& t) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, reinterpret_cast<const char*>(&t), sizeof word);
  return word;
}
[[nodiscard]] inline std::uint64_t high_word(const term& t) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, reinterpret_cast<const char*>(&t) + sizeof word, sizeof word);
  return word;
}
// Of a wildcard: its number is the low word.
inline constexpr std::uint64_t wildcard_word = static_cast<std::uint64_t>(kind::wildcard) << 56;
static_assert(std::endian::native == std::endian::little, "the kind is the last byte of a term");
}  // namespace token_detail

/// Kinds up to nil have one representation a value, always inside the handle.
[[nodiscard]] inline bool is_plain(const term& token) noexcept {
  return token.which() <= kind::nil;
}

/// Whether two handles are the same: equal atoms inside, or the same node.
[[nodiscard]] inline bool is_same_handle(const term& a, const term& b) noexcept {
  using namespace token_detail;
  return ((low_word(a) ^ low_word(b)) | (high_word(a) ^ high_word(b))) == 0;
}

/// Equality of any two terms, without a call for most.
[[nodiscard]] inline bool same_token(const term& a, const term& b) noexcept {
  return is_same_handle(a, b) || (!is_plain(a) && a == b);
}

/// A token to look for: what its term would be, without making one.
class token_key {
 public:
  explicit token_key(const term& token) noexcept
      : low_{token_detail::low_word(token)},
        high_{token_detail::high_word(token)},
        atom_{is_plain(token) ? nullptr : &token} {}
  /// The shape with that code.
  explicit token_key(std::uint64_t code) noexcept
      : low_{code}, high_{token_detail::wildcard_word}, atom_{nullptr} {}

  [[nodiscard]] bool is(const term& token) const noexcept {
    using namespace token_detail;
    return ((low_ ^ low_word(token)) | (high_ ^ high_word(token))) == 0 ||
           (atom_ != nullptr && *atom_ == token);
  }
  [[nodiscard]] std::uint64_t hash() const noexcept {
    if (atom_ != nullptr) return atom_->hash();
    __extension__ using wide = unsigned __int128;
    const wide product = wide{low_ ^ 0x9e3779b97f4a7c15U} * (high_ ^ 0xe7037ed1a0b428dbU);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

 private:
  std::uint64_t low_;
  std::uint64_t high_;
  const term* atom_;  // if it is not plain
};

/// A pair, vector or record, opened without a call.
class compound {
 public:
  explicit compound(const term& t) noexcept : which_{t.which()} {
    std::memcpy(&node_, reinterpret_cast<const char*>(&t), sizeof node_);
  }

  [[nodiscard]] std::span<const term> parts() const noexcept {
    return {reinterpret_cast<const term*>(node_ + 1), size()};
  }
  [[nodiscard]] std::size_t size() const noexcept {
    if (which_ == kind::pair) return 2;
    return which_ == kind::vector ? node_->extent() : node_->arity();
  }
  /// Its shape, as a token.
  [[nodiscard]] term shape() const noexcept { return wildcard{code()}; }
  [[nodiscard]] token_key key() const noexcept { return token_key{code()}; }
  /// Tells shapes apart; never 0: the kind, and label and arity, or size.
  [[nodiscard]] std::uint64_t code() const noexcept {
    using namespace token_detail;
    return (static_cast<std::uint64_t>(which_) << kind_shift) | (node_->head & code_mask);
  }
  /// Equal where the codes are, none of the parts is shared, and none is wild.
  [[nodiscard]] std::uint64_t head() const noexcept { return node_->head; }
  /// Of a record without shared or wild parts.
  [[nodiscard]] static std::uint64_t flat_head(std::uint64_t code) noexcept {
    return (code & code_mask) | detail::node::pack({.depth = 1, .flat = true});
  }
  /// Pre: of one kind.
  friend bool same_shape(const compound& a, const compound& b) noexcept {
    return ((a.node_->head ^ b.node_->head) & code_mask) == 0;
  }

 private:
  static constexpr std::uint64_t code_mask = (std::uint64_t{1} << detail::node::depth_at) - 1;

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
