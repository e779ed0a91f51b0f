// Tutorial, step 4: a VM in a VM, and the way out.
#include <iostream>
#include <souk/souk.hpp>

using namespace souk;
using namespace souk::literals;

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

struct announces {
  std::string what;
};
SOUK_RECORD(announces, what);

spawn_action listener(const std::string& where) {
  return spawn(subscriber(_).on_message(
      [=](const term& any) { std::cout << where << ": " << to_string(any) << '\n'; }));
}

spawn_action room() {
  return spawn_vm(listener("inside"), spawn(send_message(says{"anna"_sym, "a word among us"})),
                  spawn(at_meta_level(send_message(announces{"the room is open"}))));
}

int main() {
  vm market{vm_options{}, listener("outside"), room()};
  market.run_until_inert();
}
