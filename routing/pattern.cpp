#include <souk/pattern.hpp>
#include <souk/role.hpp>

#include "routing/unify.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

namespace souk {
namespace {

// UPD-3. Terms may share subterms, so that as trees they are huge: after some work, no two nodes
// are compared twice.
class instance_check {
 public:
  [[nodiscard]] bool holds(const term& specific, const term& general) {
    const term* a = &specific;
    const term* b = &general;
    for (; a->is(kind::pair) && b->is(kind::pair); a = &a->tail(), b = &b->tail()) {
      if (b->is_ground() || seen_before(*a, *b)) break;
      if (!holds(a->head(), b->head())) return false;
    }
    if (b->is(kind::wildcard)) return true;
    if (b->is_ground()) return *a == *b;
    if (a->which() != b->which()) return false;
    if (a->is(kind::pair)) return true;  // seen before
    if (a->is(kind::record) && a->label() != b->label()) return false;
    return seen_before(*a, *b) ||
           std::ranges::equal(a->parts(), b->parts(),
                              [this](const term& x, const term& y) { return holds(x, y); });
  }

 private:
  [[nodiscard]] bool seen_before(const term& a, const term& b) {
    constexpr std::size_t enough = 1024;
    if (++steps_ < enough) return false;
    return !seen_.emplace(a.parts().data(), b.parts().data()).second;
  }

  std::size_t steps_ = 0;
  std::set<std::pair<const term*, const term*>> seen_;
};

}  // namespace

std::optional<term> intersection(const term& left, const term& right) {
  if (left.is_false() || right.is_false()) return std::nullopt;  // TOP-6: it could only be false
  if (left.is_ground() && right.is_ground()) {
    return left == right ? std::optional{left} : std::nullopt;
  }
  routing::unifier u;
  return u.unify(left, right) ? u.resolve(left) : std::nullopt;
}

bool matches(const term& body, const term& topic) {
  if (body.is_false() || topic.is_false()) return false;  // TOP-6
  if (body.is_ground() && topic.is_ground()) return body == topic;
  routing::unifier u;
  if (!u.unify(body, topic)) return false;
  // A ground side is the intersection; of two patterns there may be none that is finite (D-2).
  return body.is_ground() || topic.is_ground() || u.resolve(body).has_value();
}

term canonical(const term& pattern) {
  if (pattern.is_ground()) return pattern;
  return routing::unifier{}.resolve(pattern).value();  // as deep as before
}

bool is_instance(const term& specific, const term& general) {
  return instance_check{}.holds(specific, general);
}

std::string_view to_string(orientation o) noexcept {
  return o == orientation::publisher ? "publisher" : "subscriber";
}

std::string_view to_string(interest_type i) noexcept {
  switch (i) {
    case interest_type::participant: return "participant";
    case interest_type::observer: return "observer";
    default: return "everything";
  }
}

std::optional<term> common_topic(const role& left, const role& right) {
  if (left.orientation == right.orientation) return std::nullopt;
  return intersection(left.topic, right.topic);
}

bool interchangeable(const role& left, const role& right) {
  return left.orientation == right.orientation && left.interest == right.interest &&
         is_instance(left.topic, right.topic) && is_instance(right.topic, left.topic);
}

}  // namespace souk
