#include "routing/unify.hpp"

#include <algorithm>
#include <utility>

namespace souk::routing {

unifier::identity unifier::identify(const place& p) noexcept {
  const auto of = static_cast<std::uint8_t>(p.of);
  if (p.is_variable()) return {p.part->as_wildcard().id, of};
  return {reinterpret_cast<std::uintptr_t>(p.part->parts().data()),
          static_cast<std::uint8_t>(of | 2U)};
}

// Pre: a variable, or a compound with variables.
unifier::class_index unifier::member_of(const place& p) {
  const identity who = identify(p);
  const auto fresh = static_cast<class_index>(members_.size());
  if (members_.size() <= few) {
    const auto known = std::ranges::find(members_, who, &member::who);
    if (known != members_.end()) return static_cast<class_index>(known - members_.begin());
  } else {
    if (index_.empty()) {
      for (class_index i = 0; i < fresh; ++i) index_.emplace(members_[i].who, i);
    }
    const auto [known, added] = index_.emplace(who, fresh);
    if (!added) return known->second;
  }
  members_.push_back({who, fresh, p.is_variable() ? place{} : p});
  return fresh;
}

unifier::class_index unifier::class_of(const place& p) {
  class_index c = member_of(p);
  while (members_[c].parent != c) {
    class_index& parent = members_[c].parent;
    parent = members_[parent].parent;  // halves the path
    c = parent;
  }
  return c;
}

bool unifier::unify(const term& left, const term& right) {
  tasks_.push_back({{&left, side::left}, {&right, side::right}});
  while (!tasks_.empty()) {
    const task next = tasks_.back();
    tasks_.pop_back();
    if (!step(next.left, next.right)) return false;
  }
  return true;
}

bool unifier::step(place left, place right) {
  if (left.is_ground()) std::swap(left, right);
  if (left.is_ground()) return *left.part == *right.part;
  // Until something is bound, no two compounds can come together again.
  if (!bound_ && !left.is_variable() && !right.is_variable()) return compare(left, right);
  bound_ = true;
  const class_index c = class_of(left);
  if (!right.is_ground()) return join(c, class_of(right));
  const place before = std::exchange(members_[c].value, right);
  return before.part == nullptr || compare(before, right);
}

// U2.
bool unifier::join(class_index left, class_index right) {
  if (left == right) return true;
  const place l = members_[left].value;
  const place r = members_[right].value;
  // Not by rank: paths are halved, and that alone makes them short.
  members_[right].parent = left;
  if (r.part == nullptr) return true;
  if (l.part == nullptr || r.is_ground()) members_[left].value = r;
  return l.part == nullptr || compare(l, r);
}

// Two places that are not variables.
bool unifier::compare(const place& left, const place& right) {
  if (left.is_ground() && right.is_ground()) return *left.part == *right.part;
  if (left.part->which() != right.part->which()) return false;
  if (left.part->is(kind::record) && left.part->label() != right.part->label()) return false;
  const auto lefts = left.part->parts();
  const auto rights = right.part->parts();
  if (lefts.size() != rights.size()) return false;
  for (std::size_t i = lefts.size(); i > 0; --i) {  // a stack: the first part is compared first
    tasks_.push_back({{&lefts[i - 1], left.of}, {&rights[i - 1], right.of}});
  }
  return true;
}

std::optional<term> unifier::resolve(const term& left) {
  try {
    return resolve({&left, side::left}, 0);
  } catch (const term_error&) {
    return std::nullopt;  // deeper than a term can be
  }
}

std::optional<term> unifier::resolve(const place& p, std::size_t depth) {
  if (p.is_ground()) return *p.part;
  return resolve_class(class_of(p), depth);
}

std::optional<term> unifier::resolve_class(class_index c, std::size_t depth) {
  if (members_[c].state == progress::done) return members_[c].result;
  if (members_[c].state == progress::open) return std::nullopt;  // U3
  const place value = members_[c].value;
  if (value.part == nullptr) return finish(c, wildcard{variables_++});
  if (value.is_ground()) return finish(c, *value.part);
  if (depth >= max_term_depth) return std::nullopt;
  return value.part->is(kind::pair) ? resolve_list(c, depth) : resolve_parts(c, depth);
}

std::optional<term> unifier::resolve_parts(class_index c, std::size_t depth) {
  members_[c].state = progress::open;
  const place value = members_[c].value;
  std::vector<term> parts;
  parts.reserve(value.part->parts().size());
  for (const term& part : value.part->parts()) {
    auto resolved = resolve({&part, value.of}, depth + 1);
    if (!resolved) return std::nullopt;
    parts.push_back(std::move(*resolved));
  }
  return finish(c,
                value.part->is(kind::record) ? record(value.part->label(), parts) : vector(parts));
}

// The spine in a loop, through variables too, so that a long list takes no stack.
std::optional<term> unifier::resolve_list(class_index first, std::size_t depth) {
  std::vector<class_index> spine;
  std::vector<term> heads;
  std::optional<term> result;
  for (class_index c = first; !result;) {
    members_[c].state = progress::open;
    const place value = members_[c].value;
    auto head = resolve({&value.part->head(), value.of}, depth + 1);
    if (!head) return std::nullopt;
    spine.push_back(c);
    heads.push_back(std::move(*head));
    const place rest{&value.part->tail(), value.of};
    if (!rest.is_ground()) {
      c = class_of(rest);
      const member& next = members_[c];
      if (next.state == progress::untouched && next.value.part != nullptr &&
          !next.value.is_ground() && next.value.part->is(kind::pair)) {
        continue;
      }
    }
    result = resolve(rest, depth + 1);
    if (!result) return std::nullopt;
  }
  for (std::size_t i = spine.size(); i > 0; --i) {
    result = finish(spine[i - 1], cons(std::move(heads[i - 1]), std::move(*result)));
  }
  return result;
}

// U4.
const term& unifier::finish(class_index c, term result) {
  members_[c].state = progress::done;
  return members_[c].result = std::move(result);
}

}  // namespace souk::routing
