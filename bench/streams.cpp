// One who sends without waiting: counting (to one) and fork-join-throughput (to many, in turn).
#include <algorithm>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct increment {
  std::uint64_t left;
};
SOUK_RECORD(increment, left);
struct retrieve {
  std::uint64_t sent;
};
SOUK_RECORD(retrieve, sent);
struct total {
  std::uint64_t counted;
};
SOUK_RECORD(total, counted);

struct production {
  std::uint64_t left;
  std::uint64_t sent;
  std::uint64_t batch;
};

// A batch of increments a turn, then the question how many arrived.
actions produce(production& p) {
  actions next;
  for (std::uint64_t i = std::min(p.batch, p.left); i > 0; --i)
    next.append(send_message(increment{--p.left}));
  if (p.left > 0) {
    next.append(yield(&produce));
  } else {
    next.append(send_message(retrieve{p.sent}));
  }
  return next;
}

spawn_action producer(std::uint64_t batch) {
  return spawn([batch] {
    return transition(production{0, 0, batch},
                      subscriber(topic<go>(_)).on_message([](const go& g, production& p) {
                        p.left = p.sent = g.amount;
                        return produce(p);
                      }),
                      subscriber(topic<total>(_)).on_message([](const total& t) {
                        return at_meta_level(send_message(tally{t.counted}));
                      }));
  });
}

spawn_action counter() {
  return spawn([] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<increment>(_)).on_message([](const increment&, std::uint64_t& seen) {
          ++seen;
        }),
        subscriber(topic<retrieve>(_)).on_message([](const retrieve&, std::uint64_t& seen) {
          return send_message(total{seen});
        }));
  });
}

outcome run_counting(const options& chosen) {
  market m{chosen, nullptr, counter(), producer(chosen.size)};
  const elapsed took = m.run(send_message(go{chosen.count}));
  m.expect_reports(chosen.count, "messages");
  return {static_cast<double>(chosen.count), took};
}

struct job {
  std::uint64_t worker;
  std::uint64_t number;
};
SOUK_RECORD(job, worker, number);

struct forks {
  std::uint64_t left;
  std::uint64_t workers;
};

// A job for each worker a turn.
actions fork(forks& f) {
  if (f.left == 0) return {};
  --f.left;
  actions next;
  for (std::uint64_t w = 0; w < f.workers; ++w) next.append(send_message(job{w, f.left}));
  next.append(yield(&fork));
  return next;
}

spawn_action forker(std::uint64_t workers) {
  return spawn([workers] {
    return transition(forks{0, workers},
                      subscriber(topic<go>(_)).on_message([](const go& g, forks& f) {
                        f.left = g.amount;
                        return fork(f);
                      }));
  });
}

outcome run_fork_join_throughput(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  actions everyone{forker(chosen.size)};
  for (std::uint64_t w = 0; w < chosen.size; ++w)
    everyone.append(recipient(topic<job>(w, _), each));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{each}));
  m.expect_reports(each * chosen.size, "messages");
  return {static_cast<double>(each * chosen.size), took};
}

}  // namespace

constinit const workload counting{
    .name = "counting",
    .unit = "messages/s",
    .measures = "a producer sends to a counter without waiting, a batch a turn, then asks it",
    .does_not_mean = "what a producer may do: it does not heed how much its counter has left to do",
    .size_of = "messages a batch",
    .size = 100,
    .count = 300'000,
    .parallel_count = 6'000'000,
    .count_is_fixed = false,
    .run = run_counting};

constinit const workload fork_join_throughput{
    .name = "fork-join-throughput",
    .unit = "messages/s",
    .measures =
        "one process sends jobs, a job for each worker a turn, until each has had its share",
    .does_not_mean = "deliveries of one message: each worker has a topic and gets its own",
    .size_of = "workers",
    .size = 60,
    .count = 50'000,
    .parallel_count = 6'000'000,
    .count_is_fixed = false,
    .run = run_fork_join_throughput};

}  // namespace souk::bench
