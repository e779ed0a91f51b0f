// What custodians say, held against what the heap says, where that is jemalloc.
#include "tests/custodian/support.hpp"

#include <souk/detail/account.hpp>

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

/// jemalloc takes what a thread keeps at hand for allocated.
extern "C" const char* malloc_conf;  // NOLINT(misc-definitions-in-headers)
const char* malloc_conf = "tcache:false";

extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size,
                                     void* new_value, std::size_t new_size);

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using detail::account;

class Heap : public OnEachVm {
 public:
  void SetUp() override {
    if (mallctl == nullptr) GTEST_SKIP() << "this program is not linked with jemalloc";
    bool keeps_blocks_at_hand = true;
    std::size_t size = sizeof keeps_blocks_at_hand;
    ASSERT_EQ(mallctl("opt.tcache", &keeps_blocks_at_hand, &size, nullptr, 0), 0);
    ASSERT_FALSE(keeps_blocks_at_hand) << "malloc_conf, above, was not read";
  }
};
INSTANTIATE_TEST_SUITE_P(Vm, Heap, ::testing::ValuesIn(all_kinds()), name_of);

/// The bytes that all threads together have allocated and not freed.
std::int64_t live_bytes() {
  std::uint64_t epoch = 1;
  EXPECT_EQ(mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch), 0) << "figures as of now";
  std::size_t allocated = 0;
  std::size_t size = sizeof allocated;
  EXPECT_EQ(mallctl("stats.allocated", &allocated, &size, nullptr, 0), 0);
  return static_cast<std::int64_t>(allocated);
}

using kept = std::vector<term, allocator<term>>;

/// A process with two endpoints, a state, and what it was sent.
spawn_action keeper(int i) {
  return spawn([i] {
    return transition(
        kept{}, publisher(list("keeper"_sym, i)),
        subscriber(list("keep"_sym, i % 100, _)).on_message([](const term& m, kept& s) {
          s.push_back(list(m, m));
        }));
  });
}

actions keepers() {
  actions made;
  for (int i = 0; i < 3'000; ++i) made.append(keeper(i));
  for (int i = 0; i < 20; ++i) {
    made.append(spawn_vm([i] {
      return transition(
          kept{},
          at_meta_level(subscriber(list("keep"_sym, i, _)).on_message([](const term& m, kept& s) {
            s.push_back(list(m, m));
          })));
    }));
  }
  return made;
}

// What is not accounted: what threads keep at hand (bounded, so it is little beside much), the
// places of processes in the tables of their shards, the queues of shards and what they plan with,
// and in the functional VM the listing of whose turn it is.
TEST_P(Heap, HasThreeInAHundredMoreThanIsAccounted) {
  const std::int64_t before = live_bytes();
  const std::int64_t accounted = account::bytes_taken();
  vm v{options(), spawn([] { return keepers(); })};
  v.run_until_inert();
  for (int i = 0; i < 2'000; ++i) send(v, list("keep"_sym, i % 100, std::string(12'000, 'x')));
  const std::int64_t by_custodians = account::bytes_taken() - accounted;
  const std::int64_t beside = live_bytes() - before - by_custodians;
  RecordProperty("accounted", std::to_string(by_custodians));
  RecordProperty("beside", std::to_string(beside));
  EXPECT_GT(by_custodians, std::int64_t{30'000'000});
  EXPECT_LT(std::abs(beside), by_custodians * 3 / 100)
      << beside << " bytes are not accounted, beside " << by_custodians << " that are";
}

std::int64_t resident_bytes() {
  std::ifstream status{"/proc/self/statm"};
  std::int64_t size = 0;
  std::int64_t resident = 0;
  status >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST_P(Heap, GivesBackToTheSystemWhatAVmHadSoon) {
  constexpr std::int64_t much = std::int64_t{128} << 20;
  std::optional<custodian> users;
  vm v = run(subscriber("stay"_sym), spawn([&users] {
               users = make_custodian();
               return spawn_vm([] {
                        std::vector<term> all;
                        for (std::int64_t i = 0; i < much / 1024; ++i)
                          all.emplace_back(std::string(1'000, 'x'));
                        return transition(std::move(all), at_meta_level(subscriber("x"_sym)));
                      })
                   .under(*users);
             }));
  const std::int64_t full = resident_bytes();
  const auto began = std::chrono::steady_clock::now();
  users->shut_down("stop"_sym);
  v.run_until_inert();
  const auto is_back = [full] { return resident_bytes() < full - much * 9 / 10; };
  // Of itself jemalloc gives half of it back in five seconds, and all in ten.
  const auto deadline = began + std::chrono::seconds{2};
  while (!is_back() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(is_back()) << full << " bytes before, " << resident_bytes() << " after";
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  RecordProperty("milliseconds", std::to_string(took.count()));
}

}  // namespace
}  // namespace souk
