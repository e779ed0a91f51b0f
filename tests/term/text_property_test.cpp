// X1 for random terms.
#include <souk/text.hpp>

#include "tests/term/arbitrary_term.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace souk {
namespace {

using testing::any_ground_term;
using testing::any_term;

// Equality up to the names of wildcards.
class renaming {
 public:
  bool maps(const term& a, const term& b) {
    if (a.which() != b.which()) return false;
    if (a.is(kind::wildcard)) return maps(a.as_wildcard(), b.as_wildcard());
    if (!a.is_compound()) return a == b;
    if (a.is(kind::record) && a.label() != b.label()) return false;
    if (a.parts().size() != b.parts().size()) return false;
    for (std::size_t i = 0; i < a.parts().size(); ++i) {
      if (!maps(a.parts()[i], b.parts()[i])) return false;
    }
    return true;
  }

 private:
  bool maps(wildcard a, wildcard b) {
    // Canonical and named ones keep their names.
    if ((a.is_canonical() || a.name()) && a != b) return false;
    return there_.try_emplace(a.id, b.id).first->second == b.id &&
           back_.try_emplace(b.id, a.id).first->second == a.id;
  }

  std::map<std::uint64_t, std::uint64_t> there_;
  std::map<std::uint64_t, std::uint64_t> back_;
};

RC_GTEST_PROP(TextProperty, GroundTermsComeBackEqual_X1, ()) {
  const term t = *any_ground_term();
  const term back = read(to_string(t));
  RC_ASSERT(back == t);
  RC_ASSERT(back.hash() == t.hash());
  RC_ASSERT(back.is_ground());
  RC_ASSERT(to_string(back) == to_string(t));
}

RC_GTEST_PROP(TextProperty, PatternsComeBackEqualUpToRenaming_X1, ()) {
  const term t = *any_term();
  const std::string text = to_string(t);
  const term back = read(text);
  RC_ASSERT(renaming{}.maps(t, back));
  RC_ASSERT(back.is_ground() == t.is_ground());
  RC_ASSERT(to_string(back) == text);
}

RC_GTEST_PROP(TextProperty, DifferentGroundTermsHaveDifferentTexts, ()) {
  const term a = *any_ground_term();
  const term b = *any_ground_term();
  RC_ASSERT((a == b) == (to_string(a) == to_string(b)));
}

RC_GTEST_PROP(TextProperty, TextsArePrintable, ()) {
  for (const char c : to_string(*any_term())) {
    const auto byte = static_cast<unsigned char>(c);
    RC_ASSERT(byte >= 0x20 && byte != 0x7f);
  }
}

RC_GTEST_PROP(TextProperty, ManyTermsInOneTextAreReadOneByOne, ()) {
  const auto terms = *rc::gen::container<std::vector<term>>(any_ground_term());
  std::string text;
  for (const term& t : terms) {
    write(text, t);
    text += '\n';
  }
  reader r{text};
  for (const term& t : terms) RC_ASSERT(r.next() == t);
  RC_ASSERT(r.next() == std::nullopt);
}

// Cutting a text short is an error at its end or earlier, never a crash.
RC_GTEST_PROP(TextProperty, CutTextsAreRefusedOrWhole, ()) {
  const std::string text = to_string(term{list(*any_term())});
  const auto size = *rc::gen::inRange<std::size_t>(0, text.size());
  RC_ASSERT_THROWS_AS((void)read(text.substr(0, size)), syntax_error);
}

RC_GTEST_PROP(TextProperty, AnyTextIsReadOrRefusedWithAPlace, ()) {
  const std::string text = *testing::any_text();
  try {
    (void)read(text);
  } catch (const syntax_error& e) {
    RC_ASSERT(e.line() >= 1U && e.column() >= 1U);
    RC_ASSERT(e.column() <= text.size() + 1);
  }
}

}  // namespace
}  // namespace souk
