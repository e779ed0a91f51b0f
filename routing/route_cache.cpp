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

constexpr std::size_t crowd_slots = 32;
constexpr std::size_t shape_slots = 16;
constexpr std::size_t route_slots = 64;  // to begin with
constexpr std::size_t max_route_slots = 4096;
constexpr std::size_t ways = 4;  // for each key
/// A shard that sends less remembers no routes: it is small, and there may be very many of them.
constexpr std::uint64_t warm_up = 256;

std::uint64_t mixed(std::uint64_t x) noexcept {
  x *= 0x9e3779b97f4a7c15U;
  return x ^ (x >> 32);
}

}  // namespace

route_cache::route route_cache::find(const trie& now, const term& body) {
  const link root{now.root_};
  ++finds_;
  if (root && root.is_branch() && body.is_compound() && body.is_ground()) {
    if (!routes_.empty()) return find_by_fields(now, body, root.branch().extra.stamp);
    if (finds_ > warm_up) {
      shapes_.resize(shape_slots);
      routes_.resize(route_slots);
    }
  }
  return walk_through(now, body);
}

route_cache::route route_cache::find_by_fields(const trie& now, const term& body,
                                               std::uint64_t stamp) {
  const fields parts{body};
  const std::uint64_t code = parts.code();
  if (code == 0) return walk_through(now, body);
  shape_memory& shape = shapes_[mixed(code) % shape_slots];
  if (shape.code != code || shape.stamp != stamp) open_shape(shape, code, stamp);
  if (shape.too_deep) return walk_through(now, body);

  route_key key;
  std::uint64_t hash = shape.id;
  std::size_t n = 0;
  for (std::uint64_t left = shape.fields; left != 0; left &= left - 1) {
    const term& part = parts[static_cast<std::size_t>(std::countr_zero(left))];
    if (!is_plain(part)) return walk_through(now, body);
    key[n] = {token_detail::low_word(part), token_detail::high_word(part)};
    hash = mixed(hash ^ key[n].low) ^ key[n].high;
    ++n;
  }
  const std::size_t first_way = mixed(hash) % (routes_.size() / ways) * ways;
  for (std::size_t way = first_way; way != first_way + ways; ++way) {
    if (is_known(way, shape, key)) return remembered(way);
  }
  body_ = &parts;
  const route found = learn(now, body, shape, key, first_way);
  body_ = nullptr;
  return found;
}

bool route_cache::is_known(std::size_t way, const shape_memory& shape,
                           const route_key& key) const noexcept {
  const route_memory& known = routes_[way];
  if (known.shape != shape.id || known.first != key.front()) return false;
  const bool is_all = (shape.fields & (shape.fields - 1)) == 0;  // at most one field
  return is_all || std::equal(key.begin() + 1, key.end(), rest_[way].begin());
}

// What decided before, for another version, will mostly decide again.
void route_cache::open_shape(shape_memory& shape, std::uint64_t code,
                             std::uint64_t stamp) noexcept {
  if (version_ != stamp) {
    version_ = stamp;
    present_ = last_shape_ + 1;
  }
  shape = {code, stamp, shape.code == code ? shape.fields : 0, ++last_shape_, false};
}

route_cache::route route_cache::learn(const trie& now, const term& body, shape_memory& shape,
                                      const route_key& key, std::size_t first_way) {
  fields_read_ = 0;
  too_deep_ = false;
  const route found = walk_through(now, body);
  const std::uint64_t fields = shape.fields | fields_read_;
  if (too_deep_ || static_cast<std::size_t>(std::popcount(fields)) > max_fields) {
    shape.fields = 0;
    shape.too_deep = true;
  } else if (fields != shape.fields) {
    shape.fields = fields;
    shape.id = ++last_shape_;  // what was remembered is of another key
  } else if (found.size() <= max_targets) {
    remember(found, shape, key, way_to_replace(first_way));
    if (displaced_ > routes_.size() && routes_.size() < max_route_slots) grow();
  }
  return found;
}

// One of an older version, or any.
std::size_t route_cache::way_to_replace(std::size_t first_way) {
  for (std::size_t way = first_way; way != first_way + ways; ++way) {
    if (routes_[way].shape < present_) return way;
  }
  return first_way + displaced_++ % ways;
}

void route_cache::remember(route found, const shape_memory& shape, const route_key& key,
                           std::size_t way) {
  route_memory& here = routes_[way];
  here.shape = 0;  // until it is whole
  if ((shape.fields & (shape.fields - 1)) != 0) {
    if (rest_.empty()) rest_.resize(routes_.size());
    std::copy(key.begin() + 1, key.end(), rest_[way].begin());
  }
  if (found.size() != 1) {
    if (several_.empty()) several_.resize(routes_.size());
    several_[way].first = found.size();
    std::ranges::copy(found, several_[way].second.begin());
  }
  here.only = found.size() == 1 ? found.front() : nullptr;
  here.first = key.front();
  here.shape = shape.id;
}

route_cache::route route_cache::remembered(std::size_t way) const noexcept {
  if (routes_[way].only != nullptr) return {&routes_[way].only, 1};
  return {several_[way].second.data(), several_[way].first};
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
  displaced_ = 0;
  const std::size_t slots = 4 * routes_.size();
  routes_.clear();
  rest_.clear();
  several_.clear();
  routes_.resize(slots);
}

route_cache::route route_cache::walk_through(const trie& now, const term& body) {
  found_.clear();
  lists_.clear();
  if (body.is_false()) return {};  // TOP-6
  reached leaves{body, *this};
  walk{leaves}.from(link{now.root_}, body);
  if (lists_.empty()) return found_;
  if (found_.empty() && lists_.size() == 1) return lists_.front();
  for (const route& list : lists_) found_.insert(found_.end(), list.begin(), list.end());
  return found_;
}

void route_cache::operator()(const bunch_node& all) {
  if (!all.has_children()) return lists_.push_back(all.entries());
  if (crowds_.empty()) crowds_.resize(crowd_slots);
  crowd_memory& c = crowds_[all.extra.stamp % crowd_slots];
  if (c.stamp == all.extra.stamp) {
    c.used = finds_;
  } else if (c.used == finds_) {  // by another bunch of this route
    return all.for_each([this](const target* t) { found_.push_back(t); });
  } else {
    refill(c, all);
  }
  lists_.push_back(c.all);
}

void route_cache::refill(crowd_memory& c, const bunch_node& all) {
  c.stamp = 0;  // until it is full
  c.all.clear();
  c.all.reserve(all.extra.size);
  all.for_each([&](const target* t) { c.all.push_back(t); });
  c.stamp = all.extra.stamp;
  c.used = finds_;
}

}  // namespace souk::routing
