// The topic trie among 10^2 to 10^6 endpoints.
//
//   match_first     chat(room i, _, _) each once; a body reaches one of them
//   match_mixed     chat(room, _, _), chat(_, user, _) and chat(room, user, _); reaches about three
//   match_list      (room i says ?); reaches one, which is compared with it
//   cached_*        the same through a route_cache, with bodies of few topics, as of one process
//   cold_*          the same as match_*, but what the match before left in the caches is gone: what
//                   one match costs in a program that does other things. The body is new, and the
//                   code of the walk has just run, on another trie; that of a leaf mostly not.
//                   Includes reading the clock
//   random_access   one read of memory that was not read lately, whose address the read before
//                   said, from so many MiB: what each step of a match waits for at most
//   crowd           all endpoints have one topic, and all are reached
//   intersect_100   a topic that meets 100 of the endpoints
//   insert_remove   an endpoint comes and goes, and what it replaced is freed
//
// Bodies are drawn at random from 65,536, so that what a match reads is mostly not in the nearest
// cache. Counters: bytes charged for the trie an endpoint, and what the heap took for them.
#include "routing/trie.hpp"

#include <benchmark/benchmark.h>
#include <malloc.h>
#include <souk/detail/account.hpp>
#include <souk/souk.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

namespace souk::bench {
namespace {

using routing::graveyard;
using routing::route_cache;
using routing::target;
using routing::trie;

symbol numbered(const char* base, std::size_t i) { return symbol{symbol{base}.base(), i + 1}; }
symbol room(std::size_t i) { return numbered("room", i); }
symbol user(std::size_t i) { return numbered("user", i); }
term chat(const term& where, const term& who, const term& what) {
  static const symbol label{"chat"};
  return record(label, std::vector<term>{where, who, what});
}

using family = term (*)(std::size_t i, std::size_t n);
term by_room(std::size_t i, std::size_t /*n*/) { return chat(room(i), _, _); }
term by_list(std::size_t i, std::size_t /*n*/) {
  static const symbol says{"says"};
  return list(room(i), says, _);
}
term mixed(std::size_t i, std::size_t /*n*/) {
  switch (i % 3) {
    case 0: return chat(room(i / 3), _, _);
    case 1: return chat(_, user(i / 3), _);
    default: return chat(room(i / 3), user(i / 3), _);
  }
}
term grouped(std::size_t i, std::size_t /*n*/) { return chat(room(i / 100), user(i), _); }
term crowded(std::size_t /*i*/, std::size_t /*n*/) { return chat(room(1), _, _); }

class filled {
 public:
  filled(std::size_t n, family topic_of) {
    topics.reserve(n);
    for (std::size_t i = 0; i < n; ++i) topics.push_back({topic_of(i, n)});
    const std::size_t heap_before = mallinfo2().uordblks + mallinfo2().hblkhd;
    const detail::account_scope pays{payer};
    for (const target& t : topics) {
      graveyard graves;
      now = now.with(t, graves);
    }
    heap = mallinfo2().uordblks + mallinfo2().hblkhd - heap_before;
  }
  filled(const filled&) = delete;
  filled& operator=(const filled&) = delete;
  ~filled() {
    {
      graveyard graves;
      trie{now}.clear(graves);
    }
    payer.close();
  }

  void count(benchmark::State& state) const {
    const auto n = static_cast<double>(topics.size());
    state.counters["B_each"] = static_cast<double>(payer.live_bytes()) / n;
    state.counters["heapB_each"] = static_cast<double>(heap) / n;
  }

  std::vector<target> topics;
  detail::account& payer = detail::account::open();
  trie now;
  std::size_t heap = 0;
};

constexpr std::size_t many = 1 << 16;  // draws are of powers of two: a division would show

template <class Body>
std::vector<term> draw(std::size_t count, std::size_t below, const Body& body) {
  std::mt19937_64 dice{17};
  std::vector<term> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) all.push_back(body(dice() % below, i));
  return all;
}

void ask(benchmark::State& state, const filled& in, const std::vector<term>& bodies) {
  std::vector<const target*> found;
  std::size_t next = 0;
  std::size_t reached = 0;
  for (auto _ : state) {
    found.clear();
    in.now.match(bodies[next++ & (bodies.size() - 1)], found);
    reached += found.size();
  }
  in.count(state);
  state.counters["reached"] =
      static_cast<double>(reached) / static_cast<double>(state.iterations());
}

void ask_cached(benchmark::State& state, const filled& in, const std::vector<term>& bodies) {
  route_cache cache;
  std::size_t next = 0;
  std::size_t reached = 0;
  for (auto _ : state) reached += cache.find(in.now, bodies[next++ & (bodies.size() - 1)]).size();
  state.counters["reached"] =
      static_cast<double>(reached) / static_cast<double>(state.iterations());
}

std::size_t size_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}
const auto rooms_body = [](std::size_t k, std::size_t i) { return chat(room(k), user(i), "hi"); };
const auto mixed_body = [](std::size_t k, std::size_t) { return chat(room(k), user(k), "hi"); };
const auto list_body = [](std::size_t k, std::size_t) {
  static const symbol says{"says"};
  return list(room(k), says, "hi");
};

void match_first(benchmark::State& state) {
  const filled in{size_of(state), by_room};
  ask(state, in, draw(many, size_of(state), rooms_body));
}
void match_mixed(benchmark::State& state) {
  const filled in{size_of(state), mixed};
  ask(state, in, draw(many, size_of(state) / 3, mixed_body));
}
void match_list(benchmark::State& state) {
  const filled in{size_of(state), by_list};
  ask(state, in, draw(many, size_of(state), list_body));
}
BENCHMARK(match_first)->RangeMultiplier(10)->Range(100, 1'000'000);
BENCHMARK(match_mixed)->RangeMultiplier(10)->Range(100, 1'000'000);
BENCHMARK(match_list)->RangeMultiplier(10)->Range(100, 1'000'000);

// In each round all of it is read, which is more than the caches hold.
class eviction {
 public:
  void run() {
    for (std::uint64_t& word : lines_) benchmark::DoNotOptimize(word += 1);
  }

 private:
  std::vector<std::uint64_t> lines_ = std::vector<std::uint64_t>((std::size_t{64} << 20) / 8);
};

template <class Body>
void ask_cold(benchmark::State& state, family topic_of, std::size_t below, const Body& body) {
  using clock = std::chrono::steady_clock;
  const filled in{size_of(state), topic_of};
  const filled small{10, topic_of};
  eviction caches;
  std::mt19937_64 dice{17};
  std::vector<const target*> found;
  for (auto _ : state) {
    caches.run();
    const term asked = body(dice() % below, 1);
    found.clear();
    small.now.match(asked, found);
    found.clear();
    const auto start = clock::now();
    in.now.match(asked, found);
    state.SetIterationTime(std::chrono::duration<double>(clock::now() - start).count());
  }
}
void cold_first(benchmark::State& state) { ask_cold(state, by_room, size_of(state), rooms_body); }
void cold_mixed(benchmark::State& state) { ask_cold(state, mixed, size_of(state) / 3, mixed_body); }
void cold_list(benchmark::State& state) { ask_cold(state, by_list, size_of(state), list_body); }
BENCHMARK(cold_first)->Arg(1'000)->Arg(1'000'000)->Iterations(200)->UseManualTime();
BENCHMARK(cold_mixed)->Arg(1'000)->Arg(1'000'000)->Iterations(200)->UseManualTime();
BENCHMARK(cold_list)->Arg(1'000)->Arg(1'000'000)->Iterations(200)->UseManualTime();

void random_access(benchmark::State& state) {
  struct alignas(64) line {
    const line* next = nullptr;
  };
  std::vector<line> lines((size_of(state) << 20) / sizeof(line));
  std::vector<std::uint32_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::shuffle(order, std::mt19937_64{17});
  for (std::size_t i = 0; i < order.size(); ++i) {
    lines[order[i]].next = &lines[order[(i + 1) % order.size()]];
  }
  const line* at = lines.data();
  for (auto _ : state) benchmark::DoNotOptimize(at = at->next);
}
BENCHMARK(random_access)->Arg(1)->Arg(8)->Arg(64)->Arg(256);

void cached_first(benchmark::State& state) {
  const filled in{size_of(state), by_room};
  ask_cached(state, in, draw(16, size_of(state), rooms_body));
}
void cached_mixed(benchmark::State& state) {
  const filled in{size_of(state), mixed};
  ask_cached(state, in, draw(16, size_of(state) / 3, mixed_body));
}
void cached_list(benchmark::State& state) {
  const filled in{size_of(state), by_list};
  ask_cached(state, in, draw(16, size_of(state), list_body));
}
BENCHMARK(cached_first)->Arg(1'000)->Arg(1'000'000);
BENCHMARK(cached_mixed)->Arg(1'000)->Arg(1'000'000);
BENCHMARK(cached_list)->Arg(1'000)->Arg(1'000'000);

// A handful of topics, as of a small VM: #s(ping 17), or #s(to w-3 17) where the first field
// selects.
void cached_record(benchmark::State& state) {
  const filled in{
      4, [](std::size_t i, std::size_t) {
        return make_record(i == 0 ? "ping" : i == 1 ? "pong" : i == 2 ? "go" : "end", _);
      }};
  ask_cached(state, in, draw(16, 1, [](std::size_t, std::size_t i) {
               return make_record("ping", static_cast<std::int64_t>(i));
             }));
}
void cached_alone(benchmark::State& state) {
  const filled in{1, [](std::size_t, std::size_t) { return make_record("ping", _); }};
  ask_cached(state, in, draw(16, 1, [](std::size_t, std::size_t i) {
               return make_record("ping", static_cast<std::int64_t>(i));
             }));
}
void cached_selected(benchmark::State& state) {
  const filled in{size_of(state),
                  [](std::size_t i, std::size_t) { return make_record("to", room(i), _); }};
  ask_cached(state, in, draw(64, size_of(state), [](std::size_t k, std::size_t i) {
               return make_record("to", room(k), static_cast<std::int64_t>(i));
             }));
}
BENCHMARK(cached_alone);
BENCHMARK(cached_record);
BENCHMARK(cached_selected)->Arg(4)->Arg(120)->Arg(1'000);

void crowd(benchmark::State& state) {
  const filled in{size_of(state), crowded};
  ask_cached(state, in,
             draw(16, 1, [](std::size_t, std::size_t i) { return chat(room(1), user(i), "hi"); }));
  in.count(state);
}
BENCHMARK(crowd)->Arg(2)->Arg(10)->Arg(100)->Arg(1'000)->Arg(100'000);

void intersect_100(benchmark::State& state) {
  const filled in{size_of(state), grouped};
  const auto topics = draw(1024, size_of(state) / 100,
                           [](std::size_t k, std::size_t) { return chat(room(k), _, _); });
  std::vector<std::pair<const target*, term>> found;
  std::size_t next = 0;
  for (auto _ : state) {
    found.clear();
    in.now.intersect(topics[next++ & (topics.size() - 1)], found);
  }
  in.count(state);
  state.counters["met"] = static_cast<double>(found.size());
}
BENCHMARK(intersect_100)->RangeMultiplier(10)->Range(100, 1'000'000);

void insert_remove(benchmark::State& state) {
  filled in{size_of(state), by_room};
  std::mt19937_64 dice{17};
  for (auto _ : state) {
    const target& t = in.topics[dice() % in.topics.size()];
    graveyard graves;
    in.now = in.now.without(t, graves);
    in.now = in.now.with(t, graves);
  }
}
BENCHMARK(insert_remove)->RangeMultiplier(10)->Range(100, 1'000'000);

}  // namespace
}  // namespace souk::bench
