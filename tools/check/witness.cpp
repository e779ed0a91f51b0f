#include "tools/check/witness.hpp"

#include <souk/text.hpp>

#include <algorithm>
#include <functional>
#include <sstream>
#include <unordered_map>

namespace souk::tool {

void witness::tell(pid who, term what) {
  part& p = part_of(who);
  const std::scoped_lock held{p.lock};
  p.seen[who].push_back(std::move(what));
}

void witness::tell_collected(pid who) {
  part& p = part_of(who);
  const std::scoped_lock held{p.lock};
  p.collected.insert(who);
}

bool witness::was_collected(pid who) const {
  const part& p = parts_.at(std::hash<pid>{}(who) % parts_.size());
  const std::scoped_lock held{p.lock};
  return p.collected.contains(who);
}

std::map<pid, witness::sequence> witness::all() const {
  std::map<pid, sequence> out;
  for (const part& p : parts_) {
    const std::scoped_lock held{p.lock};
    out.insert(p.seen.begin(), p.seen.end());
  }
  return out;
}

namespace {

/// Equality but for the names of what is fresh: a one-to-one renaming, found as it is needed.
class renaming {
 public:
  [[nodiscard]] bool same(const term& left, const term& right) {
    if (left.which() != right.which()) return false;
    switch (left.which()) {
      case kind::wildcard: return variables_.pair(left.as_wildcard().id, right.as_wildcard().id);
      case kind::symbol: return same_symbol(left.as_symbol(), right.as_symbol());
      case kind::host: return hosts_.pair(left.host_address(), right.host_address());
      case kind::pair:
      case kind::vector: return same_parts(left, right);
      case kind::record: return left.label() == right.label() && same_parts(left, right);
      default: return left == right;
    }
  }

 private:
  template <class Key>
  struct bijection {
    std::unordered_map<Key, Key> there;
    std::unordered_map<Key, Key> back;

    [[nodiscard]] bool pair(const Key& left, const Key& right) {
      const auto [l, fresh_left] = there.emplace(left, right);
      const auto [r, fresh_right] = back.emplace(right, left);
      return l->second == right && r->second == left;
    }
  };

  [[nodiscard]] bool same_symbol(symbol left, symbol right) {
    if (left.serial() == 0 || right.serial() == 0) return left == right;
    return left.base() == right.base() && symbols_.pair(left.serial(), right.serial());
  }
  [[nodiscard]] bool same_parts(const term& left, const term& right) {
    const term* l = &left;
    const term* r = &right;
    for (; l->is(kind::pair) && r->is(kind::pair); l = &l->tail(), r = &r->tail()) {
      if (!same(l->head(), r->head())) return false;
    }
    if (l != &left) return same(*l, *r);
    return std::ranges::equal(l->parts(), r->parts(),
                              [this](const term& a, const term& b) { return same(a, b); });
  }

  bijection<std::uint64_t> symbols_;
  bijection<std::uint64_t> variables_;
  bijection<const void*> hosts_;
};

/// Nothing is left, or its end alone.
bool is_end(witness::sequence::const_iterator at, const witness::sequence& all) {
  using namespace souk::literals;
  return at == all.end() || (at + 1 == all.end() && at->head() == "end"_sym);
}

}  // namespace

comparison compare(const witness& left, const witness& right) {
  const auto lefts = left.all();
  const auto rights = right.all();
  const witness::sequence nothing;
  const auto of = [&](const auto& all, pid who) -> const witness::sequence& {
    const auto found = all.find(who);
    return found == all.end() ? nothing : found->second;
  };
  std::vector<pid> everyone;
  for (const auto& [who, seen] : lefts) everyone.push_back(who);
  for (const auto& [who, seen] : rights) {
    if (!lefts.contains(who)) everyone.push_back(who);
  }
  comparison out;
  renaming names;
  for (const pid who : everyone) {
    const auto& l = of(lefts, who);
    const auto& r = of(rights, who);
    const auto [a, b] =
        std::ranges::mismatch(l, r, [&](const term& x, const term& y) { return names.same(x, y); });
    if (a == l.end() && b == r.end()) continue;
    const bool may_end =
        (a == l.end() && left.was_collected(who)) || (b == r.end() && right.was_collected(who));
    if (may_end && is_end(a, l) && is_end(b, r)) continue;
    ++out.divergences;
    if (!out.first) out.first = divergence{who, static_cast<std::size_t>(a - l.begin()), l, r};
  }
  return out;
}

std::string side_by_side(const divergence& d, const std::string& left_title,
                         const std::string& right_title) {
  constexpr std::size_t before = 3;
  constexpr std::size_t after = 4;
  constexpr std::size_t width = 60;
  std::ostringstream out;
  const auto cut = [](std::string text) {
    if (text.size() > width) text = text.substr(0, width - 3) + "...";
    text.resize(width, ' ');
    return text;
  };
  const auto at = [](const witness::sequence& all, std::size_t i) {
    return i < all.size() ? to_string(all[i]) : std::string{};
  };
  out << "process " << d.who.number << (d.who.vm == root_vm ? "" : " of a nested VM") << ", event "
      << d.position << ":\n    " << cut(left_title) << " | " << right_title << '\n';
  const std::size_t first = d.position < before ? 0 : d.position - before;
  for (std::size_t i = first; i < d.position + after; ++i) {
    if (i >= d.left.size() && i >= d.right.size()) break;
    out << (i == d.position ? "  > " : "    ") << cut(at(d.left, i)) << " | " << at(d.right, i)
        << '\n';
  }
  return std::move(out).str();
}

}  // namespace souk::tool
