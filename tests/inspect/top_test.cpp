// What `souk top` prints of a view.
#include "tools/top/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <souk/souk.hpp>

#include "tests/reflection/support.hpp"
#include "tools/inspect/view.hpp"
#include "tools/top/client.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

TEST(Top, ShowsThoseFirstThatDoMost) {
  snapshot before{.is_there = true};
  snapshot now{.is_there = true, .workers = 2, .handled = 3000};
  now.at = before.at + std::chrono::seconds{1};
  now.processes.push_back({.self = {root_vm, 1}, .name = "lazy"_sym, .handled = 1});
  now.processes.push_back({.self = {root_vm, 2}, .name = "busy"_sym, .handled = 2999});
  const auto lines = lines_of(tool::top_table(inspect::view_of(before, now), {}));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_THAT(lines[0], ::testing::StartsWith("3.0k events/s, 2 processes in 1 VMs"));
  EXPECT_THAT(lines[3], ::testing::StartsWith("0:2"));
  EXPECT_THAT(lines[3], ::testing::EndsWith("busy"));
  EXPECT_THAT(lines[4], ::testing::EndsWith("lazy"));
}

TEST(Top, KeepsToItsScreen) {
  snapshot now{.is_there = true};
  for (std::uint32_t i = 0; i < 50; ++i)
    now.processes.push_back({.self = {root_vm, i}, .name = symbol{std::string(300, 'n')}});
  const auto lines =
      lines_of(tool::top_table(inspect::view_of({}, now), {.columns = 80, .lines = 7}));
  ASSERT_EQ(lines.size(), 3U + 7U);
  EXPECT_LE(lines.back().size(), 80U);
}

TEST(Top, SaysWhichHandlersHoldUpTheRest) {
  const snapshot now{.is_there = true, .unanswered = 2, .running = {{root_vm, 7}}};
  EXPECT_THAT(tool::top_table(inspect::view_of({}, now), {}),
              ::testing::HasSubstr("2 parts of VMs do not answer; in a handler: 0:7"));
}

TEST(Top, RefusesWhatIsNoUrlOfAnInspector) {
  EXPECT_THROW(tool::inspector_client{"127.0.0.1:80"}, std::runtime_error);
  EXPECT_THROW(tool::inspector_client{"http://127.0.0.1:80/"}, std::runtime_error);
}

TEST(Pids, AreReadAsTheyAreWritten) {
  for (const pid who : {pid{root_vm, 0}, pid{~std::uint64_t{0}, ~std::uint32_t{0}}, pid{0xab, 3}})
    EXPECT_EQ(inspect::read_pid(inspect::name_of(who)), who);
  for (const char* const text : {"", ":", "1:", ":1", "g:1", "1:x", "1:2:3", "1:4294967296"})
    EXPECT_EQ(inspect::read_pid(text), std::nullopt) << text;
}

}  // namespace
}  // namespace souk
