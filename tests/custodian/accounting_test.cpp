// Who is charged for what: A1 and A3 of account.hpp, and the rule for what is shared
// (docs/custodians.md): the VM that holds it, the inner one if both do.
#include "tests/custodian/support.hpp"

#include <souk/detail/account.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using detail::account;
using detail::account_scope;
using detail::size_class;

constexpr std::size_t much = 1'000'000;

class Accounting : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Accounting, ::testing::ValuesIn(all_kinds()), name_of);

actions busy() {
  return actions{spawn([] {
                   return transition(
                       std::string(100, 's'),
                       subscriber(list("m"_sym, _)).on_message([](const term& m, std::string& s) {
                         s += to_string(m);
                         return send_message(list("echo"_sym, m, s));
                       }),
                       publisher(list("echo"_sym, _, _)),
                       at_meta_level(subscriber(list("m"_sym, _)), publisher("x"_sym)));
                 }),
                 spawn(quit("why"_sym)),
                 spawn([]() -> actions { throw std::runtime_error{"boom"}; })};
}

TEST_P(Accounting, AllAccountsTogetherAreChargedWhatIsLive_A3) {
  const std::int64_t before = account::bytes_taken();
  const std::size_t accounts = account::count();
  {
    vm v = run(busy(), spawn_vm(busy(), spawn_vm(busy())), spawn_vm(busy()));
    for (int i = 0; i < 10; ++i) send(v, list("m"_sym, i));
    EXPECT_EQ(account::bytes_charged(), account::bytes_taken());
    EXPECT_GT(account::bytes_taken(), before + 1000);
    EXPECT_EQ(account::count(), accounts + 4);
  }
  EXPECT_EQ(account::bytes_charged(), account::bytes_taken());
  EXPECT_EQ(account::bytes_taken(), before) << "the law of conservation";
  EXPECT_EQ(account::count(), accounts);
}

/// What an account asks while the lock of the accounts is held: it waits until it is let go.
class slow_owner final : public detail::account_owner {
 public:
  void shut_down(const term&) noexcept override {}
  [[nodiscard]] detail::account_counts count() noexcept override {
    is_asked_ = true;
    while (!goes_on_.load()) std::this_thread::yield();
    return {};
  }
  void await_question() const {
    while (!is_asked_.load()) std::this_thread::yield();
  }
  void go_on() noexcept { goes_on_ = true; }

 private:
  std::atomic<bool> is_asked_{false};
  std::atomic<bool> goes_on_{false};
};

// It may end where a queue under a lock of a VM grows, while another thread counts and waits for
// that lock.
TEST(Account, EndsWithoutWaitingForWhoCounts) {
  const std::size_t before = account::count();
  slow_owner owner;
  account& counted = account::open(account::current());
  counted.own(owner);
  account& ending = account::open();
  std::thread counts{[&] { (void)counted.read(); }};
  owner.await_question();
  ending.let_go();
  owner.go_on();
  counts.join();
  counted.close();
  EXPECT_EQ(account::count(), before);
}

TEST_P(Accounting, TheTotalIsThatOfAllInside) {
  std::optional<custodian> inner;
  vm v = run(subscriber("stay"_sym), spawn_vm([&inner] {
               inner = custodian::current();
               return transition(term{std::string(much, 'x')}, at_meta_level(subscriber("m"_sym)));
             }));
  ASSERT_TRUE(inner);
  const custodian_usage outer = v.get_custodian().usage();
  EXPECT_GT(inner->usage().own, much);
  EXPECT_EQ(inner->usage().own, inner->usage().total);
  EXPECT_LT(outer.own, much);
  EXPECT_EQ(outer.total, outer.own + inner->usage().own);
  EXPECT_GE(outer.peak, outer.total);
  EXPECT_EQ(outer.limit, std::numeric_limits<std::uint64_t>::max());
}

TEST_P(Accounting, WhatCrossesIntoAVmIsChargedToIt) {
  std::optional<custodian> inner;
  vm v = run(
      subscriber("stay"_sym), spawn_vm([&inner] {
        inner = custodian::current();
        return transition(
            term{},
            at_meta_level(
                subscriber(list("keep"_sym, _)).on_message([](const term& m, term& s) { s = m; })));
      }));
  const custodian outer = v.get_custodian();
  const std::uint64_t outside = outer.usage().own;
  const std::uint64_t inside = inner->usage().own;
  const std::uint64_t program = custodian::current().usage().own;
  const term held = list("keep"_sym, std::string(much, 'x'));
  send(v, held);
  EXPECT_GT(inner->usage().own, inside + much) << "a value that both reach: the inner one pays";
  EXPECT_LT(outer.usage().own, outside + 10'000);
  EXPECT_LT(custodian::current().usage().own, program + 10'000);
}

TEST_P(Accounting, WhatCrossesOutIsChargedToTheVmAround) {
  std::optional<custodian> inner;
  vm v =
      run(spawn([] {
            return transition(
                term{},
                subscriber(list("made"_sym, _)).on_message([](const term& m, term& s) { s = m; }));
          }),
          spawn_vm([&inner] {
            inner = custodian::current();
            return transition(
                term{}, at_meta_level(subscriber("make"_sym).on_message([](const term&, term& s) {
                  s = std::string(much, 'x');
                  return at_meta_level(send_message(list("made"_sym, s)));
                })));
          }));
  const custodian outer = v.get_custodian();
  const std::uint64_t outside = outer.usage().own;
  const std::uint64_t inside = inner->usage().own;
  send(v, "make"_sym);
  EXPECT_GT(outer.usage().own, outside + much);
  EXPECT_LT(inner->usage().own, inside + 10'000);
}

TEST(SizeClass, IsThatOfTheHeapOfTheCommand) {
  for (std::size_t size = 1; size < 100'000; ++size) {
    ASSERT_GE(size_class(size), size);
    ASSERT_LE(size_class(size), size + std::max<std::size_t>(size / 4, 15));
    ASSERT_EQ(size_class(size_class(size)), size_class(size));
  }
}

TEST(AccountTree, WhatIsChargedInsideIsFoldedOutwards) {
  account& outer = account::open();
  account& middle = account::open(outer);
  account& inner = account::open(middle);
  void* block = nullptr;
  {
    const account_scope pays{inner};
    block = account::take_on_current(much).memory;
  }
  EXPECT_EQ(inner.live_bytes(), size_class(much));
  EXPECT_EQ(outer.live_bytes(), 0U);
  EXPECT_EQ(outer.read().total, size_class(much));
  EXPECT_EQ(middle.read().peak, size_class(much));
  inner.close();
  middle.close();
  EXPECT_EQ(outer.read().total, size_class(much)) << "closed, but not given back";
  inner.give_back(block, much);
  EXPECT_EQ(outer.read().total, 0U);
  outer.close();
}

TEST(AccountTree, ManyThreadsChargeAndCreditEachOther_A3) {
  account& one = account::open();
  account& other = account::open(one);
  const auto trade = [](account& mine, account& theirs) {
    for (int i = 0; i < 2000; ++i) {
      std::vector<term> made;
      {
        const account_scope pays{mine};
        for (int k = 0; k < 20; ++k) made.push_back(list(k, k, k));
      }
      const account_scope pays{theirs};
      for (const term& t : made) t.pass_on(theirs);
    }
  };
  std::thread here{[&] { trade(one, other); }};
  std::thread there{[&] { trade(other, one); }};
  here.join();
  there.join();
  EXPECT_EQ(one.live_bytes(), 0U);
  EXPECT_EQ(other.live_bytes(), 0U);
  EXPECT_EQ(account::bytes_charged(), account::bytes_taken());
  other.close();
  one.close();
}

}  // namespace
}  // namespace souk
