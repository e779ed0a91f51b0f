// What waits, by its weight: idle (a process), idle-vm (a nested VM) and backlog (a message).
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "bench/census.hpp"
#include "bench/market.hpp"
#include "bench/nursery.hpp"

namespace souk::bench {
namespace {

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double all = 0;
  double resident = 0;
  double shared = 0;  // pages of files: the program's own code, as it is used
  if (!(statm >> all >> resident >> shared))
    throw std::runtime_error{"cannot read /proc/self/statm"};
  return (resident - shared) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

struct wake {
  std::uint64_t number;
};
SOUK_RECORD(wake, number);

spawn_action sleeper(std::uint64_t number) {
  return spawn([number] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<wake>(number)).on_message([](const wake&, std::uint64_t& seen) {
          ++seen;
        }));
  });
}

constexpr std::uint64_t batch = 100;  // few, so that what spawning leaves behind is little

outcome run_idle(const options& chosen) {
  census counted{chosen.listener};
  market m{chosen, &counted, nurse(batch, &sleeper)};
  const double bytes_before = resident_bytes();
  m.run(send_message(go{chosen.size}));
  // Among few, pages that the allocator gave back meanwhile may outweigh them.
  const double bytes = std::max(resident_bytes() - bytes_before, 0.0);
  market::expect(counted.endpoints(), chosen.size + 1, "endpoints, with that of who spawns");
  market::expect(counted.quits(), 0, "ends of idle processes");
  return {bytes, static_cast<double>(chosen.size)};
}

struct go_inside {
  std::uint64_t amount;
};
SOUK_RECORD(go_inside, amount);

// Without an endpoint outside it would be collected, as an empty VM is (GC-3).
spawn_action sleeping_vm(std::uint64_t number) {
  return spawn_vm([number] {
    return transition(
        std::uint64_t{0},
        at_meta_level(
            subscriber(topic<wake>(number)).on_message([](const wake&, std::uint64_t& seen) {
              ++seen;
            })));
  });
}

// As many processes, and then VMs with a process inside: the second weigh more by the VMs. Before
// that a few of both, so that neither pays for what a program takes once.
outcome run_idle_vm(const options& chosen) {
  const std::uint64_t few = std::max<std::uint64_t>(chosen.size / 10, 1);
  census counted{chosen.listener};
  market m{chosen, &counted, nurse(batch, &sleeper), nurse<go_inside>(batch, &sleeping_vm)};
  m.run(send_message(go{few}));
  m.run(send_message(go_inside{few}));
  const double bytes_before = resident_bytes();
  m.run(send_message(go{chosen.size}));
  const double bytes_with_processes = resident_bytes();
  m.run(send_message(go_inside{chosen.size}));
  const double bytes = resident_bytes() - bytes_with_processes;
  market::expect(counted.endpoints(), 2 * (few + chosen.size) + 2,
                 "endpoints, with those of who spawns");
  market::expect(counted.quits(), 0, "ends of idle processes and VMs");
  // A few VMs may fit into pages that were there already.
  const double more = std::max(bytes - (bytes_with_processes - bytes_before), 0.0);
  return {more, static_cast<double>(chosen.size)};
}

struct letter {
  std::uint64_t number;
};
SOUK_RECORD(letter, number);

// Weighs the program when the first letter is about to be handled, and knows how many senders have
// had their turn by then.
class scales : public census {
 public:
  using census::census;
  void on_event(pid who, const term& endpoint_id, const event& what) override {
    if (what.topic().as<go>()) {
      // relaxed: the VM orders what is sent before what is handled.
      senders_.fetch_add(1, std::memory_order_relaxed);
    } else if (!weighed_) {  // one process handles all letters, so nobody else writes
      weighed_ = true;
      bytes_ = resident_bytes();
      senders_then_ = senders_.load(std::memory_order_relaxed);  // relaxed: as above
    }
    census::on_event(who, endpoint_id, what);
  }
  [[nodiscard]] double bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t senders() const noexcept { return senders_then_; }

 private:
  std::atomic<std::uint64_t> senders_{0};
  bool weighed_ = false;
  double bytes_ = 0;
  std::uint64_t senders_then_ = 0;
};

// All of them in one transition.
spawn_action correspondent() {
  return spawn(subscriber(topic<go>(_)).on_message([](const go& g) {
    actions next;
    for (std::uint64_t i = 0; i < g.amount; ++i) next.append(send_message(letter{i}));
    return next;
  }));
}

outcome run_backlog(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  scales weighing{chosen.listener};
  actions everyone{recipient(topic<letter>(_), each * chosen.size)};
  for (std::uint64_t i = 0; i < chosen.size; ++i) everyone.append(correspondent());
  market m{chosen, &weighing, std::move(everyone)};
  const double bytes_before = resident_bytes();
  m.run(send_message(go{each}));
  m.expect_reports(each * chosen.size, "messages");
  return {weighing.bytes() - bytes_before, static_cast<double>(weighing.senders() * each)};
}

}  // namespace

constinit const workload idle{
    .name = "idle",
    .unit = "bytes/process",
    .measures = "resident memory of a process with one endpoint and a small state, doing nothing",
    .does_not_mean =
        "what its state or mailbox would add; allocator overhead is in it, as it is paid",
    .size_of = "processes",
    .size = 10'000,
    .count = 0,
    .parallel_count = 0,
    .count_is_fixed = true,
    .run = run_idle};

constinit const workload idle_vm{
    .name = "idle-vm",
    .unit = "bytes/VM",
    .measures =
        "resident memory of a nested VM, beside the one process in it, doing nothing: its process "
        "in the VM around is in it, and the endpoint there",
    .does_not_mean = "what its processes add: each as in idle",
    .size_of = "nested VMs",
    .size = 5'000,
    .count = 0,
    .parallel_count = 0,
    .count_is_fixed = true,
    .run = run_idle_vm};

constinit const workload backlog{
    .name = "backlog",
    .unit = "bytes/message",
    .measures = "resident memory of a message that was sent and not handled yet, body included",
    .does_not_mean =
        "what a large body adds; the functional VM has no mailbox: there it waits in its sender",
    .size_of = "senders",
    .size = 1000,
    .count = 10'000,
    .parallel_count = 500'000,
    .count_is_fixed = false,
    .run = run_backlog};

}  // namespace souk::bench
