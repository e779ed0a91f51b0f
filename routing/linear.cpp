#include "routing/linear.hpp"

#include <souk/pattern.hpp>

#include "routing/token.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace souk::routing {
namespace {

// For topics that repeat no variable.
struct no_bindings {
  static constexpr bool step() noexcept { return true; }
  static constexpr bool bind(const term& /*variable*/, const term& /*value*/) noexcept {
    return true;
  }
};

// What variables stand for; gives up on topics that are large or have many variables.
class few_bindings {
 public:
  bool gave_up = false;

  [[nodiscard]] bool step() noexcept {
    gave_up = gave_up || ++steps_ > max_tokens;
    return !gave_up;
  }
  [[nodiscard]] bool bind(const term& variable, const term& value) noexcept {
    const std::uint64_t id = variable.as_wildcard().id;
    for (const bound& b : std::span{all_.data(), size_}) {
      if (b.variable == id) return *b.value == value;
    }
    gave_up = gave_up || size_ == all_.size();
    if (!gave_up) all_[size_++] = {id, &value};
    return !gave_up;
  }

 private:
  struct bound {
    std::uint64_t variable;
    const term* value;
  };
  std::array<bound, 16> all_;
  std::size_t size_ = 0;
  std::size_t steps_ = 0;
};

// Whether the topic's variables can stand for the parts of a ground body.
template <class Bindings>
bool fits_at(const term& body, const term& topic, Bindings& bindings) {
  const term* b = &body;
  const term* t = &topic;
  for (;;) {
    if (!bindings.step()) return false;
    if (t->is(kind::wildcard)) return bindings.bind(*t, *b);
    if (t->is_ground()) return same_token(*t, *b);
    const compound theirs{*t};
    if (b->which() != t->which()) return false;
    const compound ours{*b};
    if (!same_shape(ours, theirs)) return false;
    const std::size_t last = ours.parts().size() - 1;  // there are some: the topic has wildcards
    for (std::size_t i = 0; i < last; ++i) {
      if (!fits_at(ours.parts()[i], theirs.parts()[i], bindings)) return false;
    }
    b = &ours.parts()[last];
    t = &theirs.parts()[last];
  }
}

// As fits_at without bindings, with one part left out. Ground parts of the topic are gone through
// as well: it may be inside.
struct comparison_but {
  const term* left_out;
  std::size_t met = 0;

  [[nodiscard]] bool holds(const term& body, const term& topic) noexcept {
    const term* b = &body;
    const term* t = &topic;
    for (;;) {
      if (t->is(kind::wildcard)) return true;
      if (b == left_out) return ++met, true;
      if (!t->is_compound()) return same_token(*t, *b);
      if (b->which() != t->which()) return false;
      const compound theirs{*t};
      const compound ours{*b};
      if (!same_shape(ours, theirs)) return false;
      if (ours.size() == 0) return true;
      const std::size_t last = ours.size() - 1;
      for (std::size_t i = 0; i < last; ++i) {
        if (!holds(ours.parts()[i], theirs.parts()[i])) return false;
      }
      b = &ours.parts()[last];
      t = &theirs.parts()[last];
    }
  }
};

// The intersection, with its variables numbered as they come. Terms have at most max_tokens, so
// recursion is bounded.
class meeting {
 public:
  [[nodiscard]] bool meet(const term& left, const term& right, term& both) {
    if (left.is(kind::wildcard)) return instance_of(right, both);
    if (right.is(kind::wildcard)) return instance_of(left, both);
    if (left.is_ground() && right.is_ground()) {
      if (!same_token(left, right)) return false;
      both = right;
      return true;
    }
    if (left.which() != right.which() || !left.is_compound()) return false;
    const compound l{left};
    const compound r{right};
    if (!same_shape(l, r)) return false;
    return build(right, both,
                 [&](std::size_t i, term& part) { return meet(l.parts()[i], r.parts()[i], part); });
  }

 private:
  [[nodiscard]] bool instance_of(const term& t, term& both) {
    if (t.is(kind::wildcard)) {
      both = wildcard{variables_++};
      return true;
    }
    if (t.is_ground()) {
      both = t;
      return true;
    }
    const compound c{t};
    return build(t, both,
                 [&](std::size_t i, term& part) { return instance_of(c.parts()[i], part); });
  }

  // A compound of the shape of `model`, or that itself if the parts are the same.
  template <class Part>
  [[nodiscard]] bool build(const term& model, term& both, const Part& part_at) {
    constexpr std::size_t few = 6;
    const auto before = compound{model}.parts();
    std::array<term, few> inside;
    std::vector<term> outside(before.size() > few ? before.size() : 0);
    const std::span<term> parts{before.size() > few ? outside.data() : inside.data(),
                                before.size()};
    bool same = true;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!part_at(i, parts[i])) return false;
      same = same && is_same_handle(parts[i], before[i]);
    }
    if (same) {
      both = model;
    } else if (model.is(kind::pair)) {
      both = cons(std::move(parts[0]), std::move(parts[1]));
    } else {
      both = model.is(kind::record) ? record(model.label(), parts) : vector(parts);
    }
    return true;
  }

  std::uint64_t variables_ = 0;
};

}  // namespace

bool reaches_linear(const term& body, const term& topic) noexcept {
  no_bindings none;
  return fits_at(body, topic, none);
}

std::optional<bool> reaches_but_for(const term& left_out, const term& body,
                                    const term& topic) noexcept {
  comparison_but all{&left_out};
  if (!all.holds(body, topic)) return false;
  if (all.met != 1) return std::nullopt;
  return true;
}

bool reaches_any(const term& body, const term& topic) {
  few_bindings few;
  const bool fits = fits_at(body, topic, few);
  return few.gave_up ? matches(body, topic) : fits;
}

std::optional<term> meet_linear(const term& left, const term& right) {
  std::optional<term> both{term{}};
  if (!meeting{}.meet(left, right, *both)) both.reset();
  return both;
}

}  // namespace souk::routing
