// Messages into, inside and out of many nested VMs. What such a VM weighs is in memory.cpp.
#include <algorithm>

#include "bench/market.hpp"
#include "bench/nursery.hpp"

namespace souk::bench {
namespace {

// Goes into every VM: so many times its processes are to pass on their token.
struct summons {
  std::uint64_t passes;
};
SOUK_RECORD(summons, passes);
// Stays inside: for one of the three, and how many passes are to come.
struct token {
  std::uint64_t to;
  std::uint64_t left;
};
SOUK_RECORD(token, to, left);
// Comes out of a VM, which says which it is.
struct settled {
  std::uint64_t number;
};
SOUK_RECORD(settled, number);

constexpr std::uint64_t stalls = 3;

auto stall(std::uint64_t here, std::uint64_t number) {
  return subscriber(topic<token>(here, _)).on_message([=](const token& t) -> actions {
    if (t.left == 0) return at_meta_level(send_message(settled{number}));
    return send_message(token{(here + 1) % stalls, t.left - 1});
  });
}

spawn_action small_market(std::uint64_t number) {
  return spawn_vm(at_meta_level(subscriber(topic<summons>(_)).on_message([](const summons& s) {
                    return send_message(token{1, s.passes - 1});
                  })),
                  stall(0, number), spawn(stall(1, number)), spawn(stall(2, number)));
}

// By number, so that one that is lost and one that comes twice do not make up for each other.
struct register_of_vms {
  std::vector<bool> seen;
  std::uint64_t count = 0;
};

spawn_action registrar(std::uint64_t expected) {
  return spawn([expected] {
    return transition(
        register_of_vms{std::vector<bool>(expected)},
        subscriber(topic<settled>(_)).on_message([](const settled& s, register_of_vms& all) {
          if (all.seen.at(s.number)) return actions{at_meta_level(send_message(tally{1}))};
          all.seen[s.number] = true;
          return report(++all.count, all.seen.size());
        }));
  });
}

outcome run_nested(const options& chosen) {
  const std::uint64_t in_and_out = 2;
  const std::uint64_t each = std::max(chosen.count / chosen.size, in_and_out + stalls);
  market m{chosen, nullptr, registrar(chosen.size), nurse(100, &small_market)};
  m.run(send_message(go{chosen.size}));
  const elapsed took = m.run(send_message(summons{each - in_and_out}));
  m.expect_reports(chosen.size, "VMs whose processes had passed on their token");
  return {static_cast<double>(each * chosen.size), took};
}

}  // namespace

constinit const workload nested{
    .name = "nested",
    .unit = "messages/s",
    .measures =
        "nested VMs of three processes, all at once: a message goes into each, is passed on "
        "inside, and one comes out",
    .does_not_mean =
        "what it costs to make a VM: all are there before the clock starts; and most messages stay "
        "inside",
    .size_of = "nested VMs",
    .size = 2'000,
    .count = 40'000,
    .parallel_count = 4'000'000,
    .count_is_fixed = false,
    .run = run_nested};

}  // namespace souk::bench
