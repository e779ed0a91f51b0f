// Requests and replies: dictionary (one server) and bank (accounts that deal with each other).
#include <algorithm>
#include <unordered_map>

#include "bench/draw.hpp"
#include "bench/market.hpp"

namespace souk::bench {
namespace {

struct put {
  std::uint64_t client;
  std::uint64_t key;
  std::uint64_t value;
};
SOUK_RECORD(put, client, key, value);
struct get {
  std::uint64_t client;
  std::uint64_t key;
};
SOUK_RECORD(get, client, key);
struct found {
  std::uint64_t client;
  std::uint64_t value;  // 0: nothing
};
SOUK_RECORD(found, client, value);

constexpr std::uint64_t keys = 512;
constexpr std::uint64_t requests_a_write = 10;

using table = std::unordered_map<std::uint64_t, std::uint64_t>;

spawn_action server() {
  return spawn([] {
    return transition(table{},
                      subscriber(topic<put>(_, _, _)).on_message([](const put& p, table& t) {
                        t[p.key] = p.value;
                        return send_message(found{p.client, p.value});
                      }),
                      subscriber(topic<get>(_, _)).on_message([](const get& g, table& t) {
                        const auto at = t.find(g.key);
                        return send_message(found{g.client, at == t.end() ? 0 : at->second});
                      }));
  });
}

struct request {
  draw random;
  std::uint64_t key;
  std::uint64_t seen;
};

// Any value for a key leaves it as remainder.
actions ask(request& r, std::uint64_t me) {
  r.key = r.random.below(keys);
  if (r.random.below(requests_a_write) > 0) return send_message(get{me, r.key});
  return send_message(put{me, r.key, r.key + keys * (1 + r.random.below(1000))});
}

spawn_action client(std::uint64_t me, std::uint64_t expected) {
  return spawn([=] {
    return transition(
        request{draw{me}, 0, 0},
        subscriber(topic<go>(_)).on_message([me](const go&, request& r) { return ask(r, me); }),
        subscriber(topic<found>(me, _)).on_message([=](const found& f, request& r) -> actions {
          if (f.value != 0 && f.value % keys != r.key) return {};  // and the count will be wrong
          actions next = report(++r.seen, expected);
          if (r.seen < expected) next.append(ask(r, me));
          return next;
        }));
  });
}

outcome run_dictionary(const options& chosen) {
  const std::uint64_t each = std::max<std::uint64_t>(chosen.count / chosen.size, 1);
  actions everyone{server()};
  for (std::uint64_t i = 0; i < chosen.size; ++i) everyone.append(client(i, each));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{each}));
  m.expect_reports(each * chosen.size, "right answers");
  return {static_cast<double>(each * chosen.size), took};
}

// bank. The source takes from its balance and sends the rest of the way; what it has not, it does
// not send. Its client hears of it when the money has arrived.

struct transfer {
  std::uint64_t source;
  std::uint64_t destination;
  std::uint64_t amount;
};
SOUK_RECORD(transfer, source, destination, amount);
struct deposit {
  std::uint64_t destination;
  std::uint64_t source;
  std::uint64_t amount;
};
SOUK_RECORD(deposit, destination, source, amount);
struct receipt {
  std::uint64_t source;
  std::uint64_t amount;
};
SOUK_RECORD(receipt, source, amount);
struct completed {
  std::uint64_t amount;
};
SOUK_RECORD(completed, amount);
struct audit {
  std::uint64_t transfers;
};
SOUK_RECORD(audit, transfers);

constexpr std::uint64_t first_balance = 5'000;
constexpr std::uint64_t most_money = 1'000;
constexpr std::uint64_t transfers_at_once = 100;

spawn_action account(std::uint64_t me) {
  return spawn([me] {
    return transition(
        first_balance,
        subscriber(topic<transfer>(me, _, _))
            .on_message([me](const transfer& t, std::uint64_t& balance) {
              const std::uint64_t amount = std::min(t.amount, balance);
              balance -= amount;
              return send_message(deposit{t.destination, me, amount});
            }),
        subscriber(topic<deposit>(me, _, _))
            .on_message([](const deposit& d, std::uint64_t& balance) {
              balance += d.amount;
              return send_message(receipt{d.source, d.amount});
            }),
        subscriber(topic<receipt>(me, _)).on_message([](const receipt& r) {
          return send_message(completed{r.amount});
        }),
        subscriber(topic<audit>(_)).on_message([](const audit&, std::uint64_t& balance) {
          return at_meta_level(send_message(tally{balance}));
        }));
  });
}

struct orders {
  draw random;
  std::uint64_t left;
  std::uint64_t under_way;
  std::uint64_t done;
};

void order(orders& o, std::uint64_t accounts, actions& next) {
  if (o.left == 0) return;
  --o.left;
  ++o.under_way;
  const std::uint64_t source = o.random.below(accounts);
  const std::uint64_t destination = (source + 1 + o.random.below(accounts - 1)) % accounts;
  next.append(send_message(transfer{source, destination, 1 + o.random.below(most_money)}));
}

spawn_action teller(std::uint64_t accounts) {
  return spawn([accounts] {
    return transition(
        orders{draw{accounts}, 0, 0, 0},
        subscriber(topic<go>(_)).on_message([accounts](const go& g, orders& o) {
          o.left = g.amount;
          actions next;
          for (std::uint64_t i = 0; i < transfers_at_once; ++i) order(o, accounts, next);
          return next;
        }),
        subscriber(topic<completed>(_)).on_message([accounts](const completed&, orders& o) {
          ++o.done;
          --o.under_way;
          actions next;
          order(o, accounts, next);
          if (o.under_way == 0) {
            next.append(at_meta_level(send_message(tally{o.done})));
            next.append(send_message(audit{o.done}));
          }
          return next;
        }));
  });
}

outcome run_bank(const options& chosen) {
  const std::uint64_t accounts = std::max<std::uint64_t>(chosen.size, 2);
  actions everyone{teller(accounts)};
  for (std::uint64_t i = 0; i < accounts; ++i) everyone.append(account(i));
  market m{chosen, nullptr, std::move(everyone)};
  const elapsed took = m.run(send_message(go{chosen.count}));
  m.expect_reports(chosen.count + accounts * first_balance, "transfers and money");
  return {static_cast<double>(chosen.count), took};
}

}  // namespace

constinit const workload dictionary{
    .name = "dictionary",
    .unit = "requests/s",
    .measures = "clients read and, one time in ten, write a dictionary that one process holds",
    .does_not_mean = "messages/s: each request is two, and every one passes through that process",
    .size_of = "clients",
    .size = 20,
    .count = 30'000,
    .parallel_count = 500'000,
    .count_is_fixed = false,
    .run = run_dictionary};

constinit const workload bank{
    .name = "bank",
    .unit = "transfers/s",
    .measures = "money moves between accounts drawn at random, 100 transfers at once",
    .does_not_mean = "messages/s: a transfer is four, two of them to or from the one teller",
    .size_of = "accounts",
    .size = 1000,
    .count = 200,
    .parallel_count = 200'000,
    .count_is_fixed = false,
    .run = run_bank};

}  // namespace souk::bench
