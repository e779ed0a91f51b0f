// A trie beside the list of what is in it, and the linear scan that says what it must find.
#pragma once

#include <souk/pattern.hpp>

#include "routing/trie.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace souk::testing {

using routing::graveyard;
using routing::target;
using routing::trie;

/// Targets by address, so that orders and repetitions show.
using found = std::multiset<const target*>;

class topic_table {
 public:
  topic_table() = default;
  topic_table(const topic_table&) = delete;
  topic_table& operator=(const topic_table&) = delete;
  ~topic_table() { trie{now}.clear(graves); }

  const target& add(term topic) {
    const target& fresh = *kept_.emplace_back(std::make_unique<target>(target{std::move(topic)}));
    add(fresh);
    return fresh;
  }
  void add(const target& one) {
    now = now.with(one, graves);
    in.push_back(&one);
  }
  void remove(const target& one) {
    now = now.without(one, graves);
    std::erase(in, &one);
  }

  trie now;
  graveyard graves;
  std::vector<const target*> in;

 private:
  std::vector<std::unique_ptr<target>> kept_;
};

inline found matched(const trie& now, const term& body) {
  std::vector<const target*> all;
  now.match(body, all);
  return {all.begin(), all.end()};
}
inline found scanned(const std::vector<const target*>& in, const term& body) {
  found all;
  for (const target* t : in) {
    if (matches(body, t->topic)) all.insert(t);
  }
  return all;
}

/// Intersections by target, sorted.
using meetings = std::vector<std::pair<const target*, term>>;
inline meetings sorted(meetings all) {
  std::ranges::sort(all, {}, &meetings::value_type::first);
  return all;
}
inline meetings met(const trie& now, const term& topic) {
  meetings all;
  now.intersect(topic, all);
  return sorted(std::move(all));
}
inline meetings scanned_meetings(const std::vector<const target*>& in, const term& topic) {
  meetings all;
  for (const target* t : in) {
    if (auto both = intersection(topic, t->topic)) all.emplace_back(t, std::move(*both));
  }
  return sorted(std::move(all));
}

}  // namespace souk::testing
