// Terms: made, copied, compared, hashed, converted.
//
// The terms are of the size of a usual message, in caches, and used by one thread. So the figures
// are neither those of large terms nor of terms that several threads share.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <souk/souk.hpp>
#include <string>

namespace souk::bench {
namespace {

struct price {
  std::int64_t cents;
};
SOUK_RECORD(price, cents);
struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

void atom_copy(benchmark::State& state) {
  const term original{17};
  for (auto _ : state) {
    term copy{original};
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(atom_copy);

void record_create(benchmark::State& state) {
  const symbol label{"price"};
  std::int64_t n = 0;
  for (auto _ : state) {
    const std::array<term, 1> fields{term{n++}};
    term made = record(label, fields);
    benchmark::DoNotOptimize(made);
  }
}
BENCHMARK(record_create);

void record_copy(benchmark::State& state) {
  const term original{price{17}};
  for (auto _ : state) {
    term copy{original};
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(record_copy);

void list_create(benchmark::State& state) {
  const symbol who{"alice"};
  for (auto _ : state) {
    term made = list(who, symbol{"says"}, "hello");
    benchmark::DoNotOptimize(made);
  }
}
BENCHMARK(list_create);

void long_string_create(benchmark::State& state) {
  const std::string text(100, 'x');
  for (auto _ : state) {
    term made{text};
    benchmark::DoNotOptimize(made);
  }
}
BENCHMARK(long_string_create);

void record_equal(benchmark::State& state) {
  const term left{says{symbol{"alice"}, "hello"}};
  const term right{says{symbol{"alice"}, "hello"}};
  for (auto _ : state) benchmark::DoNotOptimize(left == right);
}
BENCHMARK(record_equal);

void record_differs(benchmark::State& state) {
  const term left{price{17}};
  const term right{price{18}};
  for (auto _ : state) benchmark::DoNotOptimize(left == right);
}
BENCHMARK(record_differs);

void record_hash(benchmark::State& state) {
  const term t{says{symbol{"alice"}, "hello"}};
  for (auto _ : state) benchmark::DoNotOptimize(t.hash());
}
BENCHMARK(record_hash);

void symbol_intern(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(symbol{"presence"});
}
BENCHMARK(symbol_intern);

void struct_to_term(benchmark::State& state) {
  std::int64_t n = 0;
  for (auto _ : state) {
    term made{price{n++}};
    benchmark::DoNotOptimize(made);
  }
}
BENCHMARK(struct_to_term);

void struct_from_term(benchmark::State& state) {
  const term t{price{17}};
  for (auto _ : state) {
    auto found = t.as<price>();
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(struct_from_term);

void struct_from_term_with_text(benchmark::State& state) {
  const term t{says{symbol{"alice"}, "hello, is anybody here?"}};
  for (auto _ : state) {
    auto found = t.as<says>();
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(struct_from_term_with_text);

void struct_from_other_term(benchmark::State& state) {
  const term t{price{17}};
  for (auto _ : state) {
    auto found = t.as<says>();
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(struct_from_other_term);

}  // namespace
}  // namespace souk::bench
