// Host objects in a journal: objects of the program, which no text can be read as. They have
// numbers there, in the order in which they first came in. A replay makes a stand-in for each: an
// object that is equal to itself, and holds nothing.
//
//     #s(souk-source 3)    the event source that the third endpoint to ask for one asked for
//     #s(souk-host 2)      the second object that a value of a source brought in
//
// Threads    One at a time.
#pragma once

#include <souk/term.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

namespace souk {

/// The term with what `instead_of` replaces replaced, the outermost first.
[[nodiscard]] term rewrite(const term& t,
                           const std::function<std::optional<term>(const term&)>& instead_of);

[[nodiscard]] term source_name(std::uint64_t number);
/// The number in it; nothing if it is no such name.
[[nodiscard]] std::optional<std::uint64_t> source_number(const term& name);

/// Gives numbers to host objects. It keeps none of them.
class host_names {
 public:
  /// The term with names for its host objects.
  [[nodiscard]] term name(const term& value);

 private:
  std::map<std::weak_ptr<const void>, std::uint64_t, std::owner_less<>> numbers_;
};

/// Makes stand-ins for them.
class stand_ins {
 public:
  /// The term with stand-ins for the names.
  [[nodiscard]] term put_in(const term& named);

 private:
  std::unordered_map<std::uint64_t, term> made_;
};

}  // namespace souk
