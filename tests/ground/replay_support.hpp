// Ground VMs that are recorded, changed journals of them, and what their processes see in a replay.
#pragma once

#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/ground/tcp_support.hpp"
#include "tools/check/witness.hpp"
#include "vm/replay/hosts.hpp"

namespace souk::ground::test {

/// A witness that keeps no socket open: to it all host objects are the same.
class onlooker final : public vm_listener {
 public:
  void on_start(pid who, const term& name) override { seen_.on_start(who, hostless(name)); }
  void on_end(pid who, const term& name, ending how, const reason& why) override {
    seen_.on_end(who, hostless(name), how, why);
  }
  void on_event(pid who, const term& endpoint_id, const event& what) override {
    const role seen{what.role().orientation, what.role().interest, hostless(what.topic())};
    switch (what.which()) {
      case event_kind::presence: return seen_.on_event(who, endpoint_id, event::presence(seen));
      case event_kind::absence:
        return seen_.on_event(who, endpoint_id, event::absence(seen, what.why()));
      case event_kind::message:
        return seen_.on_event(who, endpoint_id, event::message(seen.orientation, seen.topic));
    }
  }
  [[nodiscard]] const tool::witness& seen() const { return seen_; }

 private:
  static term hostless(const term& t) {
    return rewrite(t, [](const term& part) -> std::optional<term> {
      if (!part.is(kind::host)) return std::nullopt;
      return "host"_sym;
    });
  }

  tool::witness seen_;
};

/// A program, and the clients that it is run with. The program is over when it hears `leave`.
struct setting {
  std::function<boot_function()> program;
  std::function<void()> clients;
};

struct recorded_run {
  souk::journal log;
  onlooker seen;
};

/// With a seed, processes are on all shards, and in any order.
inline void record(const setting& of, unsigned workers, recorded_run& into,
                   std::uint64_t seed = 0) {
  const ground_options how{.kind = vm_kind::parallel,
                           .seed = seed,
                           .workers = workers,
                           .handle_signals = false,
                           .log = [](std::string_view) {},
                           .listener = &into.seen,
                           .record = &into.log};
  std::thread market{[&] { run_ground_vm(of.program(), how); }};
  of.clients();
  market.join();
}

inline void replay(const setting& of, const souk::journal& log, vm_listener& into,
                   std::uint64_t most = ~std::uint64_t{0}) {
  run_ground_vm(
      of.program(),
      {.log = [](std::string_view) {}, .listener = &into, .replay = &log, .most_replayed = most});
}

/// Empty, or where the processes of the two runs see different things.
inline std::string difference(const onlooker& recorded, const onlooker& repeated) {
  const tool::comparison found = compare(recorded.seen(), repeated.seen());
  return found.first ? side_by_side(*found.first, "recorded", "repeated") : "";
}

/// The journal as it comes back from a file, changed by `tamper`.
[[nodiscard]] inline souk::journal reread(
    const souk::journal& log, const std::function<void(std::vector<std::string>&)>& tamper = {}) {
  std::stringstream written;
  log.write(written);
  std::vector<std::string> lines;
  for (std::string line; std::getline(written, line);) lines.push_back(line);
  if (tamper) tamper(lines);
  std::stringstream text;
  for (const std::string& line : lines) text << line << '\n';
  return souk::journal::read(text);
}

inline endpoint until_leave() {
  return subscriber("leave"_sym).on_message([] { return quit(); });
}

/// Sends each line back; `leave` ends the program.
inline actions echo_lines(const tcp::socket& them, const tcp::socket& us) {
  return {publisher(topic<tcp::channel>(us, them, _)),
          subscriber(topic<tcp::channel>(them, us, _))
              .on_absence([] { return quit(); })
              .on_message([=](const tcp::segment& s) -> actions {
                if (s.packet.data == "leave") return send_message("leave"_sym);
                return send_message(tcp::text{us, them, s.packet.data + "\n"});
              })};
}

inline actions listening_on(std::uint16_t port, const session& f) {
  return {sessions_on(port, f), until_leave()};
}

/// Reads to the end: who goes with something unread resets the connection, and is not heard.
inline void ask_to_leave(std::uint16_t port) {
  const client last = dial(port);
  last.send("leave\n");
  last.shutdown_write();
  while (!is_over(last)) {
  }
}

/// Some clients at once, who say a few lines each, and then one who ends it.
inline setting an_echo(std::uint16_t port, const tcp::options& how = lines_of(),
                       const session& f = echo_lines, int most = 4) {
  const auto talk = [](const client& c) {
    for (int i = 0; i < 20; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      c.send(line);
      EXPECT_EQ(c.receive_exactly(line.size()), line);
    }
  };
  return {.program = [=] { return souk::boot(tcp::driver(how), spawn(listening_on(port, f))); },
          .clients =
              [=] {
                std::vector<std::thread> all;
                for (int i = 0; i < most; ++i) {
                  all.emplace_back([=] {
                    talk(dial(port));
                    dial(port).reset();
                  });
                }
                for (auto& one : all) one.join();
                ask_to_leave(port);
              }};
}

}  // namespace souk::ground::test
