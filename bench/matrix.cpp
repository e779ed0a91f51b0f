// Recursive matrix multiplication: the data goes down with the processes and comes back by message.
#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

constexpr std::uint64_t most_rows_at_once = 16;

/// A square of integers, row by row: as bytes in a message, as a value everywhere else.
class matrix {
 public:
  explicit matrix(std::uint64_t rows) : rows_{rows}, values_(rows * rows, 0) {}
  matrix(std::uint64_t rows, const bytes& from) : matrix{rows} {
    if (from.data.size() != values_.size() * sizeof values_[0])
      throw wrong_count{"a part of the product has the wrong size"};
    std::memcpy(values_.data(), from.data.data(), from.data.size());
  }
  [[nodiscard]] bytes to_bytes() const {
    bytes all;
    all.data.resize(values_.size() * sizeof values_[0]);
    std::memcpy(all.data.data(), values_.data(), all.data.size());
    return all;
  }

  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t& at(std::uint64_t row, std::uint64_t column) {
    return values_[row * rows_ + column];
  }
  [[nodiscard]] std::uint64_t at(std::uint64_t row, std::uint64_t column) const {
    return values_[row * rows_ + column];
  }

  [[nodiscard]] matrix quarter(std::uint64_t row, std::uint64_t column) const {
    matrix part{rows_ / 2};
    for (std::uint64_t i = 0; i < part.rows_; ++i)
      for (std::uint64_t j = 0; j < part.rows_; ++j)
        part.at(i, j) = at(row * part.rows_ + i, column * part.rows_ + j);
    return part;
  }
  void add_to_quarter(std::uint64_t row, std::uint64_t column, const matrix& part) {
    for (std::uint64_t i = 0; i < part.rows_; ++i)
      for (std::uint64_t j = 0; j < part.rows_; ++j)
        at(row * part.rows_ + i, column * part.rows_ + j) += part.at(i, j);
  }
  friend matrix operator*(const matrix& a, const matrix& b) {
    matrix c{a.rows_};
    for (std::uint64_t i = 0; i < c.rows_; ++i)
      for (std::uint64_t k = 0; k < c.rows_; ++k)
        for (std::uint64_t j = 0; j < c.rows_; ++j) c.at(i, j) += a.at(i, k) * b.at(k, j);
    return c;
  }
  /// Differs for nearly all others, and for the same values in other places.
  [[nodiscard]] std::uint64_t checksum() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t value : values_) sum = sum * 1'000'003 + value;
    return sum >> 1U;  // an integer of a message has a sign
  }

 private:
  std::uint64_t rows_;
  std::vector<std::uint64_t> values_;
};

/// The part of a process's product that one of its children has.
struct product {
  std::uint64_t parent;
  std::uint64_t part;  // row, column and summand: a bit each
  bytes values;
};
SOUK_RECORD(product, parent, part, values);

struct gathered {
  std::uint64_t missing;
  matrix all;
};

actions answer(std::uint64_t parent, std::uint64_t part, const matrix& c) {
  return {send_message(product{parent, part, c.to_bytes()}), quit()};
}

spawn_action multiplier(std::uint64_t me, std::uint64_t parent, std::uint64_t part, const matrix& a,
                        const matrix& b) {
  if (a.rows() <= most_rows_at_once) return spawn([=] { return answer(parent, part, a * b); });
  return spawn([=] {
    const std::uint64_t half = a.rows() / 2;
    transition<gathered> begin{
        gathered{8, matrix{a.rows()}},
        subscriber(topic<product>(me, _, _))
            .on_message([=](const product& p, gathered& g) -> actions {
              g.all.add_to_quarter(p.part >> 2U, (p.part >> 1U) & 1U, matrix{half, p.values});
              if (--g.missing > 0) return {};
              return answer(parent, part, g.all);
            })};
    for (std::uint64_t child = 0; child < 8; ++child) {
      const std::uint64_t row = child >> 2U;
      const std::uint64_t column = (child >> 1U) & 1U;
      const std::uint64_t summand = child & 1U;
      begin.actions.append(multiplier(me * 8 + child + 1, me, child, a.quarter(row, summand),
                                      b.quarter(summand, column)));
    }
    return begin;
  });
}

// Starts the multiplication when it is told to, and compares. Its number is 0.
spawn_action examiner(const matrix& a, const matrix& b) {
  return spawn([=, rows = a.rows()] {
    return actions{
        subscriber(topic<go>(_)).on_message([=](const go&) { return multiplier(1, 0, 0, a, b); }),
        subscriber(topic<product>(std::uint64_t{0}, _, _)).on_message([rows](const product& p) {
          return at_meta_level(send_message(tally{matrix{rows, p.values}.checksum()}));
        })};
  });
}

outcome run(const options& chosen) {
  const std::uint64_t rows = std::bit_floor(chosen.size);
  matrix a{rows};
  matrix b{rows};
  for (std::uint64_t i = 0; i < rows; ++i) {
    for (std::uint64_t j = 0; j < rows; ++j) {
      a.at(i, j) = i * 7 + j;
      b.at(i, j) = i + j * 5;
    }
  }
  market m{chosen, nullptr, examiner(a, b)};
  const elapsed took = m.run(send_message(go{rows}));
  m.expect_reports((a * b).checksum(), "as checksum of the product");
  const auto n = static_cast<double>(rows);
  return {n * n * n, took};
}

}  // namespace

constinit const workload matrix_multiply{
    .name = "matrix-multiply",
    .unit = "multiply-adds/s",
    .measures =
        "two matrices are quartered until they are small; the products come back by message",
    .does_not_mean = "the speed of a matrix library: parts are copied at every level",
    .size_of = "rows, a power of two",
    .size = 128,
    .count = 0,
    .parallel_count = 0,
    .count_is_fixed = true,
    .run = run};

}  // namespace souk::bench
