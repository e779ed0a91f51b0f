// What lies between an event and the next turn: handler, state, actions, spawn and round.
//
// Handlers do next to nothing, so these are the costs around them. A round is that of the
// functional VM, which visits every process whether it has anything to do or not.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <souk/souk.hpp>

namespace souk::bench {
namespace {

struct price {
  std::int64_t cents;
};
SOUK_RECORD(price, cents);

// One clause, called as a VM does.
void handler_call(benchmark::State& state) {
  const add_endpoint made = subscriber(topic<price>(_))
                                .on_message([](const price&, std::uint64_t& seen) { ++seen; })
                                .build();
  detail::state_box box{std::uint64_t{0}};
  const event e = event::message(orientation::publisher, price{17});
  actions answer;
  for (auto _ : state) {
    answer.clear();
    made.on_event(e, box, answer);
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(handler_call);

// The same, and it answers with a message.
void handler_call_and_answer(benchmark::State& state) {
  const add_endpoint made = subscriber(topic<price>(_))
                                .on_message([](const price& p, std::uint64_t& seen) {
                                  ++seen;
                                  return send_message(price{p.cents + 1});
                                })
                                .build();
  detail::state_box box{std::uint64_t{0}};
  const event e = event::message(orientation::publisher, price{17});
  actions answer;
  for (auto _ : state) {
    answer.clear();
    made.on_event(e, box, answer);
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(handler_call_and_answer);

void actions_of_one_message(benchmark::State& state) {
  const term body{price{17}};
  for (auto _ : state) benchmark::DoNotOptimize(actions{send_message(body)});
}
BENCHMARK(actions_of_one_message);

void actions_of_three_messages(benchmark::State& state) {
  const term body{price{17}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(actions{send_message(body), send_message(body), send_message(body)});
  }
}
BENCHMARK(actions_of_three_messages);

void endpoint_build(benchmark::State& state) {
  const term prices{topic<price>(_)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        subscriber(prices).on_message([](const price&, std::uint64_t& seen) { ++seen; }).build());
  }
}
BENCHMARK(endpoint_build);

// From outside to a handler, and no transition.
void deliver_message(benchmark::State& state) {
  vm market{vm_options{}, spawn([] {
              return transition(
                  std::uint64_t{0},
                  subscriber(topic<price>(_)).on_message([](const price&, std::uint64_t& seen) {
                    ++seen;
                  }));
            })};
  market.run_until_inert();
  const send_message message{price{17}};
  for (auto _ : state) market.inject(message);
}
BENCHMARK(deliver_message);

// A process that yields to itself for ever: pending, round, transition; beside so many idle ones.
void turn(benchmark::State& state) {
  struct again {
    static actions run(std::uint64_t& turns) {
      ++turns;
      return yield(&again::run);
    }
  };
  actions everyone{spawn([] { return transition(std::uint64_t{0}, yield(&again::run)); })};
  for (std::int64_t i = 0; i < state.range(0); ++i) everyone.append(spawn(subscriber(price{i})));
  vm market{vm_options{}, std::move(everyone)};
  market.run_round();
  for (auto _ : state) market.run_round();
}
BENCHMARK(turn)->Arg(0)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace souk::bench
