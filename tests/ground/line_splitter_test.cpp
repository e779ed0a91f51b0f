// The line splitter against the obvious way to split, however the input is cut.
#include "ground/line_splitter.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace souk::ground {
namespace {

std::vector<std::string> split_whole(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      line += text[i];
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    lines.push_back(std::exchange(line, {}));
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

void take_all(line_splitter& splitter, std::vector<std::string>& to) {
  while (auto line = splitter.take_line()) to.push_back(*line);
}

std::vector<std::string> lines_of(std::initializer_list<std::string_view> pieces) {
  line_splitter splitter(1000);
  std::vector<std::string> lines;
  for (const auto piece : pieces) {
    splitter.append(piece);
    take_all(splitter, lines);
  }
  splitter.finish();
  take_all(splitter, lines);
  return lines;
}

using lines = std::vector<std::string>;

TEST(LineSplitter, EachTerminatorEndsALine) {
  EXPECT_EQ(lines_of({"a\nb\r\nc\rd"}), (lines{"a", "b", "c", "d"}));
  EXPECT_EQ(lines_of({"\n\r\n\r"}), (lines{"", "", ""}));
  EXPECT_EQ(lines_of({"\n\r"}), (lines{"", ""}));
}

TEST(LineSplitter, APairSplitOverTwoReadsIsOneTerminator) {
  EXPECT_EQ(lines_of({"a\r", "\nb\n"}), (lines{"a", "b"}));
  EXPECT_EQ(lines_of({"a\r", "\n"}), (lines{"a"}));
  EXPECT_EQ(lines_of({"a\r", "b"}), (lines{"a", "b"}));
  EXPECT_EQ(lines_of({"a\r", "\n\n"}), (lines{"a", ""}));
}

TEST(LineSplitter, ALineThatEndsInCarriageReturnDoesNotWait) {
  line_splitter splitter(10);
  splitter.append("go\r");
  EXPECT_EQ(splitter.take_line(), "go");
  splitter.append("\n");
  EXPECT_FALSE(splitter.has_line());
  EXPECT_TRUE(splitter.empty());
}

TEST(LineSplitter, BytesDoNotIncludeTheRestOfATerminator) {
  line_splitter splitter(10);
  splitter.append("line\r");
  EXPECT_EQ(splitter.take_line(), "line");
  splitter.append("\nbytes");
  EXPECT_EQ(splitter.take_bytes(100), "bytes");
}

TEST(LineSplitter, AnUnterminatedRestIsALineOnlyAtTheEnd) {
  line_splitter splitter(10);
  splitter.append("rest");
  EXPECT_EQ(splitter.take_line(), std::nullopt);
  splitter.finish();
  EXPECT_EQ(splitter.take_line(), "rest");
  EXPECT_EQ(splitter.take_line(), std::nullopt);
}

TEST(LineSplitter, ALineOfTheMaximumPassesAndOneByteMoreDoesNot) {
  line_splitter fits(4);
  fits.append("1234");
  EXPECT_FALSE(fits.line_too_long());
  fits.append("\r\n");
  EXPECT_EQ(fits.take_line(), "1234");

  line_splitter whole(4);
  whole.append("12345\n");
  EXPECT_TRUE(whole.line_too_long());
  EXPECT_EQ(whole.take_line(), std::nullopt);
  EXPECT_EQ(whole.take_bytes(2), "12");  // as bytes there is no limit
  EXPECT_EQ(whole.take_line(), "345");
}

TEST(LineSplitter, RandomCutsGiveTheLinesOfTheWhole) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr std::string_view alphabet = "ab\n\r";
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    line_splitter splitter(1000);
    lines got;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = random() % 9;
      splitter.append(std::string_view(text).substr(at, size));
      at += size;
      if (random() % 2 == 0) take_all(splitter, got);
    }
    splitter.finish();
    take_all(splitter, got);
    ASSERT_EQ(got, split_whole(text)) << testing::PrintToString(text);
    ASSERT_TRUE(splitter.empty());
  }
}

// Lines and bytes taken in turns, as a change of mode does, lose and double nothing.
TEST(LineSplitter, MixedTakesGiveEveryByteOnce) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    line_splitter splitter(100'000);
    std::string sent;
    std::string got;
    for (int step = 0; step < 200; ++step) {
      const std::string piece =
          std::string(random() % 300, static_cast<char>('a' + random() % 26)) +
          (random() % 2 == 0 ? "\n" : "");
      sent += piece;
      splitter.append(piece);
      if (random() % 2 == 0) {
        if (auto line = splitter.take_line()) got += *line + "\n";
      } else if (auto bytes = splitter.take_bytes(random() % 500)) {
        got += *bytes;
      }
      ASSERT_EQ(splitter.size(), sent.size() - got.size());
    }
    if (auto rest = splitter.take_bytes(sent.size())) got += *rest;
    ASSERT_EQ(got, sent);
  }
}

// A search that starts over with each append would take minutes here.
TEST(LineSplitter, ALongLineInSmallPiecesIsSearchedOnce) {
  line_splitter splitter(64 * 1024 * 1024);
  const std::string piece(64, 'x');
  constexpr int pieces = 500'000;
  for (int i = 0; i < pieces; ++i) {
    splitter.append(piece);
    ASSERT_FALSE(splitter.has_line());
  }
  splitter.append("\n");
  EXPECT_EQ(splitter.take_line()->size(), piece.size() * pieces);
}

TEST(LineSplitter, ManyShortLinesInOneBufferAreSearchedOnce) {
  line_splitter splitter(10);
  splitter.append(std::string(2'000'000, '\r'));
  int count = 0;
  while (splitter.take_line()) ++count;
  EXPECT_EQ(count, 2'000'000);
}

}  // namespace
}  // namespace souk::ground
