// A programming environment: programs of its users run in VMs of their own, each with 8 MiB. Who
// takes more is shut down, and nobody else notices. ./run environment, then: nc 127.0.0.1 5999
// Programs are scenario files (examples/programs, or --programs DIR), and three that are built in.
#include <fmt/format.h>
#include <souk/souk.hpp>

#include <charconv>
#include <map>

#include "scenario_program.hpp"
#include "serve.hpp"

using namespace souk;
using namespace souk::literals;
using namespace std::chrono_literals;

constexpr std::uint64_t memory_of_a_program = std::uint64_t{8} << 20;

// In the environment, while a program runs; what it prints; and what drives it.
struct program {
  symbol user;
  std::uint64_t number;
  std::string name;
};
SOUK_RECORD(program, user, number, name);
struct printed {
  symbol user;
  std::uint64_t number;
  std::string text;
};
SOUK_RECORD(printed, user, number, text);
struct tick {
  std::uint64_t count;
};
SOUK_RECORD(tick, count);

// The programs that can be run: those built in,

using kept = std::vector<term, souk::allocator<term>>;

// `work` is done at each tick, with what the program has kept so far.
template <class Work>
spawn_action each_tick(Work work) {
  return spawn([work] {
    return transition(
        kept{},
        at_meta_level(subscriber(topic<tick>(_)).on_message([work](const tick& t, kept& all) {
          return work(t, all);
        })));
  });
}

bool is_built_in(const std::string& name) {
  return name == "clock" || name == "leak" || name == "loop";
}

spawn_action built_in(symbol user, std::uint64_t number, const std::string& name) {
  if (name == "clock") {
    return each_tick([=](const tick& t, kept&) -> actions {
      if (t.count % 10 != 0) return {};
      return at_meta_level(send_message(printed{user, number, fmt::format("{} s", t.count / 10)}));
    });
  }
  if (name == "leak") {
    return each_tick([](const tick& t, kept& all) {
      for (int i = 0; i < 2000; ++i) all.push_back(list("leaked"_sym, t.count, i));
    });
  }
  return each_tick([](const tick& t, kept& all) {  // the bad loop
    while (true) all.push_back(list("more"_sym, t.count));
  });
}

// and scenario files.
spawn_action of_file(symbol user, std::uint64_t number,
                     const std::shared_ptr<const tool::scenario>& file) {
  const auto print = [=](const std::string& text) -> actions {
    return at_meta_level(send_message(printed{user, number, text}));
  };
  return spawn_action{boot_scenario(file, std::make_shared<printing_audience>(print))};
}

// The environment: what a user runs, by number.

struct running {
  std::string name;
  custodian by;
};
struct desk {
  symbol user;
  std::map<std::uint64_t, running> all{};
  std::uint64_t last = 0;
  std::uint64_t watch = 0;  // how often that was said; odd: the table is said each second

  [[nodiscard]] bool watches() const { return watch % 2 == 1; }
};

std::string table_of(const desk& d) {
  std::string text = fmt::format("{:>4}  {:<8}{:>10}{:>10}{:>11}{:>11}{:>8}\n", "", "program",
                                 "KiB", "peak KiB", "processes", "endpoints", "queued");
  for (const auto& [number, one] : d.all) {
    const custodian_usage now = one.by.usage();
    const counts& there = now.total_counts;
    text += fmt::format("{:>4}  {:<8}{:>10.1f}{:>10.1f}{:>11}{:>11}{:>8}\n", number, one.name,
                        static_cast<double>(now.total) / 1024, static_cast<double>(now.peak) / 1024,
                        there.processes, there.endpoints, there.queued);
  }
  return text;
}

std::string help_with(const scenario_programs& files) {
  std::string text = "run clock | run leak | run loop";
  for (const std::string& name : files.names()) text += " | run " + name;
  return text + "\nstop N | reset | usage | watch\n";
}

// The next table of who watches; an older timer is not meant any more.
send_message next_table(const desk& d) {
  return send_message(timer::after(list("table"_sym, d.user, d.watch), 1s));
}

actions start(desk& d, const std::string& name, const scenario_programs& files) {
  const auto file = is_built_in(name) ? nullptr : files.load(name);
  const std::uint64_t number = ++d.last;
  const custodian by = make_custodian();
  by.limit_memory(memory_of_a_program);
  d.all.emplace(number, running{name, by});
  return spawn_vm(at_meta_level(publisher(topic<program>(d.user, number, name))),
                  file ? of_file(d.user, number, file) : built_in(d.user, number, name))
      .under(by);
}

// What a line of a user asks for: actions, or an answer.
actions obey(const std::string& line, desk& d, const scenario_programs& files, const auto& say) {
  const std::size_t space = line.find(' ');
  const std::string verb = line.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
  if (verb == "run") {
    const auto known = files.names();  // and nothing else in the file system
    if (!is_built_in(rest) && std::ranges::find(known, rest) == known.end())
      return say("there is no program " + rest + "\n" + help_with(files));
    try {
      return start(d, rest, files);
    } catch (const tool::load_error& error) {
      return say(std::string{error.what()} + "\n");
    }
  }
  if (verb == "stop") {
    std::uint64_t number = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const auto place = d.all.find(number);
    if (place == d.all.end()) return say("there is no program " + rest + "\n");
    place->second.by.shut_down("stopped"_sym);
    return {};
  }
  if (verb == "reset") {
    for (const auto& [number, one] : d.all) one.by.shut_down("stopped"_sym);
    return {};
  }
  if (verb == "usage") return say(table_of(d));
  if (verb == "watch") {
    ++d.watch;
    if (!d.watches()) return {};
    return {say(table_of(d)), next_table(d)};
  }
  return say(help_with(files));
}

// A user of the environment, with programs of their own.
transition<desk> session(const tcp::socket& them, const tcp::socket& us,
                         const scenario_programs& files) {
  const auto say = [=](const std::string& text) {
    return actions{send_message(tcp::text{us, them, text})};
  };
  const symbol user = fresh_symbol("user");
  return transition(
      desk{user}, publisher(topic<tcp::channel>(us, them, _)),
      subscriber(topic<tcp::channel>(them, us, _))
          .on_absence([](desk& d) {
            for (const auto& [number, one] : d.all) one.by.shut_down("left"_sym);
            return quit();
          })
          .on_message([=](const tcp::segment& line, desk& d) {
            return obey(line.packet.data, d, files, say);
          }),
      observe_publishers(topic<program>(user, _, _))
          .on_presence([=](const topic<program>& p) {
            return say(fmt::format("[{}] {} runs\n", *p.number, *p.name));
          })
          .on_absence([=](const topic<program>& p, const reason& why, desk& d) {
            d.all.erase(*p.number);
            return say(fmt::format("[{}] {} has ended: {}\n", *p.number, *p.name, why.text()));
          }),
      subscriber(topic<printed>(user, _, _)).on_message([=](const printed& p) {
        return say(fmt::format("[{}] {}\n", p.number, p.text));
      }),
      subscriber(topic<timer::timer_expired>(list("table"_sym, user, _), _))
          .on_message([=](const timer::timer_expired& t, desk& d) -> actions {
            if (!d.watches() || t.label != list("table"_sym, user, d.watch)) return {};
            return {say(table_of(d)), next_table(d)};
          }),
      say(help_with(files)));
}

// Ten ticks a second, for all programs.
spawn_action clockwork() {
  const auto next = [] { return send_message(timer::after("tick"_sym, 100ms)); };
  return spawn([next] {
    return transition(std::uint64_t{0}, publisher(topic<tick>(_)), next(),
                      subscriber(topic<timer::timer_expired>("tick"_sym, _))
                          .on_message([next](const timer::timer_expired&, std::uint64_t& count) {
                            return actions{send_message(tick{++count}), next()};
                          }));
  });
}

int main(int argc, char** argv) {
  const auto chosen = options_of(argc, argv, "environment");
  const scenario_programs files{chosen.programs.empty() ? PROGRAMS_DIR : chosen.programs};
  return serve(chosen, tcp::driver({.input = tcp::framing::lines}), timer::driver(), clockwork(),
               observe_publishers(topic<tcp::channel>(_, tcp::listener{chosen.port}, _))
                   .on_presence([files](const topic<tcp::channel>& c) {
                     return spawn([files, them = *c.source, us = *c.destination] {
                       return session(them, us, files);
                     });
                   }));
}
