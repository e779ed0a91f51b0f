#include "routing/token.hpp"

#include <algorithm>

namespace souk::routing {

const term& cursor::next() {
  std::span<const term>& top = pending_.back();
  const term& part = top.front();
  top = top.subspan(1);
  if (top.empty()) pending_.pop_back();  // first, so that a long list takes no room
  const auto parts = part.parts();
  if (!parts.empty()) pending_.push_back(parts);
  ++position_;
  return part;
}

bool cursor::only_wildcards_left() const noexcept {
  return std::ranges::all_of(pending_, [](std::span<const term> parts) {
    return std::ranges::all_of(parts, [](const term& part) { return part.is(kind::wildcard); });
  });
}

bool is_loose(const term& topic) {
  std::vector<std::uint64_t> variables;
  cursor at{topic};
  while (!at.at_end()) {
    if (at.position() == max_tokens) return true;
    const term& part = at.next();
    if (part.is(kind::wildcard)) variables.push_back(part.as_wildcard().id);
  }
  std::ranges::sort(variables);
  return std::ranges::adjacent_find(variables) != variables.end();
}

}  // namespace souk::routing
