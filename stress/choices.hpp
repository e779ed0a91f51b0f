// A sequence of choices that a trial is made of: drawn from a seed, or given.
//
// What is drawn is remembered, so the same trial can be had again, and a smaller one by a smaller
// sequence: where one is at its end every choice is 0, which stands for the simplest there is.
// Source: the byte streams of Hypothesis (MacIver, Donaldson, "Test-Case Reduction via Test-Case
// Generation", ECOOP 2020).
// Threads    One.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace souk::stress {

using sequence = std::vector<std::uint32_t>;

class choices {
 public:
  explicit choices(std::uint64_t seed) : dice_{std::in_place, seed} {}
  explicit choices(sequence given) : given_{std::move(given)} {}

  /// A number below that. Pre: it is not 0.
  [[nodiscard]] std::uint32_t draw(std::uint32_t below);
  [[nodiscard]] std::uint32_t draw(std::uint32_t least, std::uint32_t most) {
    return least + draw(most - least + 1);
  }
  /// Whether there is another one, of about that many.
  [[nodiscard]] bool more(std::uint32_t about) { return draw(about + 1) != 0; }
  /// True once in so many; given nothing, false.
  [[nodiscard]] bool once_in(std::uint32_t times) { return draw(times) == times - 1; }

  /// All that was drawn.
  [[nodiscard]] const sequence& made() const noexcept { return made_; }

  /// Which of them belong together, such as a process, a step: without these the rest still means
  /// what it meant.
  struct span {
    std::size_t begin;
    std::size_t end;

    friend bool operator==(const span&, const span&) = default;
  };
  [[nodiscard]] const std::vector<span>& spans() const noexcept { return spans_; }

  /// Calls `add` for one after the other of about so many, but no more than `most` times. Each is a
  /// span.
  template <class F>
  void repeat(std::uint32_t about, std::size_t most, F add) {
    for (; most > 0; --most) {
      const std::size_t begin = made_.size();
      if (!more(about)) return;
      add();
      spans_.push_back({begin, made_.size()});
    }
  }

  /// The same with one more, whatever is chosen.
  template <class F>
  void repeat_after_one(std::uint32_t about, std::size_t most, F add) {
    add();
    repeat(about, most - 1, add);
  }

 private:
  std::optional<std::mt19937_64> dice_{};
  sequence given_{};
  sequence made_{};
  std::vector<span> spans_{};
};

/// Numbers with points between them, as on the command line.
[[nodiscard]] std::string to_text(const sequence& made);
/// Nothing if it is no such text.
[[nodiscard]] std::optional<sequence> to_sequence(std::string_view text);

}  // namespace souk::stress
