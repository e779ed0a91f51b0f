#include "tools/compare/results.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "tests/tools/compare/support.hpp"
#include "tools/compare/report.hpp"
#include "tools/compare/table.hpp"

namespace souk::tool {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::some_findings;

std::string table_of(const ordered_json& results) {
  std::ostringstream out;
  print_tables(out, results);
  return out.str();
}

TEST(Results, NameTheirFormatMachineAndBuild) {
  const ordered_json made = results_of(some_findings());
  EXPECT_EQ(made.at("schema"), results_schema);
  for (const char* const key : {"commit", "compiler", "build_type", "flags", "cpu"})
    EXPECT_TRUE(made.at("build").contains(key)) << key;
  EXPECT_GE(made.at("machine").at("processors"), 1);
}

TEST(Results, KeepEveryRepetition) {
  const ordered_json made = results_of(some_findings());
  const ordered_json& cell = made.at("throughput").at(0).at("results").at("parallel-2");
  EXPECT_EQ(cell.at("values").size(), 5U);
  EXPECT_DOUBLE_EQ(cell.at("median"), 6.12e6);
}

TEST(Results, RatiosAreOverTheFunctionalVmAndOverOneWorker) {
  const ordered_json made = results_of(some_findings());
  const ordered_json& cells = made.at("throughput").at(0).at("results");
  EXPECT_DOUBLE_EQ(cells.at("parallel-1").at("over_functional").at("median"), 4);
  EXPECT_DOUBLE_EQ(cells.at("parallel-2").at("over_functional").at("median"), 6);
  EXPECT_DOUBLE_EQ(cells.at("parallel-2").at("over_one_worker").at("median"), 1.5);
  EXPECT_FALSE(cells.at("parallel-1").contains("over_one_worker"));
  EXPECT_FALSE(cells.at("functional").contains("over_functional"));
}

TEST(Results, PercentilesAreOfAllRounds) {
  const ordered_json made = results_of(some_findings());
  const ordered_json& cell = made.at("latency").at(0).at("results").at("functional");
  EXPECT_EQ(cell.at("count"), 50'000);
  EXPECT_NEAR(cell.at("mean_ns").at("median"), 5'000, 5'000 * 0.03);
  EXPECT_NEAR(cell.at("p50_ns").at("median"), 5'000, 5'000 * 0.03);
  EXPECT_NEAR(cell.at("p99_ns").at("median"), 9'900, 9'900 * 0.03);
  EXPECT_NEAR(cell.at("p999_ns").at("median"), 9'990, 9'990 * 0.03);
}

TEST(Results, AddUpTheReplays) {
  const ordered_json found = results_of(some_findings()).at("equivalence");
  EXPECT_EQ(found.at("commits"), 5'700);
  EXPECT_EQ(found.at("runs"), 4);
  EXPECT_EQ(found.at("divergences"), 0);
  EXPECT_EQ(verdict_text(found), "5,700 commits in 4 runs, 0 divergences");
}

TEST(Results, ACellThatFailedIsLeftOut) {
  findings broken = some_findings();
  broken.rows[0].cells["parallel-2"].values.clear();
  broken.failures.emplace_back("parallel, 2 workers: it died");
  const ordered_json made = results_of(broken);
  EXPECT_FALSE(made.at("throughput").at(0).at("results").contains("parallel-2"));
  EXPECT_EQ(made.at("failures").size(), 1U);
  EXPECT_THAT(table_of(made), HasSubstr(" - "));
}

TEST(Table, HasThroughputSpeedUpLatencyAndMemory) {
  const std::string text = table_of(results_of(some_findings()));
  EXPECT_THAT(text, HasSubstr("pingpong"));
  EXPECT_THAT(text, HasSubstr("6.12 M"));
  EXPECT_THAT(text, HasSubstr("4.00x"));
  EXPECT_THAT(text, HasSubstr("1.50x"));
  EXPECT_THAT(text, HasSubstr("p99.9"));
  EXPECT_THAT(text, HasSubstr("idle (1,000 processes)"));
}

TEST(Table, ShowsTheFirstAndLastOfManyWorkers) {
  findings many = some_findings();
  for (const unsigned n : {4U, 8U, 16U}) {
    many.runners.push_back(
        testing::fake_runner("parallel-" + std::to_string(n), runner_kind::parallel, n, 1e6));
  }
  const std::string text = table_of(results_of(many));
  EXPECT_THAT(text, HasSubstr("parallel-16"));
  EXPECT_THAT(text, Not(HasSubstr("parallel-4")));
}

TEST(Table, NumbersHaveThreeDigitsAndAUnit) {
  EXPECT_EQ(short_number(0.5), "0.50");
  EXPECT_EQ(short_number(999.7), "1.00 k");
  EXPECT_EQ(short_number(42'488'779), "42.5 M");
  EXPECT_EQ(duration_text(696), "696 ns");
  EXPECT_EQ(duration_text(7'230), "7.23 us");
  EXPECT_EQ(duration_text(1.23e9), "1.23 s");
}

TEST(Report, IsOnePageThatAsksTheNetworkForNothing) {
  const std::string page = report_of(results_of(some_findings()));
  EXPECT_THAT(page, HasSubstr("<!doctype html>"));
  EXPECT_THAT(page, Not(HasSubstr("{data}")));
  EXPECT_THAT(page, Not(HasSubstr("{style}")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, Not(HasSubstr("url(")));
  std::string rest = page;
  const std::string allowed = "http://www.w3.org/2000/svg";  // a name, not an address
  if (const auto at = rest.find(allowed); at != std::string::npos) rest.erase(at, allowed.size());
  EXPECT_THAT(rest, Not(HasSubstr("http:")));
  EXPECT_THAT(rest, Not(HasSubstr("https:")));
}

TEST(Report, HoldsTheResultsWhateverIsInThem) {
  findings odd = some_findings();
  odd.failures.emplace_back("</script><script>alert(1)</script><!-- \xff");
  const std::string page = report_of(results_of(odd));
  const std::string open = "<script type=\"application/json\" id=\"results\">";
  const std::size_t start = page.find(open) + open.size();
  const std::string data = page.substr(start, page.find("</script>", start) - start);
  const ordered_json read = ordered_json::parse(data);
  EXPECT_THAT(read.at("failures").at(0).get<std::string>(),
              HasSubstr("</script><script>alert(1)</script><!-- "));
}

}  // namespace
}  // namespace souk::tool
