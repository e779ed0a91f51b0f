// Trees of processes, each of which waits for its children: skynet and n-queens.
#include <algorithm>
#include <bit>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

/// What a child tells its parent at its end.
struct sum {
  std::uint64_t parent;
  std::uint64_t value;
};
SOUK_RECORD(sum, parent, value);

actions answer(std::uint64_t parent, std::uint64_t value) {
  return {send_message(sum{parent, value}), quit()};
}

struct gathered {
  std::uint64_t missing;
  std::uint64_t value;
};

/// What a process starts with that adds up the answers of so many children and then answers.
transition<gathered> gather(std::uint64_t me, std::uint64_t parent, std::uint64_t children) {
  return transition(
      gathered{children, 0},
      subscriber(topic<sum>(me, _)).on_message([parent](const sum& s, gathered& g) -> actions {
        g.value += s.value;
        if (--g.missing > 0) return {};
        return answer(parent, g.value);
      }));
}

/// Starts a tree when it is told to, and reports what its root answers. Its number is 0.
spawn_action gardener(const spawn_action& root) {
  return spawn([root] {
    return actions{subscriber(topic<go>(_)).on_message([root](const go&) { return root; }),
                   subscriber(topic<sum>(std::uint64_t{0}, _)).on_message([](const sum& s) {
                     return at_meta_level(send_message(tally{s.value}));
                   })};
  });
}

// skynet: each leaf answers with its number, and each other process has ten children.

constexpr std::uint64_t branches = 10;

spawn_action node(std::uint64_t me, std::uint64_t parent, std::uint64_t first,
                  std::uint64_t leaves) {
  if (leaves == 1) return spawn([=] { return answer(parent, first); });
  return spawn([=] {
    transition<gathered> begin = gather(me, parent, branches);
    const std::uint64_t share = leaves / branches;
    for (std::uint64_t i = 0; i < branches; ++i)
      begin.actions.append(node(me * branches + i + 1, me, first + i * share, share));
    return begin;
  });
}

outcome run_skynet(const options& chosen) {
  std::uint64_t leaves = 1;
  std::uint64_t all = 1;
  while (leaves * branches <= chosen.count) {
    leaves *= branches;
    all += leaves;
  }
  market m{chosen, nullptr, gardener(node(1, 0, 0, leaves))};
  const elapsed took = m.run(send_message(go{leaves}));
  m.expect_reports(leaves * (leaves - 1) / 2, "as sum of the numbers of all leaves");
  return {static_cast<double>(all), took};
}

// n-queens: a process for each way to fill the first rows, which tries all ways to fill the rest.

constexpr std::uint32_t rows_with_processes = 3;
constexpr std::uint64_t most_queens = 16;

struct board {
  std::uint32_t size;
  std::uint32_t row;
  std::uint32_t columns;  // a bit for each that a queen of the rows above holds, or its diagonals
  std::uint32_t left;
  std::uint32_t right;

  [[nodiscard]] std::uint32_t free() const noexcept {
    return ((1U << size) - 1U) & ~(columns | left | right);
  }
  [[nodiscard]] board with(std::uint32_t queen) const noexcept {
    return {size, row + 1, columns | queen, (left | queen) << 1U, (right | queen) >> 1U};
  }
};

template <class F>
void for_each_free(const board& b, F f) {
  for (std::uint32_t rest = b.free(); rest != 0; rest &= rest - 1) f(rest & (~rest + 1U));
}

std::uint64_t solutions(const board& b) {  // NOLINT(misc-no-recursion): as deep as the board
  if (b.row == b.size) return 1;
  std::uint64_t all = 0;
  for_each_free(b, [&](std::uint32_t queen) { all += solutions(b.with(queen)); });
  return all;
}

spawn_action solver(std::uint64_t me, std::uint64_t parent, const board& b) {
  const auto children = static_cast<std::uint64_t>(std::popcount(b.free()));
  if (b.row == std::min(rows_with_processes, b.size) || children == 0)
    return spawn([=] { return answer(parent, solutions(b)); });
  return spawn([=] {
    transition<gathered> begin = gather(me, parent, children);
    std::uint64_t child = me * most_queens;
    for_each_free(
        b, [&](std::uint32_t queen) { begin.actions.append(solver(++child, me, b.with(queen))); });
    return begin;
  });
}

outcome run_n_queens(const options& chosen) {
  if (chosen.size > most_queens)
    throw std::runtime_error{"a board of " + std::to_string(chosen.size) + " rows: at most " +
                             std::to_string(most_queens) + " can be done; use a smaller --size"};
  const board empty{static_cast<std::uint32_t>(chosen.size), 0, 0, 0, 0};
  market m{chosen, nullptr, gardener(solver(1, 0, empty))};
  const elapsed took = m.run(send_message(go{chosen.size}));
  const std::uint64_t expected = solutions(empty);
  m.expect_reports(expected, "solutions");
  return {static_cast<double>(expected), took};
}

}  // namespace

constinit const workload skynet{
    .name = "skynet",
    .unit = "processes/s",
    .measures =
        "a tree of processes, ten children each, whose leaves' numbers are added up to the root",
    .does_not_mean = "leaves/s: the processes above them, a tenth more, count as well",
    .size_of = "",
    .size = 0,
    .count = 1'000,
    .parallel_count = 100'000,
    .count_is_fixed = false,
    .run = run_skynet};

constinit const workload n_queens{
    .name = "n-queens",
    .unit = "solutions/s",
    .measures =
        "boards with three queens are shared out among as many processes, which do the rest",
    .does_not_mean = "the cost of messages: nearly all of its time is spent within handlers",
    .size_of = "queens",
    .size = 12,
    .count = 0,
    .parallel_count = 0,
    .count_is_fixed = true,
    .run = run_n_queens};

}  // namespace souk::bench
