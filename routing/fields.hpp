// What messages are mostly made of: the fields of a record, or the elements of a short list.
#pragma once

#include <souk/term.hpp>

#include "routing/token.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace souk::routing {

class fields {
 public:
  static constexpr std::size_t max_size = 64;     // of a record
  static constexpr std::size_t max_elements = 8;  // of a list

  /// None, if the term is neither a record nor a short list. It must outlive them.
  explicit fields(const term& whole) noexcept : whole_{&whole} {
    if (whole.is(kind::record)) {
      const compound c{whole};
      code_ = c.code();
      size_ = c.size();
      first_ = c.parts().data();
    } else if (whole.is(kind::pair)) {
      open_list(whole);
    }
  }

  /// Tells one label and arity, or length, from others. 0: there are no fields.
  [[nodiscard]] std::uint64_t code() const noexcept { return code_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const term& operator[](std::size_t i) const noexcept {
    return first_ != nullptr ? first_[i] : *heads_[i];
  }

  /// Whether the code says all about this part of the term.
  [[nodiscard]] bool is_frame(const term& part) const noexcept {
    if (&part == whole_) return true;
    return first_ == nullptr &&
           std::any_of(heads_.begin(), heads_.begin() + static_cast<std::ptrdiff_t>(size_),
                       [&](const term* head) { return head + 1 == &part; });  // a tail
  }
  [[nodiscard]] std::optional<std::size_t> index_of(const term& part) const noexcept {
    for (std::size_t i = 0; i < std::min(size_, max_size); ++i) {
      if (&(*this)[i] == &part) return i;
    }
    return std::nullopt;
  }

 private:
  void open_list(const term& whole) noexcept {
    const term* t = &whole;
    for (; t->is(kind::pair); t = heads_[size_++] + 1) {
      if (size_ == max_elements) return;
      heads_[size_] = compound{*t}.parts().data();
    }
    if (t->is(kind::nil)) code_ = compound{whole}.code() + size_;
  }

  const term* whole_ = nullptr;
  const term* first_ = nullptr;                  // of a record
  std::array<const term*, max_elements> heads_;  // of a list's pairs, as far as size_
  std::size_t size_ = 0;
  std::uint64_t code_ = 0;
};

}  // namespace souk::routing
