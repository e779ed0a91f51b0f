// What tries are asked: which topics a body reaches, and which a topic meets.
#include <souk/pattern.hpp>

#include "routing/linear.hpp"
#include "routing/reached.hpp"
#include "routing/token.hpp"
#include "routing/trie.hpp"
#include "routing/walk.hpp"

#include <optional>
#include <utility>

namespace souk::routing {
namespace {

struct append_to {
  std::vector<const target*>& found;

  static void read(const term& /*part*/) noexcept {}
  static void compared(const term& /*topic*/) noexcept {}
  static void unified() noexcept {}
  void operator()(const target* t) { found.push_back(t); }
  void operator()(const bunch_node& all) {
    all.for_each([this](const target* t) { found.push_back(t); });
  }
};

// Of the leaves of a walk, the targets that the topic meets, and the intersections.
class met {
 public:
  using pairs = std::vector<std::pair<const target*, term>>;

  met(const term& topic, pairs& found) : topic_{topic}, loose_{is_loose(topic)}, found_{found} {}

  static void read(const term& /*part*/) noexcept {}
  void alike(const branch_node& /*from*/, const term& /*part*/, link leaf) { (*this)(leaf); }

  void operator()(link leaf) {
    if (leaf.is_bunch() && leaf.sureness() == certainty::loose) {
      leaf.bunch().for_each([&](const target* t) { add(*t, certainty::loose); });
    } else if (!leaf.is_bunch()) {
      add(leaf.only(), leaf.sureness());
    } else if (const auto both = meet(leaf.bunch().any(), leaf.sureness())) {
      leaf.bunch().for_each([&](const target* t) { found_.emplace_back(t, *both); });
    }
  }

 private:
  [[nodiscard]] std::optional<term> meet(const target& t, certainty sureness) const {
    return loose_ || sureness == certainty::loose ? intersection(topic_, t.topic)
                                                  : meet_linear(topic_, t.topic);
  }
  void add(const target& t, certainty sureness) {
    if (auto both = meet(t, sureness)) found_.emplace_back(&t, std::move(*both));
  }

  const term& topic_;
  bool loose_;
  pairs& found_;
};

}  // namespace

void trie::match(const term& body, std::vector<const target*>& found) const {
  if (body.is_false()) return;  // TOP-6
  append_to out{found};
  reached leaves{body, out};
  walk{leaves}.from(link{root_}, body);
}

void trie::intersect(const term& topic, std::vector<std::pair<const target*, term>>& found) const {
  if (topic.is_false()) return;  // TOP-6
  met leaves{topic, found};
  walk{leaves}.from(link{root_}, topic);
}

}  // namespace souk::routing
