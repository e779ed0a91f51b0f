// Do these tests notice a broken commit protocol? Each documented way to break it, on systems that
// the seed makes up, with interleavings that it draws; and the protocol as it is, on the same.
#include "tests/parallel/checked_run.hpp"
#include "tests/parallel/dense_system.hpp"
#include "tests/parallel/stepped.hpp"
#include "tools/check/random_system.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace testing;
using sched::hooks::mutant;

/// More with SOUK_SEEDS=N.
const std::uint64_t most_seeds = [] {
  const char* const asked = std::getenv("SOUK_SEEDS");  // NOLINT(*-mt-unsafe): before any thread
  return asked == nullptr ? 400 : std::strtoull(asked, nullptr, 10);
}();
constexpr unsigned patience_in_seconds = 8;  // with one seed
constexpr int most_hangs = 4;

finding check(std::uint64_t seed, mutant how) {
  play(seed, how);
  const auto workers = static_cast<unsigned>(2 + seed % 3);
  switch (seed % 5) {
    case 0:
      return run_and_replay(seed, workers, tool::random_system(seed), tool::random_messages(seed));
    case 1: return run_and_replay(seed, workers, triangles(10));
    case 2: return run_and_replay(seed, workers, mayflies(6));
    default: return run_and_replay(seed, workers, dense_system(seed));
  }
}

enum class outcome : std::uint8_t { unnoticed, diverged, crashed, hung };
struct hunt {
  outcome how;
  std::uint64_t seed;
};

/// From that seed on. In a process of its own, since what is broken may crash or never end.
hunt look_for(mutant how, std::uint64_t first) {
  const auto size = sizeof(std::uint64_t);
  auto* const seed = static_cast<std::uint64_t*>(
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = ::fork();
  if (child == 0) {
    for (*seed = first; *seed <= most_seeds; ++*seed) {
      ::alarm(patience_in_seconds);
      if (!check(*seed, how).divergence.empty()) ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  hunt found{outcome::crashed, *seed};
  ::munmap(seed, size);
  if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
    found.how = WEXITSTATUS(status) == 1 ? outcome::diverged : outcome::unnoticed;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) found.how = outcome::hung;
  return found;
}

/// One that hangs is noticed only if it never does anything else: a hang says little.
hunt look_for(mutant how) {
  hunt found{outcome::unnoticed, 0};
  for (int hangs = 0; hangs < most_hangs; ++hangs) {
    found = look_for(how, found.seed + 1);
    if (found.how != outcome::hung) break;
  }
  return found;
}

struct named_mutant {
  mutant how;
  const char* name;
};

class Mutant : public ::testing::TestWithParam<named_mutant> {};

TEST_P(Mutant, IsNoticed) {
  const hunt found = look_for(GetParam().how);
  EXPECT_TRUE(found.how == outcome::diverged || found.how == outcome::crashed)
      << (found.how == outcome::hung ? "hung" : "not noticed") << " up to seed " << found.seed;
  std::cout << GetParam().name << (found.how == outcome::crashed ? " crashes" : " diverges")
            << " with seed " << found.seed << '\n';
}

INSTANTIATE_TEST_SUITE_P(
    OfTheCommitProtocol, Mutant,
    ::testing::Values(named_mutant{mutant::no_validation, "NoValidation"},
                      named_mutant{mutant::one_lock_at_a_time, "OneLockAtATime"},
                      named_mutant{mutant::own_events_unlocked, "OwnEventsUnlocked"},
                      named_mutant{mutant::own_news_unlocked, "OwnNewsUnlocked"},
                      named_mutant{mutant::stale_epoch, "StaleEpoch"},
                      named_mutant{mutant::word_means_filled, "WordMeansFilled"},
                      named_mutant{mutant::word_before_table, "WordBeforeTable"},
                      named_mutant{mutant::table_after_drain, "TableAfterDrain"},
                      named_mutant{mutant::epoch_kept, "EpochKept"},
                      named_mutant{mutant::publish_after_unlock, "PublishAfterUnlock"},
                      named_mutant{mutant::publish_before_last_lock, "PublishBeforeLastLock"},
                      named_mutant{mutant::dead_check_before_writer, "DeadCheckBeforeWriter"},
                      named_mutant{mutant::sends_in_old_table, "SendsInOldTable"},
                      named_mutant{mutant::committed_in_parts, "CommittedInParts"},
                      named_mutant{mutant::actions_after_quit, "ActionsAfterQuit"}),
    [](const auto& which) { return std::string{which.param.name}; });

// Those of the handshake with the watch need a weaker memory: tests/model/turn_model.cpp.
INSTANTIATE_TEST_SUITE_P(OfTheTakeover, Mutant,
                         ::testing::Values(named_mutant{mutant::goes_on_after_loss,
                                                        "GoesOnAfterLoss"},
                                           named_mutant{mutant::away_is_handled, "AwayIsHandled"},
                                           named_mutant{mutant::crowd_forgotten, "CrowdForgotten"},
                                           named_mutant{mutant::rejoins_late, "RejoinsLate"}),
                         [](const auto& which) { return std::string{which.param.name}; });

TEST(CommitProtocol, AsItIsDivergesOnNoneOfTheseSeeds) {
  std::uint64_t commits = 0;
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
    const finding found = check(seed, mutant::none);
    ASSERT_EQ(found.divergence, "") << "seed " << seed;
    commits += found.commits;
  }
  std::cout << commits << " commits, " << steps_made() << " steps, " << takeovers_made()
            << " takeovers\n";
  EXPECT_GT(commits, most_seeds * 50);
  EXPECT_GT(takeovers_made(), most_seeds * 5);
}

}  // namespace
}  // namespace souk
