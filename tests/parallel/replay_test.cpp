// Every run of the parallel VM equals a run of the functional VM: what was committed is repeated
// there, transition by transition, and every process sees the same.
#include "tests/parallel/checked_run.hpp"
#include "tests/parallel/dense_system.hpp"
#include "tools/check/random_system.hpp"
#include "tools/scenario/interpreter.hpp"
#include "tools/scenario/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace testing;

class Replay : public ::testing::TestWithParam<unsigned> {};

TEST_P(Replay, OfRandomSystemsShowsTheSame) {
  std::uint64_t commits = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const finding found =
        run_and_replay(seed, GetParam(), tool::random_system(seed), tool::random_messages(seed));
    ASSERT_EQ(found.divergence, "") << "seed " << seed;
    commits += found.commits;
  }
  EXPECT_GT(commits, 1'000U);
}

TEST_P(Replay, OfProcessesThatAllMeetShowsTheSame) {
  std::uint64_t commits = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const finding found = run_and_replay(seed, GetParam(), dense_system(seed));
    ASSERT_EQ(found.divergence, "") << "seed " << seed;
    commits += found.commits;
  }
  EXPECT_GT(commits, 1'000U);
}

TEST_P(Replay, OfTrianglesShowsTheSame) {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    ASSERT_EQ(run_and_replay(seed, GetParam(), triangles(200)).divergence, "") << "seed " << seed;
}

// QUI-1, QUI-2, QUI-4: of a quit and a kill one comes first, for all who see what was said before.
TEST_P(Replay, OfEndsThatRaceWithKillersShowsTheSame) {
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    ASSERT_EQ(run_and_replay(seed, GetParam(), mayflies(60)).divergence, "") << "seed " << seed;
}

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& one :
       std::filesystem::directory_iterator{SOUK_SOURCE_DIR "/tests/conformance/scenarios"})
    if (one.path().extension() == ".json") files.push_back(one.path().string());
  std::ranges::sort(files);
  return files;
}

TEST_P(Replay, OfEveryScenarioShowsTheSame) {
  const auto files = scenario_files();
  ASSERT_GT(files.size(), 50U);
  for (const std::string& file : files) {
    const tool::scenario program = tool::load_scenario(file);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      journal log;
      tool::witness parallel;
      tool::witness functional;
      (void)tool::run_scenario(program, {.kind = vm_kind::parallel,
                                         .seed = seed,
                                         .workers = GetParam(),
                                         .listener = &parallel,
                                         .record = &log});
      ASSERT_NO_THROW((void)tool::run_scenario(program, {.listener = &functional, .replay = &log}))
          << file << ", seed " << seed;
      const auto difference = compare(parallel, functional);
      ASSERT_EQ(difference.divergences, 0U)
          << file << ", seed " << seed << ": "
          << side_by_side(*difference.first, "parallel", "functional");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, Replay, ::testing::Values(1U, 2U, 4U, 8U),
                         [](const auto& which) { return std::to_string(which.param); });

}  // namespace
}  // namespace souk
