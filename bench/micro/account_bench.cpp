// What charging costs: blocks of 64 bytes, taken and given back, plain and accounted.
//
// "recent" gives a block back before it takes the next one; "many" takes 4,096 and then gives them
// back, which is more than a thread keeps at hand. For the heap that the command uses, run it as
//     LD_PRELOAD=libjemalloc.so.2 souk_micro --benchmark_filter=account
#include <benchmark/benchmark.h>

#include <souk/detail/account.hpp>

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace souk::bench {
namespace {

using detail::account;
using detail::account_scope;

constexpr std::size_t size = 64;
constexpr std::size_t many = 4096;

/// An account inside others, the outermost of them with a limit that is far away.
class nested_accounts {
 public:
  nested_accounts(std::size_t depth, bool limited) {
    chain_.push_back(&account::open());
    if (limited) chain_.front()->limit_memory(std::uint64_t{1} << 40);
    while (chain_.size() < depth) chain_.push_back(&account::open(*chain_.back()));
  }
  ~nested_accounts() {
    for (; !chain_.empty(); chain_.pop_back()) chain_.back()->close();
  }
  nested_accounts(const nested_accounts&) = delete;
  nested_accounts& operator=(const nested_accounts&) = delete;

  [[nodiscard]] account& innermost() const { return *chain_.back(); }

 private:
  std::vector<account*> chain_;
};

struct plain {
  static void* take() { return ::operator new(size); }
  static void give_back(void* block) { ::operator delete(block); }
};
struct accounted {
  static void* take() { return account::take_on_current(size).memory; }
  static void give_back(void* block) { account::current().give_back(block, size); }
};

template <class Heap>
void recent(benchmark::State& state) {
  for (auto _ : state) {
    void* const block = Heap::take();
    benchmark::DoNotOptimize(block);
    Heap::give_back(block);
  }
}

template <class Heap>
void all_of_many(benchmark::State& state) {
  std::vector<void*> blocks(many);
  for (auto _ : state) {
    for (void*& block : blocks) block = Heap::take();
    for (void* const block : blocks) Heap::give_back(block);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * many));
}

void account_plain_recent(benchmark::State& state) { recent<plain>(state); }
BENCHMARK(account_plain_recent);
void account_plain_many(benchmark::State& state) { all_of_many<plain>(state); }
BENCHMARK(account_plain_many);

// Arguments: how deep, and whether there is a limit.
void account_recent(benchmark::State& state) {
  const nested_accounts all{static_cast<std::size_t>(state.range(0)), state.range(1) != 0};
  const account_scope pays{all.innermost()};
  recent<accounted>(state);
}
BENCHMARK(account_recent)->Args({1, 0})->Args({1, 1})->Args({100, 1});
void account_many(benchmark::State& state) {
  const nested_accounts all{static_cast<std::size_t>(state.range(0)), state.range(1) != 0};
  const account_scope pays{all.innermost()};
  all_of_many<accounted>(state);
}
BENCHMARK(account_many)->Args({1, 0})->Args({1, 1})->Args({100, 1});

/// What another account paid for.
void account_of_another(benchmark::State& state) {
  const nested_accounts all{2, false};
  const nested_accounts others{1, false};
  const account_scope pays{all.innermost()};
  account& other = others.innermost();
  for (auto _ : state) {
    void* block = nullptr;
    {
      const account_scope theirs{other};
      block = account::take_on_current(size).memory;
    }
    benchmark::DoNotOptimize(block);
    other.give_back(block, size);
  }
}
BENCHMARK(account_of_another);

}  // namespace
}  // namespace souk::bench
