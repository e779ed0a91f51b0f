#include "routing/unify.hpp"

#include <algorithm>

namespace souk::routing {

bool unifier::same_variable(const place& a, const place& b) noexcept {
  return a.of == b.of && a.part->as_wildcard() == b.part->as_wildcard();
}

unifier::binding* unifier::find(const place& variable) noexcept {
  const auto found = std::ranges::find_if(
      bindings_, [&](const binding& b) { return same_variable(b.variable, variable); });
  return found == bindings_.end() ? nullptr : &*found;
}

// Follows bindings to what a place stands for: something that is not a variable, or an unbound one.
unifier::place unifier::chase(place p) noexcept {
  while (p.part->is(kind::wildcard)) {
    const binding* const b = find(p);
    if (b == nullptr) break;
    p = b->value;
  }
  return p;
}

bool unifier::unify(const term& left, const term& right) {
  tasks_.push_back({{&left, side::left}, {&right, side::right}});
  while (!tasks_.empty()) {
    const task next = tasks_.back();
    tasks_.pop_back();
    if (!step(chase(next.left), chase(next.right))) return false;
  }
  return true;
}

bool unifier::step(const place& left, const place& right) {
  if (left.part->is(kind::wildcard)) return bind(left, right);
  if (right.part->is(kind::wildcard)) return bind(right, left);
  if (left.part->is_ground() && right.part->is_ground()) return *left.part == *right.part;
  if (left.part->which() != right.part->which() || !left.part->is_compound()) return false;
  if (left.part->parts().size() != right.part->parts().size()) return false;
  if (left.part->is(kind::record) && left.part->label() != right.part->label()) return false;
  if (!seen_before(left, right)) push_parts(left, right);
  return true;
}

void unifier::push_parts(const place& left, const place& right) {
  const auto lefts = left.part->parts();
  const auto rights = right.part->parts();
  for (std::size_t i = lefts.size(); i > 0; --i) {  // a stack: the first part is compared first
    tasks_.push_back({{&lefts[i - 1], left.of}, {&rights[i - 1], right.of}});
  }
}

// U2. Only a bound variable can lead to the same two places again.
bool unifier::seen_before(const place& left, const place& right) {
  return !bindings_.empty() && !compared_.emplace(left, right).second;
}

bool unifier::bind(const place& variable, const place& value) {
  if (value.part->is(kind::wildcard) && same_variable(variable, value)) return true;
  if (!value.part->is_ground() && occurs(variable, value)) return false;
  bindings_.push_back({variable, value});
  return true;
}

// U1. Visits each bound variable once: what it stands for has been searched then.
bool unifier::occurs(const place& variable, const place& value) {
  std::vector<place> searched;
  std::vector<place> todo{value};
  while (!todo.empty()) {
    const place p = todo.back();
    todo.pop_back();
    if (!p.part->is(kind::wildcard)) {
      for (const term& part : p.part->parts()) {
        if (!part.is_ground()) todo.push_back({&part, p.of});
      }
      continue;
    }
    if (same_variable(p, variable)) return true;
    const binding* const b = find(p);
    if (b == nullptr ||
        std::ranges::any_of(searched, [&](const place& s) { return same_variable(s, p); })) {
      continue;
    }
    searched.push_back(p);
    todo.push_back(b->value);
  }
  return false;
}

term unifier::resolve(const term& left) { return resolve({&left, side::left}, 0); }

term unifier::resolve(const place& p, std::size_t depth) {
  if (p.part->is_ground()) return *p.part;
  if (depth > max_term_depth)
    throw term_error{"an intersection of topics would be nested too deep"};
  if (p.part->is(kind::wildcard)) return resolve_variable(p, depth);
  if (p.part->is(kind::pair)) return resolve_list(p, depth);
  std::vector<term> parts;
  parts.reserve(p.part->parts().size());
  for (const term& part : p.part->parts()) parts.push_back(resolve({&part, p.of}, depth + 1));
  return p.part->is(kind::record) ? record(p.part->label(), parts) : vector(parts);
}

// The spine in a loop, so that a long list takes no stack.
term unifier::resolve_list(place p, std::size_t depth) {
  std::vector<term> heads;
  while (p.part->is(kind::pair) && !p.part->is_ground()) {
    heads.push_back(resolve({&p.part->head(), p.of}, depth + 1));
    p = {&p.part->tail(), p.of};
  }
  return list_of(heads, resolve(p, depth + 1));
}

term unifier::resolve_variable(const place& p, std::size_t depth) {
  if (binding* const b = find(p); b != nullptr) {
    if (!b->resolved) {
      term value = resolve(b->value, depth + 1);
      b->resolved = std::move(value);
    }
    return *b->resolved;
  }
  auto known = std::ranges::find_if(numbered_, [&](const place& n) { return same_variable(n, p); });
  if (known == numbered_.end()) known = numbered_.insert(known, p);
  return wildcard{static_cast<std::uint64_t>(known - numbered_.begin())};
}

}  // namespace souk::routing
