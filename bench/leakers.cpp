// Nested VMs that leak until their limit ends them, beside others that go about their work.
//
// What the leakers do costs time, too, so what is measured is what the others get done in the time
// that is left: they run once without any other, as leakers run once without them.
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

// In the VM around, as long as the VM of that number is there.
struct leaker {
  std::uint64_t number;
};
SOUK_RECORD(leaker, number);
struct worker {
  std::uint64_t number;
};
SOUK_RECORD(worker, number);
/// Out of a VM that has done its work: so many messages.
struct done {
  std::uint64_t seen;
};
SOUK_RECORD(done, seen);
// Inside.
struct more {};
SOUK_RECORD(more);
struct ping {
  std::uint64_t number;
};
SOUK_RECORD(ping, number);
struct pong {
  std::uint64_t number;
};
SOUK_RECORD(pong, number);

constexpr std::uint64_t limit = std::uint64_t{1} << 20;
constexpr std::uint64_t workers = 100;

using block = std::vector<char, allocator<char>>;
using leak = std::vector<block, allocator<block>>;

template <class... Parts>
spawn_action limited(Parts&&... parts) {
  const custodian by = make_custodian();
  by.limit_memory(limit);
  return spawn_vm(std::forward<Parts>(parts)...).under(by);
}

/// Keeps 256 bytes more each time, or up to 64 KiB, by its number.
spawn_action make_leaker(std::uint64_t number) {
  const std::size_t step = std::size_t{256} << number % 9;
  return limited(at_meta_level(publisher(topic<leaker>(number))), spawn([step] {
                   return transition(
                       leak{}, subscriber(topic<more>()).on_message([step](const more&, leak& all) {
                         all.emplace_back().reserve(step);
                         return send_message(more{});
                       }),
                       send_message(more{}));
                 }));
}

/// Two processes that send each other so many messages, together.
spawn_action make_worker(std::uint64_t number, std::uint64_t messages) {
  return limited(at_meta_level(publisher(topic<worker>(number))),
                 spawn(subscriber(topic<ping>(_)).on_message([](const ping& p) {
                   return send_message(pong{p.number + 1});
                 })),
                 spawn([messages] {
                   return actions{
                       subscriber(topic<pong>(_)).on_message([messages](const pong& p) {
                         if (p.number < messages) return actions{send_message(ping{p.number + 1})};
                         return actions{at_meta_level(send_message(done{p.number}))};
                       }),
                       publisher(topic<ping>(_)).on_presence([] { return send_message(ping{1}); })};
                 }));
}

/// How many there are of each, and what they do.
struct plan {
  std::uint64_t leakers;
  std::uint64_t workers;
  std::uint64_t messages;  ///< of each worker; even

  [[nodiscard]] std::uint64_t expected() const { return leakers + workers * messages; }
};

/// Reports each leaker that goes for its memory and what the workers did; a VM that ends otherwise
/// is reported as more than there can be.
spawn_action overseer(const plan& of) {
  return spawn([of] {
    const auto heard = [expected = of.expected()](std::uint64_t more_seen, std::uint64_t& seen) {
      seen += more_seen;
      return seen < expected ? actions{} : actions{at_meta_level(send_message(tally{seen}))};
    };
    return transition(
        std::uint64_t{0}, subscriber(topic<go>(_)).on_message([of](const go&) {
          actions all;
          for (std::uint64_t i = 0; i < of.workers; ++i) all.append(make_worker(i, of.messages));
          for (std::uint64_t i = 0; i < of.leakers; ++i) all.append(make_leaker(i));
          return all;
        }),
        subscriber(topic<done>(_)).on_message([heard](const done& d, std::uint64_t& seen) {
          return heard(d.seen, seen);
        }),
        observe_publishers(topic<leaker>(_))
            .on_absence([heard, of](const topic<leaker>&, const reason& why, std::uint64_t& seen) {
              const bool is_right = why.value == term{symbol{"memory-limit"}};
              return heard(is_right ? 1 : 2 * of.expected(), seen);
            }),
        observe_publishers(topic<worker>(_))
            .on_absence([heard, of](const topic<worker>&, std::uint64_t& seen) {
              return heard(2 * of.expected(), seen);
            }));
  });
}

elapsed run_plan(const options& chosen, const plan& of) {
  market m{chosen, nullptr, overseer(of)};
  const elapsed took = m.run(send_message(go{0}));
  m.expect_reports(of.expected(), "messages, and leakers that ended for the right reason");
  return took;
}

outcome run(const options& chosen) {
  const plan both{chosen.size, workers, (chosen.count / workers + 2) / 2 * 2};
  const bool is_checked = chosen.record != nullptr || chosen.replay != nullptr;
  elapsed alone{0, 0};
  if (!is_checked && both.leakers > 0) alone = run_plan(chosen, {both.leakers, 0, 0});
  const elapsed took = run_plan(chosen, both);
  const double left = took.core_seconds - alone.core_seconds;
  // Too short to tell the two apart: then all of the time counts.
  return {static_cast<double>(both.workers * both.messages), left > 0 ? elapsed{left, left} : took};
}

}  // namespace

constinit const workload leakers{
    .name = "leakers",
    .unit = "messages/core s",
    .measures =
        "100 nested VMs send messages inside while others leak, each at its own speed, until they "
        "have 1 MiB and end: messages of the former by the processor time that the leakers, "
        "alone, do not need",
    .does_not_mean = "messages by the clock: with `--size 0` it says what they are without leakers",
    .size_of = "VMs that leak",
    .size = 1'000,
    .count = 200'000,
    .parallel_count = 20'000'000,
    .count_is_fixed = false,
    .run = run};

}  // namespace souk::bench
