// Tutorial, step 3: typed messages and state.
#include <iostream>
#include <souk/souk.hpp>

using namespace souk;
using namespace souk::literals;

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

// In place: the handler takes the state as `int&` and changes it.
spawn_action counter() {
  return spawn(
      transition(0, subscriber(topic<says>(_, _)).on_message([](const says& s, int& heard) {
        ++heard;
        std::cout << heard << ". " << s.who.name() << ": " << s.what << '\n';
      })));
}

// Functionally: the handler takes the state as a value and returns the next one.
spawn_action parrot() {
  return spawn(
      transition(2, subscriber(topic<says>("anna"_sym, _)).on_message([](const says& s, int left) {
        if (left == 0) return transition(0, quit());
        return transition(left - 1, send_message(says{"parrot"_sym, s.what}));
      })));
}

spawn_action wiretap() {
  return spawn(subscriber(_).on_message(
      [](const term& any) { std::cout << "   " << to_string(any) << '\n'; }));
}

int main() {
  vm market{vm_options{}, counter(), parrot(), wiretap()};
  market.run_until_inert();
  for (const char* what : {"one", "two", "three"}) {
    market.inject(send_message(says{"anna"_sym, what}));
    market.run_until_inert();
  }
}
