#include <souk/pattern.hpp>
#include <souk/role.hpp>

#include "routing/unify.hpp"

#include <algorithm>

namespace souk {

std::optional<term> intersection(const term& left, const term& right) {
  if (left.is_false() || right.is_false()) return std::nullopt;  // TOP-6: it could only be false
  if (left.is_ground() && right.is_ground()) {
    return left == right ? std::optional{left} : std::nullopt;
  }
  routing::unifier u;
  if (!u.unify(left, right)) return std::nullopt;
  try {
    return u.resolve(left);
  } catch (const term_error&) {
    return std::nullopt;  // beyond the limits of a term: no topic to talk about
  }
}

bool matches(const term& body, const term& topic) {
  if (body.is_false() || topic.is_false()) return false;  // TOP-6
  if (body.is_ground() && topic.is_ground()) return body == topic;
  return routing::unifier{}.unify(body, topic);
}

term canonical(const term& pattern) {
  return pattern.is_ground() ? pattern : routing::unifier{}.resolve(pattern);
}

bool is_instance(const term& specific, const term& general) noexcept {
  const term* a = &specific;
  const term* b = &general;
  for (;;) {
    if (b->is(kind::wildcard)) return true;
    if (a->which() != b->which()) return false;
    if (!a->is_compound()) return *a == *b;
    if (a->is(kind::pair)) {  // in a loop along the tails: lists are long
      if (!is_instance(a->head(), b->head())) return false;
      a = &a->tail();
      b = &b->tail();
      continue;
    }
    if (a->is(kind::record) && a->label() != b->label()) return false;
    return std::ranges::equal(a->parts(), b->parts(), is_instance);
  }
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

bool interchangeable(const role& left, const role& right) noexcept {
  return left.orientation == right.orientation && left.interest == right.interest &&
         is_instance(left.topic, right.topic) && is_instance(right.topic, left.topic);
}

}  // namespace souk
