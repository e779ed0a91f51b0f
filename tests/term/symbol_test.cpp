// Interned symbols are their names; fresh ones are only themselves.
#include <souk/symbol.hpp>

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

namespace souk {
namespace {

using namespace literals;

TEST(Symbol, InternedIsItsName) {
  const symbol a{"says"};
  EXPECT_EQ(a, symbol{std::string{"sa"} + "ys"});
  EXPECT_EQ(a, "says"_sym);
  EXPECT_NE(a, symbol{"say"});
  EXPECT_EQ(a.name(), "says");
  EXPECT_EQ(a.base_name(), "says");
  EXPECT_EQ(a.serial(), 0U);
  EXPECT_EQ((symbol{a.base(), a.serial()}), a);
}

TEST(Symbol, NamesHoldAnyBytes) {
  const std::string name{"a\0b\xff", 4};
  EXPECT_EQ(symbol{name}.name(), name);
  EXPECT_EQ(symbol{""}.name(), "");
  EXPECT_NE(symbol{name}, symbol{"a"});
}

TEST(Symbol, FreshIsOnlyItself) {
  const symbol a = fresh_symbol("user");
  const symbol b = fresh_symbol("user");
  EXPECT_NE(a, b);
  EXPECT_NE(a, "user"_sym);
  EXPECT_NE(a, symbol{a.name()}) << "looks the same, is another";
  EXPECT_EQ(a.base_name(), "user");
  EXPECT_EQ(a.name(), "user" + std::to_string(a.serial()));
  EXPECT_EQ((symbol{a.base(), a.serial()}), a);
}

TEST(Symbol, ManyNamesStayWhatTheyWere) {
  std::vector<symbol> all;
  std::unordered_set<symbol> different;
  for (int i = 0; i < 50'000; ++i) {
    all.emplace_back("name-" + std::to_string(i));
    different.insert(all.back());
  }
  EXPECT_EQ(different.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i].base_name(), "name-" + std::to_string(i));
  }
}

}  // namespace
}  // namespace souk
