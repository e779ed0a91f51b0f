// What `souk bench` prints with: numbers for people, what was measured, a line of progress.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace souk::tool {

/// Repetitions of one thing. Pre, for what asks: there is one.
class sample {
 public:
  void add(double value);

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] double least() const { return values_.front(); }
  [[nodiscard]] double most() const { return values_.back(); }
  [[nodiscard]] double median() const;

 private:
  std::vector<double> values_;  // in ascending order
};

/// "1,234,567"
[[nodiscard]] std::string grouped(double value);

/// Commit, compiler, flags, processor; and a warning, if the build is not one to measure.
void print_build();
void add_build(nlohmann::ordered_json& line);

/// A line on a terminal that says what is under way, and goes when it is no longer true. It is cut
/// where the terminal ends.
class progress_line {
 public:
  progress_line();
  void show(const std::string& text) const;
  void clear() const { show(""); }
  /// Whether there is a terminal to show it on.
  [[nodiscard]] bool is_shown() const noexcept { return shown_; }

 private:
  bool shown_;
};

}  // namespace souk::tool
