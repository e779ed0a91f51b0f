// Looking, killing, measuring and following while processes and VMs come and go: for the
// sanitizers.
#include "tests/reflection/support.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

class WhileAllComesAndGoes : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, WhileAllComesAndGoes,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{16}));

/// Spawns a process that ends, and a VM that ends, again and again, so often.
spawn_action churn(int name) {
  return spawn([name] {
    return transition(
        0, subscriber(list("m"_sym, name)).on_message([name](const term&, int& n) -> actions {
          if (++n > 60) return {};
          const auto brief = [] {
            return actions{at_meta_level(publisher("here"_sym)), spawn(quit()),
                           spawn(subscriber("x"_sym), quit())};
          };
          return {send_message(list("m"_sym, (name + 1) % 4)), spawn(quit()),
                  spawn(publisher("y"_sym), quit()), spawn_vm(brief),
                  spawn_vm([] { return actions{at_meta_level(quit())}; })};
        }));
  });
}

TEST_P(WhileAllComesAndGoes, OthersMayLookAllTheTime) {
  reflection mirror;
  const std::uint64_t seed = GetParam();
  std::atomic<bool> over{false};
  std::uint64_t looks = 0;
  std::thread onlooker{[&] {
    while (!over) {
      if (looks % 2 == 0) mirror.measure(true);
      const snapshot seen = mirror.look();
      if (!seen.processes.empty()) {
        const pid one = seen.processes[looks % seen.processes.size()].self;
        mirror.follow(one);
        if (looks % 50 == 7 && one.vm != root_vm) (void)mirror.kill(one, "why"_sym);
        (void)mirror.take_followed(one);
        mirror.unfollow(one);
      }
      if (looks % 2 == 0) mirror.measure(false);
      ++looks;
    }
  }};
  for (int turn = 0; turn < 3; ++turn) {
    vm v{vm_options{
             .kind = seed % 4 == 3 ? vm_kind::functional : vm_kind::parallel,
             .seed = seed / 4,
             .workers = seed % 4 == 0 ? 1U : static_cast<unsigned>(2 * (seed % 4) * (seed % 4)),
             .reflect = &mirror},
         churn(0), churn(1), churn(2), churn(3)};
    v.run_until_inert();
    for (int i = 0; i < 4; ++i) v.inject(send_message(list("m"_sym, i)));
    v.run_until_inert();
    EXPECT_EQ(mirror.look({.at_most = std::chrono::minutes{1}}).unanswered, 0U);
  }
  over = true;
  onlooker.join();
  EXPECT_GT(looks, 0U);
  EXPECT_FALSE(mirror.look().is_there);
}

}  // namespace
}  // namespace souk
