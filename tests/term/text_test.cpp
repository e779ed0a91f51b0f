// The text of each kind of term, written and read (X1), and the limits of both (X2).
#include <souk/text.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace std::string_literals;

// A ground term and its text: each gives the other.
void expect_text(const term& t, const std::string& text) {
  EXPECT_EQ(to_string(t), text);
  const term back = read(text);
  EXPECT_EQ(back, t) << text;
  EXPECT_EQ(back.hash(), t.hash()) << text;
}

// A text that is read, and then written as `text`.
void expect_reads_as(const std::string& source, const std::string& text) {
  EXPECT_EQ(to_string(read(source)), text) << source;
}

TEST(Text, OfBooleans) {
  expect_text(true, "#t");
  expect_text(false, "#f");
}

TEST(Text, OfIntegers) {
  expect_text(0, "0");
  expect_text(-7, "-7");
  expect_text(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
  expect_text(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  expect_reads_as("+7", "7");
  expect_reads_as("007", "7");
}

TEST(Text, OfReals) {
  expect_text(0.0, "0.0");
  expect_text(-0.0, "-0.0");
  expect_text(1.0, "1.0");
  expect_text(0.1, "0.1");
  expect_text(-2.5, "-2.5");
  expect_text(1e22, "1e+22");
  expect_text(1e-9, "1e-09");
  expect_text(123456.0, "123456.0");
  expect_text(std::numeric_limits<double>::max(), "1.7976931348623157e+308");
  expect_text(std::numeric_limits<double>::denorm_min(), "5e-324");
  expect_text(std::numeric_limits<double>::infinity(), "+inf.0");
  expect_text(-std::numeric_limits<double>::infinity(), "-inf.0");
  expect_text(std::numeric_limits<double>::quiet_NaN(), "+nan.0");
  expect_reads_as("1.", "1.0");
  expect_reads_as("+.5", "0.5");
  expect_reads_as("1E3", "1000.0");
  expect_reads_as("-nan.0", "+nan.0");
}

TEST(Text, OfStrings) {
  expect_text("", R"("")");
  expect_text("hello, world", R"("hello, world")");
  expect_text("a\"b\\c", R"("a\"b\\c")");
  expect_text("\n\t\r", R"("\n\t\r")");
  expect_text("caf\u00e9 \u4e16 \U0001f600", "\"caf\u00e9 \u4e16 \U0001f600\"");
  expect_text("\0\x1f\x7f"s, R"("\x00;\x1f;\x7f;")");
  expect_text("|;#()", "\"|;#()\"");
  expect_reads_as("\"two\nlines\"", R"("two\nlines")");
  expect_reads_as(R"("\x41;\xA;")", R"("A\n")");
}

TEST(Text, OfBytesThatAreNotUtf8) {
  expect_text("\xff", R"("\xff;")");
  expect_text("a\x80z", R"("a\x80;z")");
  expect_text("\xc0\x80", R"("\xc0;\x80;")");                    // a long form of NUL
  expect_text("\xed\xa0\x80", R"("\xed;\xa0;\x80;")");           // a surrogate
  expect_text("\xf4\x90\x80\x80", R"("\xf4;\x90;\x80;\x80;")");  // beyond U+10FFFF
  expect_text("\xe4\xb8", R"("\xe4;\xb8;")");                    // cut short
  expect_text("\xc2\x9b", R"("\xc2;\x9b;")");                    // U+009B, a control character
  expect_text("\xf4\x8f\xbf\xbf\xee\x80\x80", "\"\xf4\x8f\xbf\xbf\xee\x80\x80\"");
}

TEST(Text, OfByteStrings) {
  expect_text(bytes{""}, R"(#"")");
  expect_text(bytes{"ab\"\\\n\xff\u00e9"}, R"(#"ab\"\\\n\xff;\xc3;\xa9;")");
  expect_reads_as("#\"\u00e9\"", R"(#"\xc3;\xa9;")");
}

TEST(Text, OfErrors) {
  expect_text(fault{"no such file"}, R"(#error"no such file")");
  expect_text(fault{"a \"long\" one\n"}, R"(#error"a \"long\" one\n")");
}

TEST(Text, OfSymbolsAsBareWords) {
  for (const char* name : {"says", "x", "+", "-", "->", "...", "_", "a.b", ".a", "-x", "+inf", "e1",
                           "set-timer!", "caf\u00e9", "a?", "tcp:5999", "<=", "-.", "inf.0"}) {
    expect_text(symbol{name}, name);
  }
}

TEST(Text, OfSymbolsInBars) {
  const std::vector<std::pair<std::string, std::string>> names{
      {"", "||"},
      {"two words", "|two words|"},
      {"1", "|1|"},
      {"-1", "|-1|"},
      {"1x", "|1x|"},
      {".5", "|.5|"},
      {"+.5e", "|+.5e|"},
      {"+inf.0", "|+inf.0|"},
      {"-nan.0", "|-nan.0|"},
      {".", "|.|"},
      {"?", "|?|"},
      {"?x", "|?x|"},
      {"#t", "|#t|"},
      {"a#1", "|a#1|"},
      {"a|b", "|a\\|b|"},
      {"a\\b", "|a\\\\b|"},
      {"a\nb", "|a\\nb|"},
      {"(a)", "|(a)|"},
      {"a;b", "|a;b|"},
      {"a\"b", "|a\"b|"},
      {"don't", "|don't|"},
      {"\xff", "|\\xff;|"},
      {"\0"s, "|\\x00;|"},
      {"\xc2\x85", "|\\xc2;\\x85;|"},
      {"[x]", "|[x]|"},
      {"{x}", "|{x}|"},
      {"a,b", "|a,b|"},
  };
  for (const auto& [name, text] : names) expect_text(symbol{name}, text);
  expect_reads_as("|says|", "says");
}

TEST(Text, OfFreshSymbols) {
  expect_text(symbol{"user"_sym.base(), 63}, "user#63");
  expect_text(symbol{"two words"_sym.base(), 1}, "|two words|#1");
  expect_text(symbol{""_sym.base(), ~std::uint64_t{0}}, "||#18446744073709551615");
  expect_text(symbol{"a#1"_sym.base(), 2}, "|a#1|#2");
}

TEST(Text, OfPids) {
  expect_text(pid{root_vm, 0}, "#pid[0:0]");
  expect_text(pid{~std::uint64_t{0}, ~std::uint32_t{0}}, "#pid[ffffffffffffffff:4294967295]");
  expect_reads_as("#pid[FF:3]", "#pid[ff:3]");
}

TEST(Text, OfLists) {
  expect_text(nil, "()");
  expect_text(list(1, 2, 3), "(1 2 3)");
  expect_text(list(list(), list(1), 2), "(() (1) 2)");
  expect_text(cons(1, 2), "(1 . 2)");
  expect_text(cons(1, cons(2, "c"_sym)), "(1 2 . c)");
  expect_text(cons(1, make_vector(2)), "(1 . #(2))");
  expect_reads_as("(1 . (2 . (3 . ())))", "(1 2 3)");
  expect_reads_as("(a .5)", "(a 0.5)");
  expect_reads_as("(a .b)", "(a .b)");
  expect_reads_as("(a .(b))", "(a b)");
}

TEST(Text, OfVectors) {
  expect_text(make_vector(), "#()");
  expect_text(make_vector(1, "a"_sym, list(2)), "#(1 a (2))");
}

TEST(Text, OfRecords) {
  expect_text(make_record("says"), "#s(says)");
  expect_text(make_record("says", "tonyg"_sym, "hi"), R"(#s(says tonyg "hi"))");
  expect_text(make_record("two words", make_record("1")), "#s(|two words| #s(|1|))");
  expect_text(make_record("?", 1), "#s(|?| 1)");
}

TEST(Text, OfHostObjectsIsForPeople) {
  const auto object = std::make_shared<std::string>("secret");
  const std::string text = to_string(host_object(object));
  EXPECT_TRUE(text.starts_with("#<host std::")) << text;
  EXPECT_NE(text.find(" 0x"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(">")) << text;
  EXPECT_EQ(text, to_string(host_object(object)));
}

TEST(Text, OfWildcardsDoesNotDependOnOtherTerms) {
  EXPECT_EQ(to_string(_), "?");
  EXPECT_EQ(to_string(list(_, _)), "(? ?)");
  const term x = wild();
  const term y = wild();
  EXPECT_EQ(to_string(list(_, x, y, y, x)), "(? ?0 ?1 ?1 ?0)");
  EXPECT_EQ(to_string(list(x, cons(y, y))), "(? (?0 . ?0))");
}

TEST(Text, OfCanonicalVariablesKeepsTheirNumbers_TOP4) {
  EXPECT_EQ(to_string(wildcard{3}), "?3");
  EXPECT_EQ(to_string(wildcard{wildcard::first_uncanonical - 1}), "?4294967295");
  const term x = wild();
  const term y = wild();
  EXPECT_EQ(to_string(list(x, y, wildcard{0}, y, wildcard{2}, x)), "(?1 ?3 ?0 ?3 ?2 ?1)");
}

TEST(Text, OfNamedWildcardsIsTheirName) {
  EXPECT_EQ(to_string(list(var("who"), var("two words"), var("who"))), "(?who ?|two words| ?who)");
  EXPECT_EQ(to_string(var("1")), "?|1|");
  EXPECT_EQ(to_string(var("")), "?||");
  EXPECT_EQ(to_string(var("?")), "?|?|");
  EXPECT_EQ(to_string(var(".")), "?|.|");
}

TEST(Text, ReadsWildcards) {
  EXPECT_TRUE(read("?").is(kind::wildcard));
  EXPECT_NE(read("?"), read("?"));
  const term two = read("(? ?)");
  EXPECT_NE(two.head(), two.tail().head());
  EXPECT_EQ(read("?3"), term{wildcard{3}});
  EXPECT_EQ(read("?who"), term{var("who")});
  EXPECT_EQ(read("?|two words|"), term{var("two words")});
  EXPECT_EQ(read("?|1|"), term{var("1")});
  EXPECT_EQ(read("?||"), term{var("")});
  EXPECT_EQ(read("?_"), term{var("_")});
  EXPECT_EQ(read("_"), term{"_"_sym}) << "a symbol as any other";
  EXPECT_EQ(to_string(read("(?0 ?a ? ?0 (?a))")), "(?0 ?a ? ?0 (?a))");
}

TEST(Text, BlanksAndCommentsMeanNothing) {
  expect_reads_as("  ; first\n\t( a ;;; second )\r\n b)\f\v; third", "(a b)");
  expect_reads_as("a;b", "a");
  expect_reads_as("(a(b)c \"d\";\n)", "(a (b) c \"d\")");
  expect_reads_as("#(1 #(2)()3)", "#(1 #(2) () 3)");
}

TEST(Text, WriteAppends) {
  std::string out = "x = ";
  write(out, list(1, 2));
  EXPECT_EQ(out, "x = (1 2)");
}

TEST(Text, ReaderYieldsOneTermAfterAnother) {
  reader r{"a (b c) ; comment\n\"d\" 4 ; end"};
  EXPECT_EQ(r.next(), term{"a"_sym});
  EXPECT_EQ(r.next(), list("b"_sym, "c"_sym));
  EXPECT_EQ(r.next(), term{"d"});
  EXPECT_EQ(r.next(), term{4});
  EXPECT_EQ(r.next(), std::nullopt);
  EXPECT_EQ(r.next(), std::nullopt);
  EXPECT_EQ(reader{" ; nothing"}.next(), std::nullopt);
}

TEST(Text, ReaderStaysAtAnError) {
  reader r{"a\n(b ] c"};
  EXPECT_EQ(r.next(), term{"a"_sym});
  for (int i = 0; i < 2; ++i) {
    try {
      (void)r.next();
      FAIL() << "']' is no term";
    } catch (const syntax_error& e) {
      EXPECT_EQ(e.line(), 2U);
      EXPECT_EQ(e.column(), 4U);
    }
  }
}

TEST(Text, OfAMillionElementsTakesNoStack_X2) {
  std::vector<term> elements;
  for (int i = 0; i < 1'000'000; ++i) elements.emplace_back(i);
  for (const term& t : {list_of(elements), list_of(elements, "end"), vector(elements)}) {
    EXPECT_TRUE(read(to_string(t)) == t);
  }
  elements.back() = var("x");
  elements.front() = wild();
  const std::string text = to_string(list_of(elements, var("x")));
  EXPECT_TRUE(to_string(read(text)) == text);
}

TEST(Text, OfTheDeepestTermsIsRead_X2) {
  const auto nested = [](auto wrap, term t) {
    for (std::size_t i = 0; i < max_term_depth; ++i) t = wrap(t);
    return t;
  };
  for (const term& inmost : {term{1}, term{nil}, make_vector(), make_record("r")}) {
    const term vectors = nested([](const term& t) { return make_vector(t); }, inmost);
    EXPECT_TRUE(read(to_string(vectors)) == vectors);
    const term lists = nested([](const term& t) { return list(t, t.is_ground()); }, inmost);
    EXPECT_TRUE(read(to_string(lists)) == lists);
    const term records = nested([](const term& t) { return make_record("r", t); }, inmost);
    EXPECT_TRUE(read(to_string(records)) == records);
    const term heads = nested([](const term& t) { return cons(t, 1); }, inmost);
    EXPECT_TRUE(read(to_string(heads)) == heads);
  }
}

}  // namespace
}  // namespace souk
