// Who pays for terms: A1, live bytes are what was allocated and not yet freed; A2, an account
// outlives its VM while bytes are charged to it.
#include <souk/detail/account.hpp>
#include <souk/term.hpp>
#include <souk/text.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <memory_resource>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace souk {
namespace {

using detail::account;
using detail::account_scope;

// An account that is closed at the end of the test, as that of a VM is.
class Account : public testing::Test {
 protected:
  Account() = default;
  ~Account() override {
    if (open_) payer_.close();
  }
  void close() {
    payer_.close();
    open_ = false;
  }
  account& payer() { return payer_; }

 private:
  account& payer_ = account::open();
  bool open_ = true;
};

term something_large() {
  const std::string text(100, 'x');
  return list(text, make_vector(1, bytes{text}, list(_, var("x"))), make_record("r", fault{text}),
              host_object(std::make_shared<int>(1)));
}

TEST_F(Account, PaysForWhatIsInsideAndGetsItBack_A1) {
  const std::uint64_t others = account::current().live_bytes();
  {
    const account_scope scope{payer()};
    const term t = something_large();
    EXPECT_GT(payer().live_bytes(), 400U);
    EXPECT_LT(payer().live_bytes(), 1000U);
    const std::uint64_t before = payer().live_bytes();
    const term copy = t;  // NOLINT(performance-unnecessary-copy-initialization): that is the test
    EXPECT_EQ(payer().live_bytes(), before) << "a copy costs nothing";
  }
  EXPECT_EQ(payer().live_bytes(), 0U);
  EXPECT_EQ(account::current().live_bytes(), others);
}

TEST_F(Account, AtomsAndShortTextsCostNothing) {
  const account_scope scope{payer()};
  const std::vector<term> atoms{1,
                                2.0,
                                true,
                                nil,
                                _,
                                pid{1, 2},
                                symbol{"long-name-of-a-symbol"},
                                "",
                                std::string(14, 'x'),
                                bytes{std::string(14, 'x')}};
  EXPECT_EQ(payer().live_bytes(), 0U);
  const term fifteen{std::string(15, 'x')};
  EXPECT_EQ(payer().live_bytes(), detail::size_class(16 + 15));
}

TEST_F(Account, PaysWhoeverDropsTheTermAndWherever_A1) {
  term t;
  {
    const account_scope scope{payer()};
    t = something_large();
  }
  EXPECT_GT(payer().live_bytes(), 0U);
  std::thread{[taken = std::exchange(t, term{})]() mutable { taken = nil; }}.join();
  EXPECT_EQ(payer().live_bytes(), 0U);
}

TEST_F(Account, ScopesNest) {
  account& outer = account::current();
  {
    const account_scope scope{payer()};
    EXPECT_EQ(&account::current(), &payer());
    account& inner = account::open();
    {
      const account_scope nested{inner};
      EXPECT_EQ(&account::current(), &inner);
    }
    EXPECT_EQ(&account::current(), &payer());
    inner.close();
  }
  EXPECT_EQ(&account::current(), &outer);
}

TEST_F(Account, ReadingAndWritingGiveBackWhatTheyTook_A1) {
  const account_scope scope{payer()};
  {
    const term t = read("(a #(\"a long string that is shared\" ?x) ? ?x #s(r 1 2))");
    EXPECT_GT(payer().live_bytes(), 0U);
    EXPECT_EQ(to_string(t), "(a #(\"a long string that is shared\" ?x) ? ?x #s(r 1 2))");
    EXPECT_THROW((void)read("(a #(\"a long string that is shared\" b) ]"), syntax_error);
  }
  EXPECT_EQ(payer().live_bytes(), 0U);
}

TEST_F(Account, RefusedTermsCostNothing_A1) {
  const account_scope scope{payer()};
  {
    term deepest = 1;
    for (std::size_t i = 0; i < max_term_depth; ++i) deepest = make_vector(deepest);
    const std::uint64_t before = payer().live_bytes();
    EXPECT_THROW((void)make_vector(deepest), term_error);
    EXPECT_THROW((void)cons(deepest, nil), term_error);
    EXPECT_EQ(payer().live_bytes(), before);
  }
  EXPECT_EQ(payer().live_bytes(), 0U);
}

TEST_F(Account, PaysForContainersThatUseItAsMemoryResource_A1) {
  {
    std::pmr::vector<int> numbers{&payer()};
    numbers.resize(1000);
    EXPECT_EQ(payer().live_bytes(), detail::size_class(1000 * sizeof(int)));
  }
  EXPECT_EQ(payer().live_bytes(), 0U);
}

TEST_F(Account, LivesAfterItsVmWhileTermsDo_A2) {
  term t;
  {
    const account_scope scope{payer()};
    t = something_large();
  }
  const std::uint64_t before = payer().live_bytes();
  close();
  EXPECT_EQ(payer().live_bytes(), before) << "the mark of a closed account is no byte";
  const term part = t.head();
  t = nil;
  EXPECT_GT(payer().live_bytes(), 0U);
}

TEST(AccountIds, AreUsedAgainOnlyAfterTheLastByte_A2) {
  account& first = account::open();
  const account::id_type id = first.id();
  term kept;
  {
    const account_scope scope{first};
    kept = list(1);
  }
  first.close();
  account& second = account::open();
  EXPECT_NE(second.id(), id);
  EXPECT_EQ(&account::by_id(second.id()), &second);
  second.close();
  kept = nil;
  account& third = account::open();
  EXPECT_EQ(third.id(), id) << "the id that became free last";
  EXPECT_EQ(third.live_bytes(), 0U);
  third.close();
}

TEST(AccountIds, ManyAccountsAtOnce) {
  std::vector<account*> all;
  for (int i = 0; i < 10'000; ++i) all.push_back(&account::open());
  for (account* a : all) EXPECT_EQ(&account::by_id(a->id()), a);
  for (account* a : all) a->close();
}

}  // namespace
}  // namespace souk
