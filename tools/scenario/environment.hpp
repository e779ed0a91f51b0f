// The names that a piece of a scenario sees, and their values.
//
// Immutable: adding names makes a new environment that shares the old one, so a closure keeps the
// names as they were where it was made. The nesting is that of the text, so it is never deep.
// Threads: one at a time (terms are handles).
#pragma once

#include <memory>
#include <souk/term.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace souk::tool {

using named_terms = std::vector<std::pair<std::string, term>>;

class environment {
 public:
  /// These names and all of the old ones that they do not hide. Of equal names the last one counts.
  [[nodiscard]] environment with(named_terms names) const {
    if (names.empty()) return *this;
    environment out;
    out.top_ = std::make_shared<const frame>(frame{std::move(names), top_});
    return out;
  }
  [[nodiscard]] environment with(std::string name, term value) const {
    named_terms one;
    one.emplace_back(std::move(name), std::move(value));
    return with(std::move(one));
  }
  /// The value of the name; null if there is none.
  [[nodiscard]] const term* find(std::string_view name) const noexcept {
    for (const frame* f = top_.get(); f != nullptr; f = f->up.get()) {
      for (auto entry = f->names.rbegin(); entry != f->names.rend(); ++entry) {
        if (entry->first == name) return &entry->second;
      }
    }
    return nullptr;
  }

 private:
  struct frame {
    named_terms names;
    std::shared_ptr<const frame> up;
  };
  std::shared_ptr<const frame> top_;
};

}  // namespace souk::tool
