// What souk_instructions makes of counts: the verdict, the table, the file of what was accepted.
#include "bench/instructions/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace souk::bench {
namespace {

using testing::HasSubstr;
using counts = std::vector<instruction_count>;

gate_verdict verdict_on(std::uint64_t before, std::uint64_t now) {
  return compare_counts(counts{{"ring", before}}, counts{{"ring", now}}).at(0).verdict;
}

TEST(InstructionGate, ThreeInAHundredMoreIsStillTheSame) {
  EXPECT_EQ(verdict_on(100'000, 100'000), gate_verdict::same);
  EXPECT_EQ(verdict_on(100'000, 103'000), gate_verdict::same);
  EXPECT_EQ(verdict_on(100'000, 97'000), gate_verdict::same);
}

TEST(InstructionGate, AnythingAboveThatIsMore) {
  EXPECT_EQ(verdict_on(100'000, 103'001), gate_verdict::more);
  EXPECT_EQ(verdict_on(100'000, 96'999), gate_verdict::fewer);
}

TEST(InstructionGate, OneThatTakesMoreFailsAllOfThem) {
  const counts before{{"ring", 100}, {"relay", 100}, {"bank", 100}};
  EXPECT_TRUE(passes(compare_counts(before, before)));
  EXPECT_FALSE(passes(compare_counts(before, counts{{"ring", 50}, {"relay", 104}, {"bank", 100}})));
}

TEST(InstructionGate, FewerPasses) {
  EXPECT_TRUE(passes(compare_counts(counts{{"ring", 100}}, counts{{"ring", 10}})));
}

TEST(InstructionGate, WhatIsNotInBothFails) {
  const auto rows = compare_counts(counts{{"ring", 100}}, counts{{"bank", 100}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].verdict, gate_verdict::is_new);
  EXPECT_EQ(rows[1].verdict, gate_verdict::gone);
  EXPECT_FALSE(passes(rows));
  EXPECT_FALSE(passes(compare_counts(counts{}, counts{{"ring", 1}})));
}

TEST(InstructionGate, TheTableSaysWhatChangedAndHowToAcceptIt) {
  const auto rows = compare_counts(counts{{"ring", 1'000'000}, {"bank", 500}},
                                   counts{{"ring", 1'050'000}, {"bank", 500}});
  std::ostringstream out;
  print_gate(out, rows, "souk_instructions --accept");
  EXPECT_EQ(out.str(),
            "instructions of           accepted            now     change  verdict\n"
            "ring                     1,000,000      1,050,000    +5.00 %  MORE\n"
            "bank                           500            500    +0.00 %  same\n"
            "\n"
            "FAILED: 1 of 2 take over 3 % more than was accepted, or are not in both\n"
            "To accept what is counted now: souk_instructions --accept\n");
}

TEST(InstructionGate, WhatWasAcceptedIsReadAsItWasWritten) {
  std::stringstream file;
  write_baseline(file, {"GNU 12.2.0, -O3", {{"ring", 12}, {"bank", 345}}});
  const baseline read = read_baseline(file);
  EXPECT_EQ(read.toolchain, "GNU 12.2.0, -O3");
  ASSERT_EQ(read.counts.size(), 2U);
  EXPECT_EQ(read.counts[1].name, "bank");
  EXPECT_EQ(read.counts[1].instructions, 345U);
}

void expect_refused(const std::string& text, const std::string& why) {
  std::istringstream file{text};
  try {
    (void)read_baseline(file);
    FAIL() << "was read: " << text;
  } catch (const bad_baseline& e) {
    EXPECT_THAT(e.what(), HasSubstr(why));
  }
}

TEST(InstructionGate, AFileThatCouldHideACountIsRefused) {
  expect_refused("ring 12\n", "toolchain");
  expect_refused("toolchain: g++\nring\n", "ring");
  expect_refused("toolchain: g++\nring 0\n", "ring 0");
  expect_refused("toolchain: g++\nring 12 13\n", "ring 12 13");
  expect_refused("toolchain: g++\nring 12\nring 13\n", "ring 13");
}

}  // namespace
}  // namespace souk::bench
