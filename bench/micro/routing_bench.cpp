// Patterns: whether a body reaches a topic, and what two topics have in common.
//
// One pair of terms at a time: not what it costs to find the topics that match among many.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <souk/souk.hpp>

namespace souk::bench {
namespace {

struct price {
  std::int64_t cents;
};
SOUK_RECORD(price, cents);

void match(benchmark::State& state, const term& body, const term& topic) {
  for (auto _ : state) benchmark::DoNotOptimize(matches(body, topic));
}
void meet(benchmark::State& state, const term& left, const term& right) {
  for (auto _ : state) benchmark::DoNotOptimize(intersection(left, right));
}

const term cents{price{17}};
const term any_price{topic<price>(_)};
const term other_label = make_record("offer", _);
const term chat = list(symbol{"alice"}, symbol{"says"}, "hello");
const term any_chat = list(_, symbol{"says"}, _);
const term echo = list(var("x"), symbol{"says"}, var("x"));

BENCHMARK_CAPTURE(match, ground_ground_equal, cents, term{price{17}});
BENCHMARK_CAPTURE(match, ground_ground_different, cents, term{price{18}});
BENCHMARK_CAPTURE(match, ground_wild, cents, any_price);
BENCHMARK_CAPTURE(match, ground_wild_other_label, cents, other_label);
BENCHMARK_CAPTURE(match, ground_anything, cents, term{_});
BENCHMARK_CAPTURE(match, list_wild, chat, any_chat);
BENCHMARK_CAPTURE(match, list_repeated_variable, chat, echo);

BENCHMARK_CAPTURE(meet, ground_ground, cents, term{price{17}});
BENCHMARK_CAPTURE(meet, ground_wild, cents, any_price);
BENCHMARK_CAPTURE(meet, wild_wild, any_price, term{topic<price>(_)});
BENCHMARK_CAPTURE(meet, wild_other_label, any_price, other_label);
BENCHMARK_CAPTURE(meet, lists, any_chat, list(symbol{"alice"}, _, _));
BENCHMARK_CAPTURE(meet, repeated_variables, any_chat, echo);

void make_canonical(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(canonical(any_chat));
}
BENCHMARK(make_canonical);

}  // namespace
}  // namespace souk::bench
