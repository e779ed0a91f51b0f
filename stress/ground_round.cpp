// A round with the world in it: an echo server on the ground VM, its visitors, and what goes wrong
// between them. It is recorded, and replayed without the world.
#include "stress/evidence.hpp"
#include "stress/round.hpp"
#include "stress/suspender.hpp"
#include "stress/visit.hpp"

#include "vm/replay/hosts.hpp"

#include <souk/ground.hpp>
#include <souk/tcp.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace souk::stress {

using namespace literals;

namespace {

using std::chrono::milliseconds;

/// What it hears it tells on, with the host objects taken out: a witness keeps no socket open.
class without_hosts final : public vm_listener {
 public:
  explicit without_hosts(vm_listener& to) : to_{to} {}

  void on_start(pid who, const term& name) override { to_.on_start(who, hostless(name)); }
  void on_end(pid who, const term& name, ending how, const reason& why) override {
    to_.on_end(who, hostless(name), how, why);
  }
  void on_event(pid who, const term& id, const event& what) override {
    role seen{what.role().orientation, what.role().interest, hostless(what.topic())};
    switch (what.which()) {
      case event_kind::presence: return to_.on_event(who, id, event::presence(std::move(seen)));
      case event_kind::absence:
        return to_.on_event(who, id, event::absence(std::move(seen), what.why()));
      case event_kind::message:
        return to_.on_event(who, id, event::message(seen.orientation, std::move(seen.topic)));
    }
  }

 private:
  static term hostless(const term& t) {
    return rewrite(t, [](const term& part) -> std::optional<term> {
      if (!part.is(kind::host)) return std::nullopt;
      return "host"_sym;
    });
  }

  vm_listener& to_;
};

// The server: who tells it first with which byte.

struct session_state {
  char mode = 0;
};

actions serve(const tcp::segment& heard, session_state& me, const tcp::socket& them,
              const tcp::socket& us, bool is_replay) {
  if (me.mode == 0 && !heard.packet.data.empty()) me.mode = heard.packet.data.front();
  switch (me.mode) {
    case session_mode::raise: throw std::runtime_error{"raised"};
    case session_mode::leave: return send_message("leave"_sym);
    case session_mode::linger:
      if (!is_replay) std::this_thread::sleep_for(milliseconds{4});
      break;
    default: break;
  }
  return send_message(tcp::segment{us, them, heard.packet});
}

spawn_action session(const tcp::socket& them, const tcp::socket& us, bool is_replay) {
  return spawn([=] {
    return transition(session_state{}, publisher(topic<tcp::channel>(us, them, _)),
                      subscriber(topic<tcp::channel>(them, us, _))
                          .on_absence([](session_state&) { return quit(); })
                          .on_message([=](const tcp::segment& heard, session_state& me) {
                            return serve(heard, me, them, us, is_replay);
                          }),
                      subscriber("leave"_sym).on_message([](session_state&) { return quit(); }));
  });
}

boot_function server(const trial& t, std::uint16_t port, bool is_replay) {
  tcp::options how{.host = "127.0.0.1"};
  if (t.write_limit_bytes > 0) how.write_limit_bytes = t.write_limit_bytes;
  return boot(tcp::driver(how),
              spawn(observe_publishers(topic<tcp::channel>(_, tcp::listener{port}, _))
                        .on_presence([is_replay](const topic<tcp::channel>& c) {
                          return session(*c.source, *c.destination, is_replay);
                        }),
                    subscriber("leave"_sym).on_message([] { return quit(); })));
}

/// While it lives, this process can open no more descriptors.
class scarcity {
 public:
  explicit scarcity(bool is_on) {
    ::getrlimit(RLIMIT_NOFILE, &usual_);
    if (!is_on) return;
    const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (lowest_free < 0) return;
    ::close(lowest_free);
    rlimit scarce = usual_;
    scarce.rlim_cur = static_cast<rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &scarce);
  }
  scarcity(const scarcity&) = delete;
  scarcity& operator=(const scarcity&) = delete;
  ~scarcity() { ::setrlimit(RLIMIT_NOFILE, &usual_); }

 private:
  rlimit usual_{};
};

class ground_round {
 public:
  ground_round(const trial& t, const progress& shown)
      : trial_{t},
        shown_{shown},
        began_{now()},
        minutes_{shown.clock, shown.pulse},
        none_{shown.clock} {}

  void run(round_figures& out) {
    play();
    shown_.tell_phase("judging");
    out.commits += log_.commits();
    out.events += now() - began_;
    out.faults += faults_;
    out.found.note("delivery", wrong_);
    out.found.note("presence", check_presence({trial_, minutes_, none_, false}));
    out.found.note("replay", replay());
  }

 private:
  [[nodiscard]] std::uint64_t now() const noexcept {
    return shown_.clock.load(std::memory_order_relaxed);  // relaxed: a count
  }

  void play() {
    shown_.tell_phase("starting");
    std::deque<visit> visits;
    for (const visitor& each : trial_.visitors) {
      visits.emplace_back(each, static_cast<unsigned>(visits.size()) + 1);
      if (is_fault(each.how)) ++faults_;
    }
    visit first{{.how = visitor::manner::behaves, .chunks = 1, .chunk_bytes = 1}, 0};
    visit last{{.how = visitor::manner::ends_it, .chunks = 1, .chunk_bytes = 1}, 0};
    without_hosts listener{minutes_};
    std::jthread market{[&] {
      run_ground_vm(server(trial_, port_, false),
                    {.kind = vm_kind::parallel,
                     .seed = trial_.vm_seed,
                     .workers = trial_.workers,
                     .executor = trial_.own_threads ? executor_kind::threads : executor_kind::best,
                     .handle_signals = false,
                     .log = [](std::string_view) {},
                     .listener = &listener,
                     .record = &log_});
    }};
    const suspender restless{std::chrono::microseconds{trial_.suspend_every_us}};
    if (trial_.suspend_every_us > 0) ++faults_;
    shown_.tell_phase("running");
    first.run(port_);  // from now on it listens
    receive(visits);
    shown_.tell_phase("ending");
    last.run(port_);
    market.join();
    note(first.find_fault());
    for (const visit& each : visits) note(each.find_fault());
  }

  void receive(std::deque<visit>& visits) {
    std::vector<std::jthread> all;
    const scarcity scarce{trial_.are_descriptors_scarce};
    if (trial_.are_descriptors_scarce) ++faults_;
    for (visit& each : visits) all.emplace_back([this, &each] { each.run(port_); });
    if (trial_.are_descriptors_scarce) std::this_thread::sleep_for(milliseconds{10});
  }

  void note(std::optional<std::string> wrong) {
    if (!wrong_) wrong_ = std::move(wrong);
  }

  [[nodiscard]] std::optional<std::string> replay() const {
    shown_.tell_phase("replaying");
    minutes again{shown_.clock, shown_.pulse};
    without_hosts listener{again};
    try {
      std::stringstream file;
      log_.write(file);
      const journal repeated = journal::read(file);
      run_ground_vm(server(trial_, port_, true),
                    {.log = [](std::string_view) {}, .listener = &listener, .replay = &repeated});
    } catch (const journal_error& error) {
      return error.what();
    }
    return find_difference(minutes_, again);
  }

  const trial& trial_;
  const progress& shown_;
  const std::uint64_t began_;
  const std::uint16_t port_ = find_port();
  journal log_;
  minutes minutes_;
  const book none_;
  std::uint64_t faults_ = 0;
  std::optional<std::string> wrong_;
};

}  // namespace

void run_on_the_ground(const trial& t, const progress& shown, round_figures& out) {
  ground_round{t, shown}.run(out);
}

}  // namespace souk::stress
