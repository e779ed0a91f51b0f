// A value of a document on its way into the AST: where it is, and the checks that all parts of the
// loader share.
//
// A cursor lives on the stack, below the cursor of the value around it: the path is put together
// only when a message needs it. Pre: the document and the file name outlive it.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tools/scenario/ast.hpp"
#include "tools/scenario/document.hpp"

namespace souk::tool {

class cursor {
 public:
  /// The document itself.
  cursor(const node& root, const std::string& file) noexcept : node_{&root}, file_{&file} {}

  /// The value under a key of an object. Pre: it is there.
  [[nodiscard]] cursor member(std::string_view key) const noexcept;
  /// The i-th element of a list, or member of an object. Pre: it is there.
  [[nodiscard]] cursor item(std::size_t i) const noexcept;

  [[nodiscard]] const node& value() const noexcept { return *node_; }
  [[nodiscard]] std::size_t size() const noexcept { return node_->items.size(); }
  [[nodiscard]] const std::string& key(std::size_t i) const noexcept { return node_->keys[i]; }
  [[nodiscard]] bool has(std::string_view key) const noexcept {
    return node_->find(key) != nullptr;
  }
  [[nodiscard]] bool is(node::kinds kind) const noexcept { return node_->kind == kind; }
  [[nodiscard]] place where() const { return {node_->line, pointer()}; }

  /// Throws unless this is an object (a list, a string, an integer).
  void expect_object(std::string_view expected) const;
  void expect_list(std::string_view expected) const;
  [[nodiscard]] const std::string& text(std::string_view expected) const;
  /// Throws unless this is an object that has all of `required`, and else only keys of `optional`.
  void expect_keys(std::string_view what, std::span<const std::string_view> required,
                   std::span<const std::string_view> optional) const;
  void expect_keys(std::string_view what, std::initializer_list<std::string_view> required,
                   std::initializer_list<std::string_view> optional = {}) const {
    expect_keys(what, std::span{required.begin(), required.size()},
                std::span{optional.begin(), optional.size()});
  }

  /// The meaning of this word. Throws if it is none of `words`, with the nearest of them.
  template <class Enum, std::size_t N>
  [[nodiscard]] Enum word(std::string_view what,
                          const std::pair<std::string_view, Enum> (&words)[N]) const {
    std::string_view names[N];
    for (std::size_t i = 0; i < N; ++i) names[i] = words[i].first;
    return words[word_index(what, names)].second;
  }

  /// `FILE:LINE: at /path: expected ..., found ...`
  [[noreturn]] void fail_expected(std::string_view expected) const;
  [[noreturn]] void fail(std::string_view what) const;

 private:
  cursor(const node& value, const cursor& up, std::size_t index) noexcept
      : node_{&value}, up_{&up}, index_{index}, file_{up.file_} {}

  [[nodiscard]] std::string pointer() const;
  [[nodiscard]] std::size_t word_index(std::string_view what,
                                       std::span<const std::string_view> names) const;

  const node* node_;
  const cursor* up_ = nullptr;
  std::size_t index_ = 0;
  const std::string* file_;
};

/// `a`, `b` or `c`, each in quotes.
[[nodiscard]] std::string alternatives(std::span<const std::string_view> words);
/// The word that was probably meant; nothing if none is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> words);

}  // namespace souk::tool
