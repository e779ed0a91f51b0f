// The end of a parallel VM, and of what is in it: all that it has is given back, whatever it was
// doing at that moment.
#include "tests/parallel/dense_system.hpp"
#include "tools/check/random_system.hpp"

#include <souk/detail/account.hpp>
#include <souk/souk.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using detail::account;

vm_options parallel(std::uint64_t seed, unsigned workers = 4) {
  return {.kind = vm_kind::parallel, .seed = seed, .workers = workers};
}

/// What is held by nobody but the program is the same after `f` as before.
template <class F>
void leaves_nothing(F f) {
  f();  // what is made once, symbols and the like
  const std::uint64_t before = account::current().live_bytes();
  f();
  EXPECT_EQ(account::current().live_bytes(), before);
}

TEST(End, OfAVmAtRestGivesAllBack) {
  leaves_nothing([] {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      vm market{parallel(seed), tool::random_system(seed)};
      market.run_until_inert();
      for (const send_message& each : tool::random_messages(seed)) market.inject(each);
      market.run_until_inert();
    }
  });
}

// Never run, only told something: its workers are in the middle of it.
TEST(End, OfAVmThatStillRunsGivesAllBack) {
  leaves_nothing([] {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      vm market{parallel(seed), seed % 2 == 0 ? tool::random_system(seed) : dense_system(seed)};
      market.inject(send_message(list("all"_sym, 0, 1)));
    }
  });
}

// Counts the states that live.
struct counted {
  explicit counted(std::atomic<int>& to) : lives{&to} { ++*lives; }
  counted(const counted& other) : lives{other.lives} { ++*lives; }
  counted& operator=(const counted&) = delete;
  ~counted() { --*lives; }
  std::atomic<int>* lives;
};

auto nested_forever(std::atomic<int>& lives) {
  return [&lives] {
    actions first{subscriber("stay"_sym),
                  spawn([&lives] { return transition(counted{lives}, subscriber("stay"_sym)); })};
    // Goes on for ever: a new nested VM for each that was made.
    first.append(subscriber("more"_sym).on_message([&lives](const term&) {
      return actions{spawn_vm([&lives] {
        return transition(counted{lives}, subscriber("stay"_sym),
                          at_meta_level(send_message("more"_sym)));
      })};
    }));
    first.append(send_message("more"_sym));
    first.append(send_message("more"_sym));
    return transition(counted{lives}, std::move(first));
  };
}

// VM-6
TEST(End, OfAVmEndsTheVmsInsideEvenThoseJustMade) {
  std::atomic<int> lives{0};
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    {
      vm market{parallel(seed), spawn(nested_forever(lives)), spawn_vm(nested_forever(lives)),
                spawn_vm(spawn_vm(nested_forever(lives)))};
      market.inject(send_message("stay"_sym));
      while (lives < 20) std::this_thread::yield();
    }
    ASSERT_EQ(lives, 0) << "seed " << seed;
  }
}

// GC-1, GC-3
TEST(End, OfNestedVmsThatAreIdleIsTheirCollection) {
  std::atomic<int> lives{0};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    vm market{parallel(seed), subscriber("stay"_sym), spawn([&lives] {
                actions all;
                for (int i = 0; i < 20; ++i) {
                  all.append(spawn_vm([&lives] {
                    return transition(counted{lives}, spawn([&lives] {
                                        return transition(counted{lives}, yield([] {
                                                            return yield([] { return actions{}; });
                                                          }));
                                      }));
                  }));
                }
                return all;
              })};
    market.run_until_inert();
    EXPECT_EQ(lives, 0) << "seed " << seed;
  }
}

TEST(End, OfAVmThatWasNeverRunIsNothing) {
  leaves_nothing([] { const vm market{parallel(0), dense_system(1)}; });
}

}  // namespace
}  // namespace souk
