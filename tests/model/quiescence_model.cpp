// sched/quiescence.hpp: a reader comes in, reads the current object and uses it, twice; a writer
// publishes another one, retires the old one, and frees it when its stamp has passed.
//
// The same with a process that is found in the directory of a VM (vm/parallel/directory.hpp).
//
// Mutants: freed at once; the stamp taken before the object is replaced; the pointer used after
// leave(); the pointer read before enter().
#include "sched/quiescence.hpp"

#include "tests/model/model.hpp"
#include "vm/parallel/directory.hpp"

#include <gtest/gtest.h>

#include <array>

namespace souk {

/// What the directory holds, as far as it knows.
struct parallel::process {
  rl::var<unsigned> state{1U};
};

namespace model {
namespace {

enum class flaw : unsigned { none, freed_at_once, stamped_too_early, used_outside, read_outside };

template <flaw Flaw>
struct retiring : rl::test_suite<retiring<Flaw>, 2> {
  static constexpr unsigned reader = 0;

  void thread(unsigned index) { index == reader ? read() : write(); }

  void read() {
    for (int i = 0; i < 2; ++i) {
      std::size_t found = 0;
      if constexpr (Flaw == flaw::read_outside) found = load();
      quiet.enter(reader);
      if constexpr (Flaw != flaw::read_outside) found = load();
      if constexpr (Flaw != flaw::used_outside) use(found);
      quiet.leave(reader);
      if constexpr (Flaw == flaw::used_outside) use(found);
    }
  }
  void use(std::size_t found) { objects[found](RL_INFO).load(); }

  void write() {
    for (std::size_t next = 1; next < objects.size(); ++next) {
      objects[next](RL_INFO).store(1);
      const std::uint64_t early = quiet.stamp();
      const std::size_t old = replace(next);
      const std::uint64_t stamp = Flaw == flaw::stamped_too_early ? early : quiet.stamp();
      while (Flaw != flaw::freed_at_once && !quiet.passed(stamp)) sched::hooks::wait();
      objects[old](RL_INFO).store(0);  // freed: a race with whoever still reads it
    }
  }

  // As machine::load_table and publish: the model is about when to free.
  [[nodiscard]] std::size_t load() { return current(RL_INFO).load(rl::mo_seq_cst); }
  std::size_t replace(std::size_t next) { return current(RL_INFO).exchange(next, rl::mo_seq_cst); }

  sched::quiescence quiet{1};
  std::array<rl::var<unsigned>, 3> objects{rl::var<unsigned>{1U}, rl::var<unsigned>{0U},
                                           rl::var<unsigned>{0U}};
  rl::atomic<std::size_t> current{std::size_t{0}};
};

// shard::remove() on one side, and on the other who looks for the process by its pid.
struct burial : rl::test_suite<burial, 2> {
  static constexpr unsigned reader = 0;
  static constexpr std::uint32_t number = 0;

  burial() { all.set(number, gone); }
  void thread(unsigned index) { index == reader ? find() : remove(); }
  void find() {
    quiet.enter(reader);
    if (parallel::process* const found = all.find(number); found != nullptr)
      (void)found->state(RL_INFO).load();
    quiet.leave(reader);
  }
  void remove() {
    (void)all.forget(number);
    const std::uint64_t stamp = quiet.stamp();
    while (!quiet.passed(stamp)) sched::hooks::wait();
    gone.state(RL_INFO).store(0);
  }

  sched::quiescence quiet{1};
  parallel::directory all;
  parallel::process gone;
};

// The same with the last one of a piece of the directory, which goes as well; and somebody looks
// for another one, who has gone before.
struct burial_of_piece : rl::test_suite<burial_of_piece, 2> {
  static constexpr unsigned reader = 0;
  static constexpr std::uint32_t first = 16;
  static constexpr std::uint32_t last = 31;

  burial_of_piece() {
    for (std::uint32_t number = first; number <= last; ++number) all.set(number, gone);
    for (std::uint32_t number = first; number < last; ++number)
      RL_ASSERT(all.forget(number) == nullptr);
  }
  void thread(unsigned index) { index == reader ? find() : remove(); }
  void find() {
    quiet.enter(reader);
    RL_ASSERT(all.find(first) == nullptr);
    if (parallel::process* const found = all.find(last); found != nullptr)
      (void)found->state(RL_INFO).load();
    quiet.leave(reader);
  }
  void remove() {
    auto piece = all.forget(last);
    RL_ASSERT(piece != nullptr);
    const std::uint64_t stamp = quiet.stamp();
    while (!quiet.passed(stamp)) sched::hooks::wait();
    piece.reset();
    gone.state(RL_INFO).store(0);
  }
  void after() { RL_ASSERT(all.find(last) == nullptr); }

  sched::quiescence quiet{1};
  parallel::directory_of<4> all;
  parallel::process gone;
};

// Two processes come to be, whose numbers are the first of the same segment or piece.
template <std::uint32_t First>
struct births : rl::test_suite<births<First>, 2> {
  void thread(unsigned self) {
    born[self].state(RL_INFO).store(2);
    all.set(First + self, born[self]);
    if (parallel::process* const found = all.find(First + 1 - self); found != nullptr)
      RL_ASSERT(found->state(RL_INFO).load() == 2);
  }
  void after() { RL_ASSERT(all.find(First) == &born[0] && all.find(First + 1) == &born[1]); }

  parallel::directory_of<4> all;
  std::array<parallel::process, 2> born;
};

const known births_model{"births in the directory", [] { return run<births<0>>(); }};
const known births_in_piece_model{"births in a piece of the directory",
                                  [] { return run<births<16>>(); }};
const known burial_model{"a process in the directory", [] { return run<burial>(); }};
const known burial_of_piece_model{"a piece of the directory",
                                  [] { return run<burial_of_piece>(); }};
const known retiring_model{"quiescence", [] { return run<retiring<flaw::none>>(); }};

TEST(QuiescenceModel, NothingIsFreedThatAReaderMaySee_Q1) {
  EXPECT_EQ(run_and_tell<retiring<flaw::none>>(), "");
}
TEST(DirectoryModel, WhoIsFoundIsWhole) {
  EXPECT_EQ(run_and_tell<births<0>>(), "");
  EXPECT_EQ(run_and_tell<births<16>>(), "");
}
TEST(DirectoryModel, NoProcessIsFreedThatSomebodyMayHaveFound) {
  EXPECT_EQ(run_and_tell<burial>(), "");
}
TEST(DirectoryModel, NoPieceIsFreedThatSomebodyMayLookInto) {
  EXPECT_EQ(run_and_tell<burial_of_piece>(), "");
}
TEST(QuiescenceModel, FailsWithEachOfItsMutants) {
  EXPECT_NE(run<retiring<flaw::freed_at_once>>(), "");
  EXPECT_NE(run<retiring<flaw::stamped_too_early>>(), "");
  EXPECT_NE(run<retiring<flaw::used_outside>>(), "");
  EXPECT_NE(run<retiring<flaw::read_outside>>(), "");
}

}  // namespace
}  // namespace model
}  // namespace souk
