// One-way matching: the pattern's wildcards stand for parts of the value.
#include <souk/pattern.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace souk {
namespace {

class matcher {
 public:
  [[nodiscard]] bool fits(const term& value, const term& pattern) {
    const term* v = &value;
    const term* p = &pattern;
    for (; p->is(kind::pair) && v->is(kind::pair); v = &v->tail(), p = &p->tail()) {
      if (!fits(v->head(), p->head())) return false;
    }
    if (p->is(kind::wildcard)) return stands_for(p->as_wildcard(), *v);
    if (p->is_ground()) return *v == *p;
    if (v->which() != p->which() || p->is(kind::pair)) return false;
    if (p->is(kind::record) && v->label() != p->label()) return false;
    return std::ranges::equal(v->parts(), p->parts(),
                              [this](const term& a, const term& b) { return fits(a, b); });
  }

 private:
  [[nodiscard]] bool stands_for(wildcard w, const term& value) {
    const auto known = std::ranges::find(bound_, w, &std::pair<wildcard, const term*>::first);
    if (known != bound_.end()) return *known->second == value;
    bound_.emplace_back(w, &value);
    return true;
  }

  std::vector<std::pair<wildcard, const term*>> bound_;
};

}  // namespace

bool fits(const term& value, const term& pattern) { return matcher{}.fits(value, pattern); }

}  // namespace souk
