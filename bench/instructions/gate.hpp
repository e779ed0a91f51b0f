// The counts of today beside those that were accepted: what has become dearer, and the verdict.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace souk::bench {

struct instruction_count {
  std::string name;
  std::uint64_t instructions;
};

/// What was accepted: counts, and the toolchain that they are of. Others count differently.
struct baseline {
  std::string toolchain;
  std::vector<instruction_count> counts;
};

class bad_baseline : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Lines that start with # are passed over. Throws bad_baseline with the line.
[[nodiscard]] baseline read_baseline(std::istream& in);
void write_baseline(std::ostream& out, const baseline& accepted);

enum class gate_verdict : std::uint8_t {
  same,    ///< within the tolerance
  fewer,   ///< less than that: worth accepting, so that it is not lost again
  more,    ///< fails
  is_new,  ///< nothing was accepted for it: fails
  gone     ///< it was accepted, and is not counted any more: fails
};

/// Part of what was accepted that may come on top, or off.
inline constexpr double gate_tolerance = 0.03;

struct gate_row {
  std::string name;
  std::uint64_t before;  ///< 0: none
  std::uint64_t now;     ///< 0: none
  gate_verdict verdict;

  /// Of what was accepted. Pre: there are both.
  [[nodiscard]] double change() const noexcept {
    return static_cast<double>(now) / static_cast<double>(before) - 1;
  }
};

/// In the order of `now`; what is gone comes last.
[[nodiscard]] std::vector<gate_row> compare_counts(std::span<const instruction_count> before,
                                                   std::span<const instruction_count> now);
[[nodiscard]] bool passes(std::span<const gate_row> rows) noexcept;
/// A table, the verdict, and the command that accepts.
void print_gate(std::ostream& out, std::span<const gate_row> rows, const std::string& accept);

}  // namespace souk::bench
