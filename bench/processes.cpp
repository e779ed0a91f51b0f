// What a process costs: spawn-quit (its life) and idle (its memory).
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

// Counts what no process can see of itself.
class census : public vm_listener {
 public:
  void on_end(pid, const term&, ending how, const reason&) override {
    if (how == ending::quit) add(quits_);
  }
  void on_endpoint_added(pid, const role&) override { add(endpoints_); }

  [[nodiscard]] std::uint64_t quits() const noexcept { return quits_.load(); }
  [[nodiscard]] std::uint64_t endpoints() const noexcept { return endpoints_.load(); }

 private:
  // relaxed: a count, read when the VM has stopped.
  static void add(std::atomic<std::uint64_t>& n) { n.fetch_add(1, std::memory_order_relaxed); }

  std::atomic<std::uint64_t> quits_{0};
  std::atomic<std::uint64_t> endpoints_{0};
};

// Spawns `left` processes that `make` makes, in batches.
struct nursery {
  std::uint64_t left;
  std::uint64_t batch;
  spawn_action (*make)(std::uint64_t number);
};

actions raise(nursery& n) {
  if (n.left == 0) return {};
  actions next;
  for (std::uint64_t i = std::min(n.batch, n.left); i > 0; --i) next.append(n.make(--n.left));
  next.append(yield(&raise));
  return next;
}

spawn_action nurse(std::uint64_t batch, spawn_action (*make)(std::uint64_t)) {
  return spawn([=] {
    return transition(nursery{0, batch, make},
                      subscriber(topic<go>(_)).on_message([](const go& g, nursery& n) {
                        n.left = g.amount;
                        return raise(n);
                      }));
  });
}

spawn_action mayfly(std::uint64_t) {
  return spawn([] { return quit(); });
}

outcome run_spawn_quit(const options& chosen) {
  census counted;
  market m{chosen, &counted, nurse(chosen.size, &mayfly)};
  const double seconds = m.run(send_message(go{chosen.count}));
  market::expect(counted.quits(), chosen.count, "ends of processes");
  return {static_cast<double>(chosen.count), seconds};
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

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double all = 0;
  double resident = 0;
  if (!(statm >> all >> resident)) throw std::runtime_error{"cannot read /proc/self/statm"};
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

outcome run_idle(const options& chosen) {
  constexpr std::uint64_t batch = 100;  // few, so that what spawning leaves behind is little
  census counted;
  market m{chosen, &counted, nurse(batch, &sleeper)};
  const std::uint64_t before = counted.endpoints();
  const double bytes_before = resident_bytes();
  m.run(send_message(go{chosen.size}));
  const double bytes = resident_bytes() - bytes_before;
  market::expect(counted.endpoints() - before, chosen.size, "endpoints of idle processes");
  market::expect(counted.quits(), 0, "ends of idle processes");
  return {bytes, static_cast<double>(chosen.size)};
}

}  // namespace

constinit const workload spawn_quit{
    .name = "spawn-quit",
    .unit = "processes/s",
    .measures = "processes are spawned, a batch a turn, and quit at once",
    .does_not_mean =
        "the cost of a process that does something: these have no endpoint and no state",
    .size_of = "processes a batch",
    .size = 100,
    .count = 200'000,
    .parallel_count = 500'000,
    .count_is_fixed = false,
    .run = run_spawn_quit};

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

}  // namespace souk::bench
