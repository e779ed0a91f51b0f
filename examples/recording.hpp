// Runs the ground VM of an example as its options say: on its own, into a file, or from one.
//
//     # example chat --port 5999     the first line of the file: who made it, and how
//     vm                             the journal
//     ...
#pragma once

#include <souk/souk.hpp>
#include <souk/text.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string_view>
#include <utility>

#include "options.hpp"
#include "tools/inspect/inspection.hpp"

/// A line for each thing that happens to a process.
class tracer final : public souk::vm_listener {
 public:
  void on_start(souk::pid who, const souk::term& name) override { tell(who, "start", name); }
  void on_end(souk::pid who, const souk::term&, souk::ending, const souk::reason& why) override {
    tell(who, "end", why.value);
  }
  void on_event(souk::pid who, const souk::term&, const souk::event& what) override {
    using souk::event_kind;
    tell(who,
         what.which() == event_kind::message    ? "message"
         : what.which() == event_kind::presence ? "presence"
                                                : "absence",
         what.topic());
  }

 private:
  static void tell(souk::pid who, std::string_view what, const souk::term& of) {
    std::cout << to_string(souk::term{who}) << ' ' << what << ' ' << to_string(of) << '\n';
  }
};

/// 0; or 1 when the recording is no run of this program.
template <class... Parts>
int replay_example(const example_options& chosen, Parts&&... parts) {
  try {
    std::ifstream in{chosen.replay};
    const souk::journal log = souk::journal::read(in);
    tracer trace;
    souk::ground_options how = chosen.ground;
    how.replay = &log;
    if (chosen.trace) how.listener = &trace;
    souk::ground_vm(how, std::forward<Parts>(parts)...);
    std::cout << std::min(how.most_replayed, log.commits()) << " of " << log.commits()
              << " commits replayed" << std::endl;
    return 0;
  } catch (const souk::journal_error& error) {
    std::cerr << chosen.name << ": " << chosen.replay << ": " << error.what() << std::endl;
    return 1;
  }
}

/// 0; or 1 when the file cannot be written.
template <class... Parts>
int record_example(const example_options& chosen, Parts&&... parts) {
  std::ofstream out{chosen.record};  // before the run: who cannot write shall not run for nothing
  souk::journal log;
  souk::ground_options how = chosen.ground;
  souk::inspect::inspection open{chosen.inspect};
  how.reflect = open.mirror();
  how.record = &log;
  if (out) souk::ground_vm(how, std::forward<Parts>(parts)...);
  out << "# example " << chosen.name;
  if (chosen.port != 0) out << " --port " << chosen.port;
  out << '\n';
  log.write(out);
  out.close();
  if (out) return 0;
  std::cerr << chosen.name << ": " << chosen.record << " cannot be written\n";
  return 1;
}

template <class... Parts>
int run_example(const example_options& chosen, Parts&&... parts) {
  if (!chosen.replay.empty()) return replay_example(chosen, std::forward<Parts>(parts)...);
  if (!chosen.record.empty()) return record_example(chosen, std::forward<Parts>(parts)...);
  souk::ground_options how = chosen.ground;
  souk::inspect::inspection open{chosen.inspect};
  how.reflect = open.mirror();
  souk::ground_vm(how, std::forward<Parts>(parts)...);
  return 0;
}
