// What a route cache remembers.
#pragma once

#include "routing/trie.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace souk::routing {

struct route_cache::memory : detail::charged {
  static constexpr std::size_t shape_slots = 16;
  static constexpr std::size_t shape_ways = 4;
  static constexpr std::size_t crowd_slots = 32;
  static constexpr std::size_t fewest_routes = 64;
  static constexpr std::size_t most_routes = 8192;

  memory() { resize(fewest_routes); }

  /// Where it is first looked for, by code or head, whose lower 48 bits are the same.
  [[nodiscard]] static std::size_t first_place(std::uint64_t code) noexcept {
    return (code ^ code >> 32) % shape_slots;  // labels are numbered as they come up
  }
  /// That of a flat record, if it is in its first place, where it mostly is.
  [[nodiscard]] const shape_memory& near_shape(std::uint64_t head) const noexcept {
    return shapes[first_place(head)];
  }
  /// The same, wherever it is; null: there is none.
  [[nodiscard]] const shape_memory* flat_shape(std::uint64_t head) const noexcept {
    const std::size_t first = first_place(head);
    for (std::size_t i = first; i != first + shape_ways; ++i) {
      if (shapes[i % shape_slots].flat_head == head) return &shapes[i % shape_slots];
    }
    return nullptr;
  }
  /// That of the code; or one that no present version uses, or else any, to be opened for it.
  [[nodiscard]] shape_memory& shape_for(std::uint64_t code, std::uint64_t stamp) noexcept {
    const std::size_t first = first_place(code);
    shape_memory* free = nullptr;
    for (std::size_t i = first; i != first + shape_ways; ++i) {
      shape_memory& shape = shapes[i % shape_slots];
      if (shape.code == code) return shape;
      if (shape.stamp != stamp && free == nullptr) free = &shape;
    }
    if (free != nullptr) return *free;
    return shapes[(first + shapes_displaced++ % shape_ways) % shape_slots];
  }

  // A plain value uses no more than the last byte and the first four of its second word (term.hpp).
  // Between them is room for the number of a shape.
  static constexpr unsigned shape_at = 32;
  static constexpr std::uint64_t shape_mask = (std::uint64_t{1} << 24) - 1;
  [[nodiscard]] static plain_value tagged(const plain_value& key, std::uint64_t shape) noexcept {
    return {key.low, key.high | shape << shape_at};
  }
  [[nodiscard]] static std::uint64_t shape_in(const plain_value& tagged) noexcept {
    return tagged.high >> shape_at & shape_mask;
  }
  /// An opened shape takes some more numbers, one for each field that is found to decide.
  [[nodiscard]] bool has_numbers_left() const noexcept { return last_shape < shape_mask - 64; }

  /// Its lower bits depend on all of the key: in a product what is high in a factor reaches only
  /// what is as high.
  [[nodiscard]] static std::uint64_t hash_of(const plain_value& key,
                                             std::uint64_t before) noexcept {
    const std::uint64_t x = (before ^ key.low ^ std::rotl(key.high, 32)) * 0x9e3779b97f4a7c15U;
    return x ^ (x >> 32);
  }
  [[nodiscard]] route_memory* set_of(std::uint64_t hash) const noexcept {
    return first + (hash & set_mask);
  }
  [[nodiscard]] std::size_t index_of(const route_memory& one) const noexcept {
    return static_cast<std::size_t>(&one - first);
  }
  [[nodiscard]] bool has_rest(const route_memory& one, const route_key& key) const noexcept {
    return std::equal(key.begin() + 1, key.end(), rest[index_of(one)].begin());
  }
  /// Routes that are in use displace each other.
  void grow_if_crowded() {
    if (displaced > slots && slots < most_routes) resize(std::min(4 * slots, most_routes));
  }
  void forget_all() {
    shapes = {};
    resize(slots);
    last_shape = 0;
    version = 0;
  }

  std::array<shape_memory, shape_slots> shapes;
  std::size_t shapes_displaced = 0;
  route_memory* first = nullptr;  // in `room_`: `ways` for each key
  std::size_t set_mask = 0;
  std::size_t slots = 0;  // a power of two
  // By slot; empty until there is use for them.
  list<std::array<plain_value, max_fields - 1>> rest;  // of the fields
  list<std::pair<std::size_t, several>> several_targets;
  std::uint64_t last_shape = 0;
  std::uint64_t present = 0;  // the first shape of the present version
  std::uint64_t version = 0;  // and its stamp
  std::size_t displaced = 0;  // routes of the present version, since there was room for so many

 private:
  static constexpr std::size_t line = 64;  // of the caches

  /// Empty.
  void resize(std::size_t wanted) {
    list<std::byte> fresh(wanted * sizeof(route_memory) + line);
    void* from = fresh.data();
    std::size_t space = fresh.size();
    (void)std::align(line, wanted * sizeof(route_memory), from, space);
    first = static_cast<route_memory*>(from);
    std::uninitialized_default_construct_n(first, wanted);
    room_ = std::move(fresh);
    slots = wanted;
    set_mask = wanted - ways;
    displaced = 0;
    rest.clear();
    several_targets.clear();
  }

  list<std::byte> room_;
};

}  // namespace souk::routing
