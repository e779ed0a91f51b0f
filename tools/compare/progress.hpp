// What is under way and how long the rest takes: a bar on a terminal, lines elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "tools/bench/output.hpp"

namespace souk::tool {

/// "about 65 s left", "about 3 min left", "nearly done"
[[nodiscard]] std::string time_left(double seconds);

/// Threads: one. Writes to standard error.
class progress {
 public:
  using clock = std::chrono::steady_clock;

  /// `seconds`: what all of it is expected to take, as long as nothing better is known.
  explicit progress(double seconds) : expected_seconds_{seconds} {}

  /// From what was measured: so much is left from now on.
  void expect_left(double seconds) noexcept { expected_seconds_ = elapsed() + seconds; }
  /// On a terminal the bar, now.
  void show(const std::string& what) const;
  /// A new part of the work: a line where there is no terminal.
  void begin_part(const std::string& what) const;
  /// Takes the bar away.
  void clear() const { line_.clear(); }
  /// Something that stays to be read.
  void remark(const std::string& text) const;

  [[nodiscard]] double elapsed() const noexcept {
    return std::chrono::duration<double>{clock::now() - start_}.count();
  }
  [[nodiscard]] double left() const noexcept;

 private:
  clock::time_point start_ = clock::now();
  double expected_seconds_;
  progress_line line_;
};

}  // namespace souk::tool
