// Timers at two levels: a process of the ground VM, and one of a nested VM through a relay.
// Prints what it does and ends by itself after about a second.
#include <fmt/core.h>

#include <souk/souk.hpp>

#include "recording.hpp"

using namespace souk;
using namespace souk::literals;

// Three ticks, then it quits. The state is how many are left.
spawn_action ticker(const char* name, std::chrono::milliseconds every) {
  return name_process(name, spawn([=] {
                        const auto next = [=] { return send_message(timer::after(name, every)); };
                        return transition(
                            3,
                            subscriber(topic<timer::timer_expired>(name, _))
                                .on_message([=](const timer::timer_expired&, const int& left) {
                                  fmt::print("{}: {} to go\n", name, left - 1);
                                  return left > 1 ? transition(left - 1, next())
                                                  : transition(0, quit());
                                }),
                            next());
                      }));
}

int main(int argc, char** argv) {
  const auto chosen = options_of(argc, argv, "timer", listens::nowhere);
  return run_example(
      chosen, timer::driver(), ticker("ground", std::chrono::milliseconds{300}),
      spawn_vm(timer::relay("relay"_sym), ticker("nested", std::chrono::milliseconds{200})));
}
