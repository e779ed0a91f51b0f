// The ground VM on the functional VM: one thread runs the VM and brings values to it, in turn.
#include "ground/runner.hpp"
#include "vm/reflection/core.hpp"

namespace souk::ground {
namespace {

class sequential_runner final : public runner {
 public:
  sequential_runner(boot_function boot, ground_options how)
      : runner{std::move(how), hearing::polls},
        vm_{{.kind = vm_kind::functional,
             .seed = options().seed,
             .listener = &hears(),
             .reflect = options().reflect,
             .on_escape = [this](const action&) { refuse_escape(); }},
            std::move(boot)} {
    if (options().reflect != nullptr)
      options().reflect->inside().ring([queue = ready()] { queue->push(news_ticket); });
  }
  sequential_runner(const sequential_runner&) = delete;
  sequential_runner& operator=(const sequential_runner&) = delete;
  ~sequential_runner() override {
    if (options().reflect != nullptr) options().reflect->inside().ring({});
  }

 private:
  void serve() override {
    while (!is_stopping() && !vm_.is_shut_down()) {
      const bool busy = vm_.run_round();
      wanted().settle();
      // What is ready may come of a source that nobody waits for.
      if (!busy && wanted().empty() && ready()->empty()) break;
      for (const ticket t : busy ? ready()->poll() : ready()->wait()) deliver(t);
    }
    if (vm_.is_shut_down()) tell_of_shutdown();
  }

  // One value, and all that follows from it in one round, before the next is taken.
  void deliver(ticket t) {
    if (t == signal_ticket) return stop();
    if (t == news_ticket) return;  // a process was killed: the next round comes in any case
    if (auto came = wanted().take(t)) {
      vm_.inject(send_message{std::move(came->message)});
      vm_.run_round();
      wanted().done(came->receipt);
      wanted().settle();
    }
  }

  void wind_up(std::chrono::steady_clock::time_point deadline) override {
    while (vm_.run_round() && std::chrono::steady_clock::now() < deadline) {
    }
  }

  vm vm_;
};

}  // namespace

std::unique_ptr<runner> make_sequential_runner(boot_function boot, ground_options options) {
  return std::make_unique<sequential_runner>(std::move(boot), std::move(options));
}

}  // namespace souk::ground
