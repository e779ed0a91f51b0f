// Unification of two terms whose variables are apart, in almost linear time (Huet's algorithm).
//
// Variables and the compounds that they stand for are sorted into classes of what must be equal
// (union-find); nothing is built until resolve(). So that it always ends, and soon:
// U1  Each class has at most one value: a part of one of the terms, ground if one member is.
// U2  Two compounds of one class are not compared again. Each comparison joins two classes.
// U3  A class that resolve() meets inside itself stands for an infinite term: there is none (D-2).
// U4  resolve() builds each class once; what is shared in the terms is shared in the result.
// Threads: one unifier belongs to one thread; the terms must outlive it.
#pragma once

#include <souk/term.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace souk::routing {

class unifier {
 public:
  /// Makes the two equal, as far as variables allow; whether that takes an infinite term is found
  /// by resolve(). Call once.
  [[nodiscard]] bool unify(const term& left, const term& right);

  /// What `left` of a successful unify() has become, with canonical variables; nothing when it
  /// would be infinite or nested too deep.
  [[nodiscard]] std::optional<term> resolve(const term& left);

 private:
  enum class side : std::uint8_t { left, right };
  /// A part of one of the terms.
  struct place {
    const term* part = nullptr;
    side of = side::left;

    [[nodiscard]] bool is_variable() const noexcept { return part->is(kind::wildcard); }
    [[nodiscard]] bool is_ground() const noexcept { return part->is_ground(); }
  };
  struct task {
    place left;
    place right;
  };

  using class_index = std::uint32_t;
  /// What makes two places the same: a variable's id or a compound's node, and the side.
  struct identity {
    std::uint64_t word;
    std::uint8_t tag;
    friend bool operator==(const identity&, const identity&) = default;
  };
  struct identity_hash {
    std::size_t operator()(const identity& i) const noexcept {
      return (i.word + i.tag) * 0x9e3779b97f4a7c15U;
    }
  };
  enum class progress : std::uint8_t { untouched, open, done };
  /// A member of a class; the root of its tree also speaks for the class.
  struct member {
    identity who;
    class_index parent;
    place value{};  // U1; no part: all members are variables
    progress state = progress::untouched;
    term result{};
  };
  /// Up to this many members are searched one by one, more by `index_`.
  static constexpr std::size_t few = 16;

  [[nodiscard]] static identity identify(const place& p) noexcept;
  [[nodiscard]] class_index member_of(const place& p);
  [[nodiscard]] class_index class_of(const place& p);

  [[nodiscard]] bool step(place left, place right);
  [[nodiscard]] bool join(class_index left, class_index right);
  [[nodiscard]] bool compare(const place& left, const place& right);

  [[nodiscard]] std::optional<term> resolve(const place& p, std::size_t depth);
  [[nodiscard]] std::optional<term> resolve_class(class_index c, std::size_t depth);
  [[nodiscard]] std::optional<term> resolve_parts(class_index c, std::size_t depth);
  [[nodiscard]] std::optional<term> resolve_list(class_index first, std::size_t depth);
  const term& finish(class_index c, term result);

  std::vector<member> members_;
  std::unordered_map<identity, class_index, identity_hash> index_;
  std::vector<task> tasks_;
  bool bound_ = false;           // a variable stands for something
  std::uint64_t variables_ = 0;  // in the result, so far
};

}  // namespace souk::routing
