#include "routing/branch.hpp"
#include "routing/reached.hpp"
#include "routing/trie.hpp"
#include "routing/walk.hpp"

#include <algorithm>

namespace souk::routing {

void route_cache::operator()(const target* t) { found_.push_back(t); }

void route_cache::operator()(const bunch_node& all) {
  if (!all.has_children()) return lists_.push_back(all.entries());
  remembered& r = remembered_[all.extra.stamp % remembered_.size()];
  if (r.stamp == all.extra.stamp) {
    r.used = finds_;
  } else if (r.used == finds_) {  // by another bunch of this route
    return all.for_each([this](const target* t) { found_.push_back(t); });
  } else {
    refill(r, all);
  }
  lists_.push_back(r.all);
}

void route_cache::refill(remembered& r, const bunch_node& all) {
  r.stamp = 0;  // until it is full
  r.all.clear();
  r.all.reserve(all.extra.size);
  all.for_each([&](const target* t) { r.all.push_back(t); });
  r.stamp = all.extra.stamp;
  r.used = finds_;
}

route_cache::route route_cache::find(const trie& now, const term& body) {
  ++finds_;
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

}  // namespace souk::routing
