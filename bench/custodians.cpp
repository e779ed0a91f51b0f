// The end of VMs by their custodian: when it is asked for, and when they take too much memory.
//
// One after the other: a VM is made and says that it is there, it is ended, its absence is seen,
// and the next one is made.
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

/// In the VM around, as long as the VM of that number is there.
struct lodger {
  std::uint64_t number;
};
SOUK_RECORD(lodger, number);
/// Into that VM: take what you cannot have.
struct temptation {
  std::uint64_t number;
};
SOUK_RECORD(temptation, number);

constexpr std::uint64_t limit = std::uint64_t{64} << 10;

spawn_action make_lodger(std::uint64_t number, const custodian& by) {
  return spawn_vm(
             at_meta_level(publisher(topic<lodger>(number)),
                           subscriber(topic<temptation>(number)).on_message([](const temptation&) {
                             const std::vector<char, allocator<char>> more(limit);
                           })))
      .under(by);
}

/// The next of so many, until that many have gone for the reason that was expected.
struct house {
  std::optional<custodian> last{};
  std::uint64_t left = 0;
  std::uint64_t seen = 0;
  std::uint64_t expected = 0;
};

enum class end : std::uint8_t { asked_for, over_limit };

actions let_in(house& h) {
  if (h.left == 0) return {};
  h.last = make_custodian();
  h.last->limit_memory(limit);
  return make_lodger(h.left--, *h.last);
}

template <end How>
spawn_action landlord() {
  return spawn([] {
    const symbol expected{How == end::over_limit ? "memory-limit" : "asked-for"};
    return transition(
        house{}, subscriber(topic<go>(_)).on_message([](const go& g, house& h) {
          h.left = h.expected = g.amount;
          return let_in(h);
        }),
        observe_publishers(topic<lodger>(_))
            .on_presence([](const topic<lodger>& who, house& h) -> actions {
              if (How == end::over_limit) return send_message(temptation{*who.number});
              h.last->shut_down(symbol{"asked-for"});
              return {};
            })
            .on_absence([expected](const topic<lodger>&, const reason& why, house& h) {
              h.seen += why.value == term{expected} ? 1 : 0;
              actions next = report(h.seen, h.expected);
              next.append(let_in(h));
              return next;
            }));
  });
}

template <end How>
outcome run_house(const options& chosen) {
  market m{chosen, nullptr, landlord<How>()};
  const elapsed took = m.run(send_message(go{chosen.count}));
  m.expect_reports(chosen.count, "VMs that ended for the right reason");
  return {static_cast<double>(chosen.count), took};
}

}  // namespace

constinit const workload create_shutdown{
    .name = "create-shutdown",
    .unit = "VMs/s",
    .measures = "a nested VM is made, shut down with its custodian, and seen to be gone",
    .does_not_mean = "how fast many are ended at once: there is one at a time",
    .size_of = "",
    .size = 0,
    .count = 20'000,
    .parallel_count = 200'000,
    .count_is_fixed = false,
    .run = run_house<end::asked_for>};

constinit const workload over_limit{
    .name = "over-limit",
    .unit = "VMs/s",
    .measures =
        "a nested VM is made, told to take more memory than it may, and seen to be gone: one "
        "divided by it is the latency of a limit, and more",
    .does_not_mean = "what it costs to be limited: see bench/micro/account_bench.cpp",
    .size_of = "",
    .size = 0,
    .count = 20'000,
    .parallel_count = 200'000,
    .count_is_fixed = false,
    .run = run_house<end::over_limit>};

}  // namespace souk::bench
