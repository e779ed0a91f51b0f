// What tries are asked: which topics a body reaches, and which a topic meets.
#include <souk/pattern.hpp>

#include "routing/trie.hpp"
#include "routing/walk.hpp"

#include <optional>
#include <utility>

namespace souk::routing {
namespace {

// Of the leaves of a walk, the targets that the body reaches.
template <class Found>
class reached {
 public:
  reached(const term& body, Found& found) noexcept
      : body_{body}, ground_{body.is_ground()}, found_{found} {}

  void operator()(link leaf) {
    const certainty sureness = leaf.sureness();
    if (!leaf.is_bunch()) {
      const target& only = leaf.only();
      if ((sureness == certainty::sure && ground_) || reaches(only)) found_.push_back(&only);
    } else if (sureness == certainty::loose) {
      leaf.bunch().for_each([this](const target* t) {
        if (reaches(*t)) found_.push_back(t);
      });
    } else if ((sureness == certainty::sure && ground_) || reaches(leaf.bunch().any())) {
      leaf.bunch().for_each([this](const target* t) { found_.push_back(t); });
    }
  }

 private:
  [[nodiscard]] bool reaches(const target& t) const { return matches(body_, t.topic); }

  const term& body_;
  bool ground_;
  Found& found_;
};

// Of the leaves of a walk, the targets that the topic meets, and the intersections.
class met {
 public:
  using pairs = std::vector<std::pair<const target*, term>>;

  met(const term& topic, pairs& found) noexcept : topic_{topic}, found_{found} {}

  void operator()(link leaf) {
    if (!leaf.is_bunch()) {
      add(leaf.only());
    } else if (leaf.sureness() == certainty::loose) {
      leaf.bunch().for_each([this](const target* t) { add(*t); });
    } else if (const auto both = intersection(topic_, leaf.bunch().any().topic)) {
      leaf.bunch().for_each([&](const target* t) { found_.emplace_back(t, *both); });
    }
  }

 private:
  void add(const target& t) {
    if (auto both = intersection(topic_, t.topic)) found_.emplace_back(&t, std::move(*both));
  }

  const term& topic_;
  pairs& found_;
};

}  // namespace

void trie::match(const term& body, std::vector<const target*>& found) const {
  if (body.is_false()) return;  // TOP-6
  reached leaves{body, found};
  walk{leaves}.from(link{root_}, body);
}

void trie::intersect(const term& topic, std::vector<std::pair<const target*, term>>& found) const {
  if (topic.is_false()) return;  // TOP-6
  met leaves{topic, found};
  walk{leaves}.from(link{root_}, topic);
}

std::span<const target* const> route_cache::find(const trie& now, const term& body) {
  found_.clear();
  now.match(body, found_);
  return found_;
}

}  // namespace souk::routing
