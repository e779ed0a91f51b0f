#include "routing/branch.hpp"
#include "routing/fields.hpp"
#include "routing/reached.hpp"
#include "routing/route_memory.hpp"
#include "routing/token.hpp"
#include "routing/trie.hpp"
#include "routing/walk.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace souk::routing {
namespace {

/// A shard that sends less remembers no routes: it is small, and there may be very many of them.
constexpr std::uint64_t warm_up = 256;

bool is_before(const target* left, const target* right) noexcept {
  return left->owner_number != right->owner_number ? left->owner_number < right->owner_number
                                                   : left->age < right->age;
}

bool is_several(std::uint64_t fields) noexcept { return (fields & (fields - 1)) != 0; }

}  // namespace

route_cache::route_cache() noexcept = default;
route_cache::route_cache(companion_function of) noexcept : companion_of_{of} {}
route_cache::~route_cache() = default;

// Mostly it is a record whose fields are inside it, and its label alone decides, or one field. What
// is rarer is a call in the end, so that this needs no stack.
route_cache::single route_cache::find_single(const trie& now, const term& body) const noexcept {
  const link root{now.root_};
  if (memory_ == nullptr || !body.is(kind::record) || !root || !root.is_branch()) return {};
  const compound record{body};
  const shape_memory& shape = memory_->near_shape(record.head());
  if (shape.flat_head != record.head()) return find_single_of_far_shape(now, body);
  return find_single_of(shape, root.branch().extra().stamp, record.parts());
}

route_cache::single route_cache::find_single_of_far_shape(const trie& now,
                                                          const term& body) const noexcept {
  const compound record{body};
  const shape_memory* const shape = memory_->flat_shape(record.head());
  if (shape == nullptr) return {};
  return find_single_of(*shape, link{now.root_}.branch().extra().stamp, record.parts());
}

[[gnu::always_inline]] inline route_cache::single route_cache::find_single_of(
    const shape_memory& shape, std::uint64_t stamp, std::span<const term> parts) const noexcept {
  if (shape.stamp != stamp || shape.is_intricate) return {};
  if (shape.only != nullptr) return {shape.only, shape.companion};
  plain_value key;
  if (shape.fields != 0) {
    const term& part = parts[shape.first_field];
    if (!is_plain(part)) return {};
    key = {token_detail::low_word(part), token_detail::high_word(part)};
  }
  const plain_value tagged = memory::tagged(key, shape.id);
  const route_memory* const set = memory_->set_of(memory::hash_of(tagged, 0));
  for (std::size_t way = 0; way < ways; ++way) {
    if (set[way].key == tagged) return {set[way].only, set[way].companion};
  }
  return {};
}

route_cache::route route_cache::find(const trie& now, const term& body) {
  ++finds_;
  if (memory_ == nullptr && finds_ > warm_up) memory_ = std::make_unique<memory>();
  const link root{now.root_};
  if (memory_ == nullptr || !root || !root.is_branch() || !body.is_compound() || !body.is_ground())
    return walk_through(now, body);
  const fields parts{body};
  const std::uint64_t code = parts.code();
  if (code == 0) return walk_through(now, body);
  const std::uint64_t stamp = root.branch().extra().stamp;
  shape_memory& shape = memory_->shape_for(code, stamp);
  if (shape.code != code || shape.stamp != stamp) open_shape(shape, code, stamp);
  if (shape.too_deep) return walk_through(now, body);

  route_key key;
  std::size_t n = 0;
  for (std::uint64_t left = shape.fields; left != 0; left &= left - 1) {
    const term& part = parts[static_cast<std::size_t>(std::countr_zero(left))];
    if (!is_plain(part)) return walk_through(now, body);
    key[n++] = {token_detail::low_word(part), token_detail::high_word(part)};
  }
  const plain_value first = memory::tagged(key.front(), shape.id);
  std::uint64_t rest = 0;
  for (std::size_t i = 1; i < n; ++i) rest = memory::hash_of(key[i], rest);
  route_memory* const set = memory_->set_of(memory::hash_of(first, rest));
  for (route_memory* way = set; way != set + ways; ++way) {
    if (way->key == first && (n <= 1 || memory_->has_rest(*way, key))) return remembered(*way);
  }
  return learn(now, body, parts, shape, key, set);
}

// What decided before, for another version, will mostly decide again.
void route_cache::open_shape(shape_memory& shape, std::uint64_t code, std::uint64_t stamp) {
  if (!memory_->has_numbers_left()) memory_->forget_all();
  if (memory_->version != stamp) {
    memory_->version = stamp;
    memory_->present = memory_->last_shape + 1;
  }
  shape = {.code = code,
           .flat_head = code >> 56 == static_cast<std::uint64_t>(kind::record)
                            ? compound::flat_head(code)
                            : 0,
           .stamp = stamp,
           .fields = shape.code == code ? shape.fields : 0,
           .id = ++memory_->last_shape};
  note_fields(shape);
}

void route_cache::note_fields(shape_memory& shape) noexcept {
  shape.is_intricate = is_several(shape.fields);
  shape.first_field = static_cast<std::uint8_t>(std::countr_zero(shape.fields) % 64);
}

route_cache::route route_cache::learn(const trie& now, const term& body, const fields& parts,
                                      shape_memory& shape, const route_key& key,
                                      route_memory* set) {
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
    note_fields(shape);
    shape.id = ++memory_->last_shape;  // what was remembered is of another key
    shape.only = nullptr;
  } else if (fields == 0 && found.size() == 1) {
    shape.only = found.front();
    shape.companion = companion_of(shape.only);
  } else if (found.size() <= max_targets) {
    remember(found, shape, key, way_to_replace(set));
    memory_->grow_if_crowded();
  }
  return found;
}

// One of an older version, or any.
route_cache::route_memory& route_cache::way_to_replace(route_memory* set) noexcept {
  for (route_memory* way = set; way != set + ways; ++way) {
    if (memory::shape_in(way->key) < memory_->present) return *way;
  }
  return set[memory_->displaced++ % ways];
}

void route_cache::remember(route found, const shape_memory& shape, const route_key& key,
                           route_memory& here) {
  memory& all = *memory_;
  here.key = {};  // until it is whole
  const std::size_t way = all.index_of(here);
  if (is_several(shape.fields)) {
    if (all.rest.empty()) all.rest.resize(all.slots);
    std::copy(key.begin() + 1, key.end(), all.rest[way].begin());
  }
  if (found.size() != 1) {
    if (all.several_targets.empty()) all.several_targets.resize(all.slots);
    all.several_targets[way].first = found.size();
    std::ranges::copy(found, all.several_targets[way].second.begin());
  }
  here.only = found.size() == 1 ? found.front() : nullptr;
  here.companion = here.only == nullptr ? nullptr : companion_of(here.only);
  here.key = memory::tagged(key.front(), shape.id);
}

inline route_cache::route route_cache::remembered(const route_memory& here) noexcept {
  if (here.only != nullptr) return {&here.only, 1};
  const auto& [count, targets] = memory_->several_targets[memory_->index_of(here)];
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
