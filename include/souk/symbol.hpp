// Symbols: names that compare in one instruction.
//
// An interned symbol is its name: symbol{"says"} is the same everywhere. A fresh one
// (fresh_symbol("user")) has a name but is equal only to itself, and costs no memory.
// Threads: any. Interned names live as long as the program.
#pragma once

#include <souk/export.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace souk {

class SOUK_EXPORT symbol {
 public:
  /// The symbol with the empty name.
  constexpr symbol() noexcept = default;
  /// The symbol of that name.
  explicit symbol(std::string_view name);
  /// From what base() and serial() gave.
  constexpr symbol(std::uint32_t base, std::uint64_t serial) noexcept
      : serial_{serial}, base_{base} {}

  /// The name as people read it: "says", "user63".
  [[nodiscard]] std::string name() const;
  /// The interned part of the name: "says", "user".
  [[nodiscard]] std::string_view base_name() const noexcept;
  [[nodiscard]] constexpr std::uint32_t base() const noexcept { return base_; }
  /// 0: interned. Otherwise what tells this fresh symbol from the others.
  [[nodiscard]] constexpr std::uint64_t serial() const noexcept { return serial_; }

  friend constexpr bool operator==(symbol, symbol) noexcept = default;

 private:
  std::uint64_t serial_ = 0;
  std::uint32_t base_ = 0;
};

/// A symbol that is equal to no other (the original's gensym). Its name is `base` and a number.
[[nodiscard]] SOUK_EXPORT symbol fresh_symbol(std::string_view base);

namespace literals {
/// "says"_sym
[[nodiscard]] inline symbol operator""_sym(const char* name, std::size_t size) {
  return symbol{std::string_view{name, size}};
}
}  // namespace literals

}  // namespace souk

template <>
struct std::hash<souk::symbol> {
  std::size_t operator()(souk::symbol s) const noexcept {
    return (std::size_t{s.base()} + s.serial() * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
  }
};
