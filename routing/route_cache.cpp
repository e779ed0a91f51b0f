#include "routing/branch.hpp"
#include "routing/fields.hpp"
#include "routing/reached.hpp"
#include "routing/token.hpp"
#include "routing/trie.hpp"
#include "routing/walk.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace souk::routing {
namespace {

constexpr std::size_t route_slots = 64;  // to begin with
constexpr std::size_t max_route_slots = 8192;
constexpr std::size_t ways = 4;  // for each key
/// A shard that sends less remembers no routes: it is small, and there may be very many of them.
constexpr std::uint64_t warm_up = 256;

bool is_before(const target* left, const target* right) noexcept {
  return left->owner_number != right->owner_number ? left->owner_number < right->owner_number
                                                   : left->age < right->age;
}

bool is_several(std::uint64_t fields) noexcept { return (fields & (fields - 1)) != 0; }

std::uint64_t mixed(std::uint64_t x) noexcept {
  x *= 0x9e3779b97f4a7c15U;
  return x ^ (x >> 32);
}

}  // namespace

// Mostly the label of a record alone decides, or one field.
route_cache::route route_cache::find(const trie& now, const term& body) {
  ++finds_;
  const link root{now.root_};
  if (known_.empty() || !body.is(kind::record) || !body.is_ground() || !root || !root.is_branch())
    return find_slowly(now, body);
  const compound record{body};
  const std::uint64_t code = record.code();
  const shape_memory& shape = known_.front().shapes[mixed(code) % memory::shape_slots];
  if (shape.code != code || shape.stamp != root.branch().extra().stamp || shape.is_intricate)
    return find_slowly(now, body);
  if (shape.only != nullptr) {
    companion_ = shape.companion;
    return {&shape.only, 1};
  }
  plain_value key;
  if (shape.fields != 0) {
    const term& part = record.parts()[static_cast<std::size_t>(std::countr_zero(shape.fields))];
    if (!is_plain(part)) return find_slowly(now, body);
    key = {token_detail::low_word(part), token_detail::high_word(part)};
  }
  const std::size_t first_way = first_way_of(hash_of(shape.id, key));
  for (std::size_t way = first_way; way != first_way + ways; ++way) {
    const route_memory& one = known_.front().routes[way];
    if (one.shape == shape.id && one.first == key) return remembered(way);
  }
  return find_slowly(now, body);
}

/// What is not in its place, of any shape.
route_cache::route route_cache::find_slowly(const trie& now, const term& body) {
  companion_ = nullptr;
  if (known_.empty() && finds_ > warm_up) {
    list<memory> fresh(1);
    fresh.front().routes.resize(route_slots);
    known_ = std::move(fresh);
  }
  const link root{now.root_};
  if (known_.empty() || !root || !root.is_branch() || !body.is_compound() || !body.is_ground())
    return walk_through(now, body);
  const fields parts{body};
  const std::uint64_t code = parts.code();
  if (code == 0) return walk_through(now, body);
  shape_memory& shape = known_.front().shapes[mixed(code) % memory::shape_slots];
  const std::uint64_t stamp = root.branch().extra().stamp;
  if (shape.code != code || shape.stamp != stamp) open_shape(shape, code, stamp);
  if (shape.too_deep) return walk_through(now, body);

  route_key key;
  std::uint64_t hash = hash_of(shape.id, {});
  std::size_t n = 0;
  for (std::uint64_t left = shape.fields; left != 0; left &= left - 1) {
    const term& part = parts[static_cast<std::size_t>(std::countr_zero(left))];
    if (!is_plain(part)) return walk_through(now, body);
    key[n] = {token_detail::low_word(part), token_detail::high_word(part)};
    hash = hash_of(n == 0 ? shape.id : hash, key[n]);
    ++n;
  }
  const std::size_t first_way = first_way_of(hash);
  for (std::size_t way = first_way; way != first_way + ways; ++way) {
    const route_memory& known = known_.front().routes[way];
    if (known.shape != shape.id || known.first != key.front()) continue;
    if (!is_several(shape.fields) ||
        std::equal(key.begin() + 1, key.end(), known_.front().rest[way].begin()))
      return remembered(way);
  }
  return learn(now, body, parts, shape, key, first_way);
}

std::uint64_t route_cache::hash_of(std::uint64_t before, const plain_value& key) noexcept {
  return mixed(before ^ key.low ^ std::rotl(key.high, 13));
}

std::size_t route_cache::first_way_of(std::uint64_t hash) const noexcept {
  return hash & (known_.front().routes.size() - ways);  // both are powers of two
}

// What decided before, for another version, will mostly decide again.
void route_cache::open_shape(shape_memory& shape, std::uint64_t code,
                             std::uint64_t stamp) noexcept {
  if (known_.front().version != stamp) {
    known_.front().version = stamp;
    known_.front().present = known_.front().last_shape + 1;
  }
  shape = {.code = code,
           .stamp = stamp,
           .fields = shape.code == code ? shape.fields : 0,
           .id = ++known_.front().last_shape};
  shape.is_intricate = is_several(shape.fields);
}

route_cache::route route_cache::learn(const trie& now, const term& body, const fields& parts,
                                      shape_memory& shape, const route_key& key,
                                      std::size_t first_way) {
  fields_read_ = 0;
  too_deep_ = false;
  body_ = &parts;
  const route found = walk_through(now, body);
  body_ = nullptr;
  const std::uint64_t fields = shape.fields | fields_read_;
  if (too_deep_ || static_cast<std::size_t>(std::popcount(fields)) > max_fields) {
    shape.fields = 0;
    shape.too_deep = true;
    shape.is_intricate = true;
  } else if (fields != shape.fields) {
    shape.fields = fields;
    shape.is_intricate = is_several(fields);
    shape.id = ++known_.front().last_shape;  // what was remembered is of another key
    shape.only = nullptr;
  } else if (fields == 0 && found.size() == 1) {
    shape.only = found.front();
    shape.companion = companion_of(shape.only);
  } else if (found.size() <= max_targets) {
    remember(found, shape, key, way_to_replace(first_way));
    if (known_.front().displaced > known_.front().routes.size() &&
        known_.front().routes.size() < max_route_slots)
      grow();
  }
  return found;
}

// One of an older version, or any.
std::size_t route_cache::way_to_replace(std::size_t first_way) {
  for (std::size_t way = first_way; way != first_way + ways; ++way) {
    if (known_.front().routes[way].shape < known_.front().present) return way;
  }
  return first_way + known_.front().displaced++ % ways;
}

void route_cache::remember(route found, const shape_memory& shape, const route_key& key,
                           std::size_t way) {
  memory& all = known_.front();
  route_memory& here = all.routes[way];
  here.shape = 0;  // until it is whole
  if (is_several(shape.fields)) {
    if (all.rest.empty()) all.rest.resize(all.routes.size());
    std::copy(key.begin() + 1, key.end(), all.rest[way].begin());
  }
  if (found.size() != 1) {
    if (all.several_targets.empty()) all.several_targets.resize(all.routes.size());
    all.several_targets[way].first = found.size();
    std::ranges::copy(found, all.several_targets[way].second.begin());
  }
  here.only = found.size() == 1 ? found.front() : nullptr;
  here.companion = here.only == nullptr ? nullptr : companion_of(here.only);
  here.first = key.front();
  here.shape = shape.id;
}

inline route_cache::route route_cache::remembered(std::size_t way) noexcept {
  const route_memory& here = known_.front().routes[way];
  companion_ = here.companion;
  if (here.only != nullptr) return {&here.only, 1};
  const auto& [count, targets] = known_.front().several_targets[way];
  return {targets.data(), count};
}

void route_cache::read(const term& part) noexcept {
  if (body_ == nullptr || too_deep_ || body_->is_frame(part)) return;
  const auto field = body_->index_of(part);
  too_deep_ = !field;
  if (field) fields_read_ |= std::uint64_t{1} << *field;
}

// Each part of the topic that is no wildcard may have decided. If the topic has other parts than
// the body, their codes alone did.
void route_cache::compared(const term& topic) noexcept {
  if (body_ == nullptr || too_deep_ || topic.is(kind::wildcard)) return;
  const fields theirs{topic};
  if (theirs.code() == 0) {
    too_deep_ = true;
  } else if (theirs.code() == body_->code()) {
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      if (theirs[i].is(kind::wildcard)) continue;
      if (i >= fields::max_size) too_deep_ = true;
      fields_read_ |= std::uint64_t{1} << (i % fields::max_size);
    }
  }
}

// Routes that are in use displace each other.
void route_cache::grow() {
  memory& all = known_.front();
  all.displaced = 0;
  const std::size_t slots = std::min(4 * all.routes.size(), max_route_slots);
  all.routes.clear();
  all.rest.clear();
  all.several_targets.clear();
  all.routes.resize(slots);
}

route_cache::route route_cache::walk_through(const trie& now, const term& body) {
  found_.clear();
  lists_.clear();
  if (body.is_false()) return {};  // TOP-6
  reached leaves{body, *this};
  walk{leaves}.from(link{now.root_}, body);
  if (found_.empty() && lists_.size() == 1) return lists_.front();
  for (const route& list : lists_) found_.insert(found_.end(), list.begin(), list.end());
  if (found_.size() > 1) std::ranges::sort(found_, is_before);
  return found_;
}

void route_cache::operator()(const bunch_node& all) {
  const auto list = [this](const target* t) { found_.push_back(t); };
  if (all.extra().size <= max_targets) return all.for_each(list);  // the route is remembered whole
  if (crowds_.empty()) crowds_.resize(memory::crowd_slots);
  crowd_memory& c = crowds_[all.extra().stamp % memory::crowd_slots];
  if (c.stamp == all.extra().stamp) {
    c.used = finds_;
  } else if (c.used == finds_) {  // by another bunch of this route
    return all.for_each(list);
  } else {
    refill(c, all);
  }
  lists_.push_back(c.all);
}

void route_cache::refill(crowd_memory& c, const bunch_node& all) {
  c.stamp = 0;  // until it is full
  c.all.clear();
  c.all.reserve(all.extra().size);
  all.for_each([&](const target* t) { c.all.push_back(t); });
  std::ranges::sort(c.all, is_before);
  c.stamp = all.extra().stamp;
  c.used = finds_;
}

}  // namespace souk::routing
