// Texts that are not those of terms: where the error is and what it says.
#include <souk/text.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace souk {
namespace {

using namespace std::string_literals;

struct bad_text {
  const char* name;
  std::string text;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const bad_text& bad) { return out << bad.text; }

class TextError : public testing::TestWithParam<bad_text> {};

TEST_P(TextError, SaysPlaceAndFact) {
  try {
    const term t = read(GetParam().text);
    FAIL() << "read as " << to_string(t);
  } catch (const syntax_error& e) {
    EXPECT_EQ(e.what(), GetParam().message);
  }
}

const std::string fresh_number =
    "after '#' comes the number of a fresh symbol, from 1 and below 2^64; a name with '#' stands "
    "in "
    "bars: |a#b|";
const std::string pid_form =
    "a pid is written #pid[VM:NUMBER], with VM of up to 16 hexadecimal digits and NUMBER below "
    "2^32";
const std::string forms =
    "unknown form; after '#', known are #t #f #(a b) #s(label a b) #\"bytes\" #error\"message\" "
    "#pid[VM:NUMBER]";
const std::string wildcard_number =
    "the number of a wildcard is below 2^32; a name that starts like a number stands in bars: "
    "?|1st|";
const std::string wildcard_name =
    "the name of a wildcard that is '.' or has '?' in front or a '#' stands in bars: ?|a#b|";
const std::string byte_escape =
    "an escaped byte is written \\xHH; with one or two hexadecimal digits";
const std::string stray_dot = "unexpected '.': it belongs before the last term of a list";

const bad_text bad_texts[] = {
    {"Empty", "", "line 1, column 1: expected a term, found end of text"},
    {"OnlyComment", "; c\n ", "line 2, column 2: expected a term, found end of text"},
    {"TwoTerms", "a\n b", "line 2, column 2: expected end of text after the one term, found 'b'"},

    {"OpenList", "\n\n (a b",
     "line 3, column 6: expected ')' to close the list opened at line 3, column 2, found end of "
     "text"},
    {"OpenInnerList", "(a\n  (b c)\n  (d\n",
     "line 4, column 1: expected ')' to close the list opened at line 3, column 3, found end of "
     "text"},
    {"OpenVector", "#(a",
     "line 1, column 4: expected ')' to close the vector opened at line 1, column 1, found end of "
     "text"},
    {"OpenRecord", "#s(a b",
     "line 1, column 7: expected ')' to close the record opened at line 1, column 1, found end of "
     "text"},
    {"StrayClose", "a )", "line 1, column 3: expected end of text after the one term, found ')'"},
    {"OnlyClose", ")", "line 1, column 1: unexpected ')': no list, vector or record is open"},
    {"Bracket", "(a ]", "line 1, column 4: expected a term, found ']'"},
    {"Quote", "'a", "line 1, column 1: expected a term, found '''"},
    {"Control", "(\x01)", "line 1, column 2: expected a term, found byte \\x01;"},
    {"Nul", "\0"s, "line 1, column 1: expected a term, found byte \\x00;"},

    {"DotAlone", ".", "line 1, column 1: " + stray_dot},
    {"DotFirst", "( . a)", "line 1, column 3: " + stray_dot},
    {"DotInVector", "#(a . b)", "line 1, column 5: " + stray_dot},
    {"DotInRecord", "#s(a b . c)", "line 1, column 8: " + stray_dot},
    {"NothingAfterDot", "(a . )", "line 1, column 6: expected a term after '.', found ')'"},
    {"EndAfterDot", "(a .", "line 1, column 5: expected a term after '.', found end of text"},
    {"TwoAfterDot", "(a . b c)",
     "line 1, column 8: expected ')' to close the list opened at line 1, column 1, found 'c'"},
    {"TwoDots", "(a . . b)", "line 1, column 6: " + stray_dot},

    {"IntegerTooLarge", "9223372036854775808",
     "line 1, column 1: \"9223372036854775808\" does not fit into 64 bits with its sign"},
    {"IntegerTooSmall", "(-9223372036854775809)",
     "line 1, column 2: \"-9223372036854775809\" does not fit into 64 bits with its sign"},
    {"RealTooLarge", "1e999", "line 1, column 1: \"1e999\" is outside the range of 64-bit reals"},
    {"RealTooSmall", "1e-999", "line 1, column 1: \"1e-999\" is outside the range of 64-bit reals"},
    {"NoNumber", "1x",
     "line 1, column 1: \"1x\" is not a number; a name that starts like one stands in bars"},
    {"TwoPoints", "1.2.3",
     "line 1, column 1: \"1.2.3\" is not a number; a name that starts like one stands in bars"},
    {"NoExponent", "1e",
     "line 1, column 1: \"1e\" is not a number; a name that starts like one stands in bars"},
    {"NoNumberLong", "1" + std::string(50, 'x'),
     "line 1, column 1: \"1" + std::string(39, 'x') +
         "\"... is not a number; a name that starts like one stands in bars"},
    {"NoNumberBytes", "1\xff",
     "line 1, column 1: \"1\\xff;\" is not a number; a name that starts like one stands in bars"},

    {"OpenString", "(\"abc)",
     "line 1, column 7: expected '\"' to close the string opened at line 1, column 2, found end of "
     "text"},
    {"OpenStringLines", "\"a\nb",
     "line 2, column 2: expected '\"' to close the string opened at line 1, column 1, found end of "
     "text"},
    {"OpenBytes", "#\"a",
     "line 1, column 4: expected '\"' to close the byte string opened at line 1, column 2, found "
     "end of "
     "text"},
    {"OpenError", "#error\"a",
     "line 1, column 9: expected '\"' to close the error opened at line 1, column 7, found end of "
     "text"},
    {"OpenName", "|a",
     "line 1, column 3: expected '|' to close the name opened at line 1, column 1, found end of "
     "text"},
    {"UnknownEscape", "\"a\\q\"",
     "line 1, column 3: unknown escape; known here are \\n \\t \\r \\\\ \\\" \\xHH;"},
    {"UnknownEscapeInName", "|a\\\"|",
     "line 1, column 3: unknown escape; known here are \\n \\t \\r \\\\ \\| \\xHH;"},
    {"EscapeAtEnd", "\"a\\",
     "line 1, column 3: unknown escape; known here are \\n \\t \\r \\\\ \\\" \\xHH;"},
    {"LongByte", "\"\\x123;\"", "line 1, column 2: " + byte_escape},
    {"NoDigits", "\"\\x;\"", "line 1, column 2: " + byte_escape},
    {"NoSemicolon", "\"\\x41\"", "line 1, column 2: " + byte_escape},
    {"ByteAtEnd", "\"\\x", "line 1, column 2: " + byte_escape},
    {"NotUtf8InString", "\"\u00e9\xff\"",
     "line 1, column 3: byte \\xff; is not UTF-8; such bytes are written as \\xHH;"},
    {"NotUtf8InSymbol", "a\xc3",
     "line 1, column 2: byte \\xc3; is not UTF-8; a name with such bytes stands in bars: |\\xHH;|"},
    {"NotUtf8InWildcard", "?a\xc3",
     "line 1, column 3: byte \\xc3; is not UTF-8; a name with such bytes stands in bars: |\\xHH;|"},
    {"NotUtf8", "(a \xff)",
     "line 1, column 4: byte \\xff; is not UTF-8; a name with such bytes stands in bars: |\\xHH;|"},
    {"ColumnsCountCodePoints", "(\"\u4e16\u754c\" caf\u00e9 ])",
     "line 1, column 12: expected a term, found ']'"},
    {"FoundCodePoint", "(a . b \u4e16)",
     "line 1, column 8: expected ')' to close the list opened at line 1, column 1, found '\u4e16'"},

    {"NoBlankAfterWord", "a\"b\"",
     "line 1, column 2: expected a blank or a parenthesis after the term that ends here, found "
     "'\"'"},
    {"NoBlankAfterString", "(\"a\"b)",
     "line 1, column 5: expected a blank or a parenthesis after the term that ends here, found "
     "'b'"},
    {"NoBlankAfterNumber", "12|a|",
     "line 1, column 3: expected a blank or a parenthesis after the term that ends here, found "
     "'|'"},
    {"NoBlankAfterPid", "#pid[0:1]x",
     "line 1, column 10: expected a blank or a parenthesis after the term that ends here, found "
     "'x'"},

    {"FreshZero", "user#0", "line 1, column 5: " + fresh_number},
    {"FreshWord", "user#x", "line 1, column 5: " + fresh_number},
    {"FreshNothing", "user#", "line 1, column 5: " + fresh_number},
    {"FreshTwice", "user#1#2", "line 1, column 5: " + fresh_number},
    {"FreshTooLarge", "|a b|#18446744073709551616", "line 1, column 6: " + fresh_number},

    {"UnknownHash", "(#true)", "line 1, column 2: " + forms},
    {"HashAlone", "#", "line 1, column 1: " + forms},
    {"HashError", "#error", "line 1, column 1: " + forms},
    {"HostObject", "(a #<host int 0x1>)",
     "line 1, column 4: the text of a host object cannot be read: it is equal only to itself"},
    {"PidWithoutNumber", "#pid[0:]", "line 1, column 1: " + pid_form},
    {"PidWithoutVm", "#pid[:1]", "line 1, column 1: " + pid_form},
    {"PidVmTooLarge", "#pid[10000000000000000:1]", "line 1, column 1: " + pid_form},
    {"PidNumberTooLarge", "#pid[0:4294967296]", "line 1, column 1: " + pid_form},
    {"PidNegative", "#pid[0:-1]", "line 1, column 1: " + pid_form},
    {"PidOpen", "#pid[0", "line 1, column 1: " + pid_form},
    {"PidOnTwoLines", "#pid[0\n:1]", "line 1, column 1: " + pid_form},

    {"NoLabel", "#s()",
     "line 1, column 4: expected a symbol, the label of the record opened at line 1, column 1, "
     "found "
     "')'"},
    {"LabelAtEnd", "#s(",
     "line 1, column 4: expected a symbol, the label of the record opened at line 1, column 1, "
     "found "
     "end of text"},
    {"LabelIsNumber", "#s( 12 a)",
     "line 1, column 5: expected a symbol, the label of the record opened at line 1, column 1, "
     "found "
     "'1'"},
    {"LabelIsFresh", "#s(a#1 a)",
     "line 1, column 4: expected a symbol, the label of the record opened at line 1, column 1, "
     "found "
     "'a'"},
    {"LabelIsWildcard", "#s(? a)",
     "line 1, column 4: expected a symbol, the label of the record opened at line 1, column 1, "
     "found "
     "'?'"},
    {"LabelIsRecord", "#s(#s(a))",
     "line 1, column 4: expected a symbol, the label of the record opened at line 1, column 1, "
     "found "
     "'#'"},

    {"WildcardTooLarge", "?4294967296", "line 1, column 1: " + wildcard_number},
    {"WildcardNoNumber", "(?3x)", "line 1, column 2: " + wildcard_number},
    {"WildcardOfNumber", "?-1", "line 1, column 1: " + wildcard_number},
    {"WildcardTwice", "??", "line 1, column 1: " + wildcard_name},
    {"WildcardDot", "?.", "line 1, column 1: " + wildcard_name},
    {"WildcardHash", "?a#1", "line 1, column 1: " + wildcard_name},
};

INSTANTIATE_TEST_SUITE_P(Texts, TextError, testing::ValuesIn(bad_texts),
                         [](const auto& info) { return std::string{info.param.name}; });

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

void expect_too_deep(const std::string& text, std::size_t column) {
  try {
    (void)read(text);
    FAIL() << "deeper than the limit";
  } catch (const syntax_error& e) {
    EXPECT_EQ(e.what(), "line 1, column " + std::to_string(column) +
                            ": nested deeper than 1024 levels, the limit of terms (lists may be of "
                            "any length)");
  }
}

TEST(TextErrors, NestingBeyondTheLimitIsRefusedBeforeTheStackEnds_X2) {
  constexpr std::size_t far_too_many = 1'000'000;
  expect_too_deep(repeated("(", far_too_many), max_term_depth + 1);
  expect_too_deep(repeated("#(", far_too_many), 2 * max_term_depth + 1);
  expect_too_deep(repeated("#s(a ", far_too_many), 5 * max_term_depth + 1);
  expect_too_deep(repeated("(a . ", far_too_many), 5 * max_term_depth + 1);
  expect_too_deep(repeated("(", max_term_depth + 1) + "1" + repeated(")", max_term_depth + 1),
                  max_term_depth + 1);
  EXPECT_NO_THROW((void)read(repeated("(", max_term_depth) + "1" + repeated(")", max_term_depth)));
  EXPECT_NO_THROW(
      (void)read(repeated("(", max_term_depth + 1) + repeated(")", max_term_depth + 1)));
}

TEST(TextErrors, LabelsDoNotNest) {
  EXPECT_THROW((void)read(repeated("#s(", 1'000'000)), syntax_error);
}

TEST(TextErrors, RecordsWithTooManyFieldsAreRefused) {
  EXPECT_NO_THROW((void)read("#s(r" + repeated(" 1", 65'535) + ")"));
  try {
    (void)read("(a #s(r" + repeated(" 1", 65'536) + "))");
    FAIL() << "more than the limit";
  } catch (const syntax_error& e) {
    EXPECT_STREQ(e.what(),
                 "line 1, column 4: a record may have at most 65535 fields, r would have 65536");
  }
}

TEST(TextErrors, IsARuntimeErrorWithAPlace) {
  const syntax_error e{3, 14, "fact"};
  EXPECT_STREQ(e.what(), "line 3, column 14: fact");
  EXPECT_EQ(e.line(), 3U);
  EXPECT_EQ(e.column(), 14U);
  static_assert(std::is_base_of_v<std::runtime_error, syntax_error>);
}

}  // namespace
}  // namespace souk
