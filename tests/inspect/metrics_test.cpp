// The text of metrics: right, well formed, and of so many lines whatever the VM does.
#include "tools/inspect/metrics.hpp"

#include <souk/souk.hpp>

#include "tests/reflection/support.hpp"

#include <map>
#include <regex>
#include <sstream>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;

class Metrics : public Mirrored {
 public:
  /// By name. Each line must be a comment or a series without labels.
  [[nodiscard]] std::map<std::string, std::uint64_t> read() const {
    std::map<std::string, std::uint64_t> all;
    std::istringstream text{inspect::metrics_of(mirror.look())};
    const std::regex series{"([a-z_]+) ([0-9]+)"};
    const std::regex comment{"# (HELP [a-z_]+ .+|TYPE [a-z_]+ (gauge|counter))"};
    for (std::string line; std::getline(text, line);) {
      std::smatch parts;
      if (std::regex_match(line, comment)) continue;
      EXPECT_TRUE(std::regex_match(line, parts, series)) << line;
      EXPECT_TRUE(all.emplace(parts[1], std::stoull(parts[2])).second) << line;
    }
    return all;
  }
};
INSTANTIATE_TEST_SUITE_P(Vm, Metrics, ::testing::ValuesIn(all_kinds()), name_of);

TEST_P(Metrics, CountWhatThereIs) {
  vm v = run(spawn(subscriber("m"_sym), publisher("x"_sym)),
             spawn_vm(at_meta_level(subscriber("stay"_sym)), spawn(subscriber("y"_sym))));
  auto now = read();
  EXPECT_EQ(now["souk_up"], 1U);
  EXPECT_EQ(now["souk_processes"], 4U);
  EXPECT_EQ(now["souk_vms"], 2U);
  EXPECT_EQ(now["souk_endpoints"], 5U);
  EXPECT_EQ(now["souk_queued_events"], 0U);
  EXPECT_EQ(now["souk_unanswered_parts"], 0U);
  EXPECT_GT(now["souk_memory_bytes"], 0U);
  EXPECT_GE(now["souk_memory_peak_bytes"], now["souk_memory_bytes"]);
  const std::uint64_t before = now["souk_handled_events_total"];
  for (int i = 0; i < 10; ++i) send(v, "m"_sym);
  EXPECT_GE(read()["souk_handled_events_total"], before + 10);
}

TEST_P(Metrics, AreAsManyWhateverTheVmDoes) {
  const std::size_t without = read().size();
  const vm v = run([] {
    actions all;
    for (int i = 0; i < 100; ++i) all.append(spawn_vm(at_meta_level(subscriber(i))));
    return all;
  });
  EXPECT_EQ(read().size(), without);
}

}  // namespace
}  // namespace souk
