// Random topics and bodies, from a seed: few atoms and few variables, so that they often meet.
#pragma once

#include <souk/term.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace souk::testing {

class random_topics {
 public:
  explicit random_topics(std::uint64_t seed) : dice_{seed} {}

  /// A number below `end`.
  [[nodiscard]] std::size_t below(std::size_t end) { return dice_() % end; }

  /// A pattern; with a `wildness` of 0 a ground term, with 10 mostly wildcards.
  [[nodiscard]] term pattern(std::size_t wildness, std::size_t levels = 3) {
    if (below(10) < wildness) return variable();
    if (levels == 0 || below(5) < 2) return atom();
    const auto part = [&] { return pattern(wildness, levels - 1); };
    switch (below(6)) {
      case 0: return cons(part(), part());
      case 1: return list(part(), part(), part());
      case 2: return make_vector(part(), part());
      case 3: return make_record("r", part());
      case 4: return below(4) == 0 ? make_record("r") : make_record("r", part(), part());
      default: return below(4) == 0 ? make_vector() : make_record("s", part(), part());
    }
  }
  [[nodiscard]] term topic() { return pattern(below(4)); }
  [[nodiscard]] term body() { return pattern(below(2) == 0 ? 0 : below(4)); }

  /// The same shape with some parts replaced: what nearly matches.
  [[nodiscard]] term varied(const term& t) {
    if (below(8) == 0) return below(2) == 0 ? variable() : atom();
    std::vector<term> parts;
    for (const term& part : t.parts()) parts.push_back(varied(part));
    switch (t.which()) {
      case kind::pair: return cons(parts[0], parts[1]);
      case kind::vector: return vector(parts);
      case kind::record: return record(t.label(), parts);
      case kind::wildcard: return below(2) == 0 ? t : atom();
      default: return t;
    }
  }

 private:
  [[nodiscard]] term atom() {
    static const std::array<term, 14> atoms{symbol{"a"},
                                            symbol{"b"},
                                            1,
                                            1.0,
                                            "1",
                                            bytes{"1"},
                                            fault{"1"},
                                            true,
                                            false,
                                            nil,
                                            pid{1, 1},
                                            "a text of more than 14 bytes",
                                            "another text of more than 14 bytes",
                                            host_object(std::make_shared<int>(1))};
    return atoms.at(below(atoms.size()));
  }
  [[nodiscard]] term variable() {
    switch (below(6)) {
      case 0: return var("x");
      case 1: return var("y");
      case 2: return wildcard{below(2)};
      default: return _;
    }
  }

  std::mt19937_64 dice_;
};

}  // namespace souk::testing
