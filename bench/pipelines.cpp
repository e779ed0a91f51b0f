// Items that pass from process to process: producer-consumer (a bounded buffer) and sieve.
#include <algorithm>
#include <deque>

#include "bench/market.hpp"

namespace souk::bench {
namespace {

// producer-consumer. Each producer makes an item when there is room for it; it counts down to 0.

struct produce {
  std::uint64_t producer;
};
SOUK_RECORD(produce, producer);
struct offer {
  std::uint64_t producer;
  std::uint64_t left;
};
SOUK_RECORD(offer, producer, left);
struct demand {
  std::uint64_t consumer;
};
SOUK_RECORD(demand, consumer);
struct item {
  std::uint64_t consumer;
  std::uint64_t number;
};
SOUK_RECORD(item, consumer, number);
struct sold_out {
  std::uint64_t items;
};
SOUK_RECORD(sold_out, items);

constexpr std::uint64_t capacity = 50;

struct buffer {
  std::uint64_t free = capacity;  // places that no item has, and no producer was promised
  std::deque<std::uint64_t> items{};
  std::deque<std::uint64_t> producers{};  // that wait for room
  std::deque<std::uint64_t> consumers{};  // that wait for an item
  std::uint64_t left;                     // items that are still to be handed out

  void let_produce(actions& next) {
    if (free == 0 || producers.empty()) return;
    --free;
    next.append(send_message(produce{producers.front()}));
    producers.pop_front();
  }
  void hand_out(actions& next) {
    if (items.empty() || consumers.empty()) return;
    next.append(send_message(item{consumers.front(), items.front()}));
    consumers.pop_front();
    items.pop_front();
    ++free;
    --left;
  }
};

spawn_action keeper(std::uint64_t producers, std::uint64_t all_items) {
  return spawn([=] {
    buffer empty{.left = all_items};
    for (std::uint64_t i = 0; i < producers; ++i) empty.producers.push_back(i);
    return transition(std::move(empty),
                      subscriber(topic<offer>(_, _)).on_message([](const offer& o, buffer& b) {
                        actions next;
                        b.items.push_back(o.left);
                        if (o.left > 0) b.producers.push_back(o.producer);
                        b.hand_out(next);
                        b.let_produce(next);
                        return next;
                      }),
                      subscriber(topic<demand>(_)).on_message([=](const demand& d, buffer& b) {
                        actions next;
                        b.consumers.push_back(d.consumer);
                        b.hand_out(next);
                        b.let_produce(next);
                        // The last demands are those of consumers that have handled the last items.
                        if (b.left == 0 && b.consumers.size() == producers)
                          next.append(send_message(sold_out{all_items}));
                        return next;
                      }),
                      subscriber(topic<go>(_)).on_message([](const go&, buffer& b) {
                        actions next;
                        while (b.free > 0 && !b.producers.empty()) b.let_produce(next);
                        return next;
                      }));
  });
}

spawn_action maker(std::uint64_t me, std::uint64_t items) {
  return spawn([=] {
    return transition(
        items, subscriber(topic<produce>(me)).on_message([me](const produce&, std::uint64_t& left) {
          return send_message(offer{me, --left});
        }));
  });
}

spawn_action consumer(std::uint64_t me) {
  return spawn([me] {
    return transition(
        std::uint64_t{0},
        subscriber(topic<go>(_)).on_message([me](const go&) { return send_message(demand{me}); }),
        subscriber(topic<item>(me, _)).on_message([me](const item&, std::uint64_t& seen) {
          ++seen;
          return send_message(demand{me});
        }),
        subscriber(topic<sold_out>(_)).on_message([](const sold_out&, std::uint64_t& seen) {
          return at_meta_level(send_message(tally{seen}));
        }));
  });
}

outcome run_producer_consumer(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  const std::uint64_t all = each * chosen.size;
  actions everyone{keeper(chosen.size, all)};
  for (std::uint64_t i = 0; i < chosen.size; ++i) {
    everyone.append(maker(i, each));
    everyone.append(consumer(i));
  }
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{all}));
  m.expect_reports(all, "items");
  return {static_cast<double>(all), took};
}

// sieve. A filter keeps the first primes that come to it, and passes on what none of them divides.

struct candidate {
  std::uint64_t filter;
  std::uint64_t number;  // 0 ends them
};
SOUK_RECORD(candidate, filter, number);

enum class neighbour : std::uint8_t { none, coming, there };

struct sieve_filter {
  std::vector<std::uint64_t> primes;
  neighbour next = neighbour::none;
  std::vector<std::uint64_t> held;  // until the next filter is there
};

spawn_action filter(std::uint64_t me, std::uint64_t most);

actions pass_on(sieve_filter& f, std::uint64_t number, std::uint64_t me, std::uint64_t most) {
  if (f.next == neighbour::there) return send_message(candidate{me + 1, number});
  f.held.push_back(number);
  if (f.next == neighbour::coming) return {};
  f.next = neighbour::coming;
  return filter(me + 1, most);
}

actions consider(sieve_filter& f, std::uint64_t number, std::uint64_t me, std::uint64_t most) {
  if (number == 0) {
    actions next = at_meta_level(send_message(tally{f.primes.size()}));
    if (f.next != neighbour::none) next.append(pass_on(f, 0, me, most));
    return next;
  }
  for (const std::uint64_t prime : f.primes) {
    if (number % prime == 0) return {};
    if (prime * prime > number) break;
  }
  if (f.primes.size() == most) return pass_on(f, number, me, most);
  f.primes.push_back(number);
  return {};
}

spawn_action filter(std::uint64_t me, std::uint64_t most) {
  return spawn([=] {
    return transition(
        sieve_filter{}, publisher(topic<candidate>(me + 1, _)).on_presence([me](sieve_filter& f) {
          f.next = neighbour::there;
          actions next;
          for (const std::uint64_t number : std::exchange(f.held, {}))
            next.append(send_message(candidate{me + 1, number}));
          return next;
        }),
        subscriber(topic<candidate>(me, _)).on_message([=](const candidate& c, sieve_filter& f) {
          return consider(f, c.number, me, most);
        }));
  });
}

struct numbers {
  std::uint64_t next;
  std::uint64_t last;
};

actions count_up(numbers& n) {
  constexpr std::uint64_t batch = 100;
  actions next;
  for (std::uint64_t i = 0; i < batch && n.next <= n.last; ++i)
    next.append(send_message(candidate{0, n.next++}));
  if (n.next <= n.last) {
    next.append(yield(&count_up));
  } else {
    next.append(send_message(candidate{0, 0}));
  }
  return next;
}

spawn_action mathematician() {
  return spawn([] {
    return transition(numbers{2, 0},
                      subscriber(topic<go>(_)).on_message([](const go& g, numbers& n) {
                        n.last = g.amount;
                        return count_up(n);
                      }));
  });
}

std::uint64_t primes_up_to(std::uint64_t last) {
  std::vector<bool> crossed(last + 1, false);
  std::uint64_t found = 0;
  for (std::uint64_t i = 2; i <= last; ++i) {
    if (crossed[i]) continue;
    ++found;
    for (std::uint64_t k = i * i; k <= last; k += i) crossed[k] = true;
  }
  return found;
}

outcome run_sieve(const options& chosen) {
  const std::uint64_t last = std::max<std::uint64_t>(chosen.count, 2);
  market m{chosen, nullptr, filter(0, chosen.size), mathematician()};
  const elapsed took = m.run(send_message(go{last}));
  m.expect_reports(primes_up_to(last), "primes");
  return {static_cast<double>(last), took};
}

}  // namespace

constinit const workload producer_consumer{
    .name = "producer-consumer",
    .unit = "items/s",
    .measures = "producers and consumers around a buffer with 50 places: four messages an item",
    .does_not_mean = "what a stream can do: a producer waits for room for each item",
    .size_of = "producers, and as many consumers",
    .size = 40,
    .count = 5'000,
    .parallel_count = 400'000,
    .count_is_fixed = false,
    .run = run_producer_consumer};

constinit const workload sieve{
    .name = "sieve",
    .unit = "numbers/s",
    .measures = "numbers pass a chain of filters that grows; each holds some primes",
    .does_not_mean = "the cost of messages alone: most of it is division, in the first filters",
    .size_of = "primes a filter",
    .size = 500,
    .count = 50'000,
    .parallel_count = 100'000,
    .count_is_fixed = false,
    .run = run_sieve};

}  // namespace souk::bench
