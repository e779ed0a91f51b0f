// A small user of an installed souk: one process speaks when its timer is due, another one hears
// it. It reaches the event loop, so a link without libuv fails.
#include <iostream>
#include <souk/souk.hpp>
#include <string>

using namespace souk;
using namespace souk::literals;

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

spawn_action hearer() {
  return spawn(subscriber(topic<says>(_, _)).on_message([](const says& heard) {
    std::cout << heard.who.name() << ": " << heard.what << '\n';
  }));
}

spawn_action speaker() {
  const auto speak = [](const timer::timer_expired&) {
    return send_message(says{"souk"_sym, std::string{version()}});
  };
  return spawn(publisher(topic<says>(_, _)),
               subscriber(topic<timer::timer_expired>("now"_sym, _)).on_message(speak),
               send_message(timer::after("now"_sym, std::chrono::milliseconds{1})));
}

int main() { ground_vm(timer::driver(), hearer(), speaker()); }
