// The checks that the parts of the loader share, and the wording of their messages.
#include "tools/scenario/cursor.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "tools/scenario/quote.hpp"

namespace souk::tool {
namespace {

/// How many letters must be put in, taken out or changed to get from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = corner + (a[i] == b[j] ? 0 : 1);
      corner = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, corner + 1});
    }
  }
  return row.back();
}

std::string with_hint(std::string message, std::string_view word,
                      std::span<const std::string_view> words) {
  if (const auto near = nearest(word, words)) message += "; did you mean " + in_quotes(*near) + "?";
  return message;
}

}  // namespace

cursor cursor::member(std::string_view key) const noexcept {
  return item(static_cast<std::size_t>(node_->find(key) - node_->items.data()));
}

cursor cursor::item(std::size_t i) const noexcept { return {node_->items[i], *this, i}; }

void cursor::expect_object(std::string_view expected) const {
  if (!is(node::kinds::object)) fail_expected(expected);
}

void cursor::expect_list(std::string_view expected) const {
  if (!is(node::kinds::list)) fail_expected(expected);
}

const std::string& cursor::text(std::string_view expected) const {
  if (!is(node::kinds::string)) fail_expected(expected);
  return node_->text;
}

void cursor::expect_keys(std::string_view what, std::span<const std::string_view> required,
                         std::span<const std::string_view> optional) const {
  expect_object(what);
  std::vector<std::string_view> known{required.begin(), required.end()};
  known.insert(known.end(), optional.begin(), optional.end());
  for (std::size_t i = 0; i < size(); ++i) {
    if (std::find(known.begin(), known.end(), key(i)) != known.end()) continue;
    item(i).fail(with_hint("expected a key of " + std::string{what} + " (" + alternatives(known) +
                               "), found " + in_quotes(shortened(key(i))),
                           key(i), known));
  }
  for (const auto key : required) {
    if (!has(key)) fail_expected("the key " + in_quotes(key) + " in " + std::string{what});
  }
}

void cursor::fail_expected(std::string_view expected) const {
  fail("expected " + std::string{expected} + ", found " + node_->description());
}

void cursor::fail(std::string_view what) const {
  const std::string at = pointer();
  throw load_error(*file_ + ":" + std::to_string(node_->line) + ": " + "at " +
                   (at.empty() ? "/" : at) + ": " + std::string{what});
}

std::string cursor::pointer() const {
  std::vector<const cursor*> steps;
  for (const cursor* c = this; c->up_ != nullptr; c = c->up_) steps.push_back(c);
  std::string out;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const node& around = (*step)->up_->value();
    const auto i = (*step)->index_;
    out =
        pointer_step(out, around.kind == node::kinds::object ? around.keys[i] : std::to_string(i));
  }
  return out;
}

std::size_t cursor::word_index(std::string_view what,
                               std::span<const std::string_view> names) const {
  const std::string expected = std::string{what} + " (" + alternatives(names) + ")";
  const std::string& word = text(expected);
  const auto at = std::find(names.begin(), names.end(), word);
  if (at == names.end()) {
    fail(with_hint("expected " + expected + ", found " + node_->description(), word, names));
  }
  return static_cast<std::size_t>(at - names.begin());
}

std::string alternatives(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += in_quotes(words[i]);
  }
  return out;
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> words) {
  constexpr std::size_t longest = 40;  // nobody mistypes a name into an essay
  if (word.size() > longest) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const auto candidate : words) {
    const std::size_t distance = edit_distance(word, candidate);
    if (best && distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  if (!best || best_distance * 2 > std::max(word.size(), best->size())) return std::nullopt;
  return best;
}

}  // namespace souk::tool
