// Who pays: a VM's memory is charged to its own account, a nested VM's to that one's, and all of it
// is given back when the VM goes.
#include "tests/vm/journal.hpp"

#include <souk/detail/account.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using detail::account;

constexpr std::size_t much = 1'000'000;

// Something of everything: states inside and outside their box, endpoints, nested VMs, crashes.
actions busy() {
  const auto echo = [] {
    return spawn([] {
      return transition(
          std::string(100, 's'),
          subscriber(list("m"_sym, _)).on_message([](const term& m, std::string& state) {
            state += to_string(m);
            return send_message(list("echo"_sym, m, state));
          }),
          publisher(list("echo"_sym, _, _)), at_meta_level(subscriber(list("m"_sym, _))));
    });
  };
  return actions{echo(), echo(), spawn(quit("why"_sym)),
                 spawn([]() -> actions { throw std::runtime_error{"boom"}; }),
                 spawn(subscriber(list("m"_sym, 1)).on_message([](const term&) -> actions {
                   throw std::runtime_error{"boom"};
                 }))};
}

TEST(Memory, IsAllGivenBackWhenTheVmGoes) {
  const std::uint64_t before = account::current().live_bytes();
  {
    vm v = run(busy(), spawn_vm(busy(), spawn_vm(busy())));
    for (int i = 0; i < 10; ++i) send(v, list("m"_sym, i));
    v.inject(send_message(list("m"_sym, 1)));  // and with something pending
  }
  EXPECT_EQ(account::current().live_bytes(), before);
}

// The account of a VM lives on while somebody holds what it paid for.
TEST(Memory, OfAVmIsGivenBackButForWhatIsHeldOutside) {
  term kept;
  account* payer = nullptr;
  {
    vm v = run(busy(), spawn_vm(busy()), yield([&] {
                 payer = &account::current();
                 kept = std::string(much, 'x');
               }));
    send(v, list("m"_sym, 1));
    EXPECT_GT(payer->live_bytes(), much + 1000);
  }
  EXPECT_NE(payer, &account::current());
  EXPECT_EQ(payer->live_bytes(), detail::size_class(much + sizeof(detail::node)));
}

TEST(Memory, OfANestedVmIsChargedToItAndNotToTheVmAround) {
  account* outer = nullptr;
  account* inner = nullptr;
  vm v =
      run(subscriber("stay"_sym), yield([&] { outer = &account::current(); }), spawn_vm([&inner] {
            return transition(
                term{},
                at_meta_level(subscriber("grow"_sym).on_message([&inner](const term&, term& state) {
                  inner = &account::current();
                  state = std::string(much, 'x');
                })));
          }));
  ASSERT_NE(outer, nullptr);
  const std::uint64_t before = outer->live_bytes();
  send(v, "grow"_sym);
  ASSERT_NE(inner, nullptr);
  EXPECT_NE(inner, outer);
  EXPECT_GT(inner->live_bytes(), much);
  EXPECT_EQ(outer->live_bytes(), before);
}

TEST(Memory, OfAStateThatOutgrowsItsBoxIsCharged) {
  struct large {
    char room[much];
  };
  account* payer = nullptr;
  vm v = run([&payer] {
    payer = &account::current();
    return transition(std::make_unique<large>().operator*(), subscriber("stay"_sym));
  });
  EXPECT_GT(payer->live_bytes(), much);
}

TEST(Memory, OfTheClausesOfAnEndpointIsCharged) {
  constexpr std::size_t clauses = 1000;
  account* payer = nullptr;
  std::uint64_t before = 0;
  vm v = run(yield([&] {
    payer = &account::current();
    before = payer->live_bytes();
    endpoint made = subscriber("t"_sym);
    for (std::size_t i = 0; i < clauses; ++i) made = std::move(made).on_presence([] {});
    return made;
  }));
  EXPECT_GT(payer->live_bytes(), before + clauses * (sizeof(detail::clause) + 3 * sizeof(void*)));
}

TEST(Memory, OfACollectedProcessIsGivenBack_GC1) {
  account* payer = nullptr;
  vm v = run(subscriber("stay"_sym), when("go"_sym, spawn([&payer] {
                                            payer = &account::current();
                                            return transition(std::array<char, much>{});
                                          })));
  send(v, "go"_sym);
  const std::uint64_t once = payer->live_bytes();
  for (int i = 0; i < 10; ++i) send(v, "go"_sym);
  EXPECT_EQ(payer->live_bytes(), once);
}

}  // namespace
}  // namespace souk
