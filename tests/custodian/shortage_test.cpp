// When the machine is short of memory: who goes, and who stays.
#include "tests/custodian/support.hpp"

#include <souk/detail/account.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <limits>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::Contains;
using ::testing::Not;

class Shortage : public OnEachVm {
 public:
  /// So many bytes more than are taken now for all, and for this test only.
  void leave(std::uint64_t bytes) { all_.limit_memory(all_.usage().total + bytes); }
  void TearDown() override { all_.limit_memory(std::numeric_limits<std::uint64_t>::max()); }

 private:
  const custodian all_ = custodian::current();
};
INSTANTIATE_TEST_SUITE_P(Vm, Shortage, ::testing::ValuesIn(all_kinds()), name_of);

/// Keeps so much more at each tick.
actions grows(const std::string& name, std::size_t step) {
  return actions{
      present_as(name), spawn([step] {
        return transition(
            std::vector<term>{},
            at_meta_level(
                subscriber("tick"_sym).on_message([step](const term&, std::vector<term>& kept) {
                  kept.emplace_back(std::string(step, 'x'));
                })));
      })};
}

TEST_P(Shortage, TheBiggestGoesFirstAndTheOthersStay) {
  notebook j;
  vm v = run(watch(j, programs), spawn_vm(grows("small", 1'000)), spawn_vm(grows("big", 50'000)),
             spawn_vm(grows("middle", 20'000)));
  leave(2 * mebibyte);
  for (int i = 0; i < 40; ++i) send(v, "tick"_sym);
  EXPECT_THAT(j.lines(), Contains("-(program big) out-of-memory"));
  EXPECT_THAT(j.lines(), Not(Contains("-(program middle) out-of-memory")));
  EXPECT_THAT(j.lines(), Not(Contains("-(program small) out-of-memory")));
  EXPECT_FALSE(v.is_shut_down());
}

TEST_P(Shortage, OneAfterTheOtherIfThatDoesNotDo) {
  notebook j;
  vm v = run(watch(j, programs), spawn_vm(grows("small", 1'000)), spawn_vm(grows("big", 50'000)),
             spawn_vm(grows("middle", 20'000)));
  leave(2 * mebibyte);
  for (int i = 0; i < 150; ++i) send(v, "tick"_sym);
  EXPECT_THAT(j.lines(), Contains("-(program middle) out-of-memory"));
  EXPECT_THAT(j.lines(), Not(Contains("-(program small) out-of-memory")));
}

TEST_P(Shortage, ProcessesInCustodyAreLeavesToo) {
  notebook j;
  vm v = run(
      watch(j, programs), spawn_vm(grows("small", 1'000)), spawn([] {
        return spawn([] {
                 return transition(
                     std::vector<term>{}, publisher(list("program"_sym, "big"_sym)),
                     subscriber("tick"_sym).on_message([](const term&, std::vector<term>& kept) {
                       kept.emplace_back(std::string(100'000, 'x'));
                     }));
               })
            .under(make_custodian());
      }));
  leave(2 * mebibyte);
  for (int i = 0; i < 40; ++i) send(v, "tick"_sym);
  EXPECT_THAT(j.lines(), Contains("-(program big) out-of-memory"));
  EXPECT_THAT(j.lines(), Not(Contains("-(program small) out-of-memory")));
}

TEST_P(Shortage, AHandlerThatTakesMemoryForEverIsStopped) {
  notebook j;
  vm v = run(watch(j, programs), spawn_vm(grows("small", 1'000)),
             spawn_vm(present_as("bad"), bad_loop_when("go"_sym)));
  leave(4 * mebibyte);
  send(v, "tick"_sym);
  send(v, "go"_sym);
  send(v, "tick"_sym);
  EXPECT_THAT(j.lines(), Contains("-(program bad) out-of-memory"));
  EXPECT_THAT(j.lines(), Not(Contains("-(program small) out-of-memory")));
}

TEST_P(Shortage, WhoRequiresWhatIsNotThereGoesBeforeTheLimitIsReached) {
  notebook j;
  leave(4 * mebibyte);
  vm v = run(watch(j, programs), spawn_vm(grows("grows", 20'000)), spawn([] {
               const custodian by = make_custodian();
               by.require_memory(3 * mebibyte);
               return spawn_vm(present_as("cautious")).under(by);
             }));
  for (int i = 0; i < 20; ++i) send(v, "tick"_sym);
  EXPECT_THAT(j.lines(), Not(Contains("-(program cautious) out-of-memory"))) << "it is there";
  for (int i = 0; i < 60; ++i) send(v, "tick"_sym);
  EXPECT_THAT(j.lines(), Contains("-(program cautious) out-of-memory"));
  EXPECT_THAT(j.lines(), Not(Contains("-(program grows) out-of-memory")));
}

TEST(MemoryOfTheMachine, IsThatWhichIsThereOrLess) {
  const auto there = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                     static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_GT(memory_of_the_machine(), 0U);
  EXPECT_LE(memory_of_the_machine(), there);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(MemoryOfTheMachine, IsNoMoreThanTheProgramMayAddress) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  const std::uint64_t less = memory_of_the_machine() - 4096;
  const rlimit narrow{less, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &narrow), 0);
  EXPECT_EQ(memory_of_the_machine(), less);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
}
#endif

}  // namespace
}  // namespace souk
