// souk bench: how fast the workloads of bench/ run, as a table or as JSON.
#include <sys/resource.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <vector>

#include "bench/isolated.hpp"
#include "bench/peers.hpp"
#include "bench/workload.hpp"
#include "tools/bench/output.hpp"
#include "tools/bench/side_by_side.hpp"
#include "tools/commands/command.hpp"
#include "tools/inspect/inspection.hpp"

namespace souk::tool {
namespace {

using bench::workload;

struct settings {
  std::vector<std::string> names;
  vm_kind kind = vm_kind::functional;
  unsigned workers = 1;
  executor_kind executor = executor_kind::best;
  std::uint64_t repeat = 5;
  std::uint64_t size = 0;
  std::uint64_t count = 0;
  double scale = 1;
  bool with_peers = false;
  bool as_json = false;
  std::optional<std::uint16_t> inspect{};
};

/// All repetitions of one workload.
struct measurement {
  const workload* what;
  bench::options options;
  sample values{};
  sample per_core_second{};
  long peak_rss_kib = 0;
};

void print_head() {
  print_build();
  std::cout << '\n'
            << std::left << std::setw(21) << "workload" << std::right << std::setw(14) << "median"
            << "  " << std::left << std::setw(16) << "unit" << std::right << std::setw(27)
            << "min .. max" << std::setw(14) << "peak RSS" << std::endl;
}

void print_row(const measurement& m) {
  std::ostringstream rss;
  rss << std::fixed << std::setprecision(1) << static_cast<double>(m.peak_rss_kib) / 1024 << " MiB";
  std::cout << std::left << std::setw(21) << m.what->name << std::right << std::setw(14)
            << grouped(m.values.median()) << "  " << std::left << std::setw(16) << m.what->unit
            << std::right << std::setw(27)
            << grouped(m.values.least()) + " .. " + grouped(m.values.most()) << std::setw(14)
            << rss.str() << std::endl;
}

void print_json(const measurement& m, const settings& chosen) {
  nlohmann::ordered_json line{{"workload", m.what->name},
                              {"vm", to_string(chosen.kind)},
                              {"workers", chosen.workers},
                              {"executor", to_string(chosen.executor)},
                              {"size", m.options.size},
                              {"count", m.options.count},
                              {"repeat", m.values.size()},
                              {"value", m.values.median()},
                              {"unit", m.what->unit},
                              {"min", m.values.least()},
                              {"median", m.values.median()},
                              {"max", m.values.most()},
                              {"per_core_second", m.per_core_second.median()},
                              {"peak_rss_kib", m.peak_rss_kib}};
  add_build(line);
  std::cout << line.dump() << std::endl;
}

std::string known_workloads() {
  std::string names;
  for (const workload* w : bench::workloads())
    names += (names.empty() ? "" : ", ") + std::string{w->name};
  return names;
}

std::vector<const workload*> workloads_of(const settings& chosen) {
  std::vector<const workload*> found;
  for (const workload* w : bench::workloads()) {
    if (chosen.names.empty() && (!chosen.with_peers || bench::have_peers(w->name)))
      found.push_back(w);
  }
  for (const std::string& name : chosen.names) found.push_back(bench::find_workload(name));
  return found;
}

std::uint64_t scaled(std::uint64_t amount, double factor) {
  return std::max<std::uint64_t>(1,
                                 static_cast<std::uint64_t>(static_cast<double>(amount) * factor));
}

bench::options options_for(const workload& w, const settings& chosen) {
  const double size_scale = w.count_is_fixed ? chosen.scale : 1;
  return {.kind = chosen.kind,
          .workers = chosen.workers,
          .executor = chosen.executor,
          .size = chosen.size > 0     ? chosen.size
                  : w.size_of.empty() ? 0
                                      : scaled(w.size, size_scale),
          .count = w.count_is_fixed   ? 0
                   : chosen.count > 0 ? chosen.count
                                      : scaled(default_count(w, chosen.kind), chosen.scale)};
}

/// In this process, so that there is somebody to inspect.
bench::isolated_outcome run_here(const workload& w, bench::options how) {
  bench::isolated_outcome one{};
  how.latencies = &one.latencies;
  one.result = w.run(how);
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) one.peak_rss_kib = used.ru_maxrss;
  return one;
}

measurement measure(const workload& w, const settings& chosen, const std::string& place,
                    const progress_line& progress, reflection* mirror) {
  measurement m{&w, options_for(w, chosen)};
  m.options.reflect = mirror;
  for (std::uint64_t i = 1; i <= chosen.repeat; ++i) {
    progress.show(place + ' ' + std::string{w.name} + ": repetition " + std::to_string(i) + " of " +
                  std::to_string(chosen.repeat));
    const bench::isolated_outcome one =
        mirror != nullptr ? run_here(w, m.options) : bench::run_isolated(w, m.options);
    m.values.add(one.result.value());
    m.per_core_second.add(one.result.per_core_second());
    m.peak_rss_kib = std::max(m.peak_rss_kib, one.peak_rss_kib);
  }
  progress.clear();
  return m;
}

int run_beside_peers(const settings& chosen) {
  side_by_side_settings with{{}, chosen.repeat, chosen.as_json};
  for (const workload* w : workloads_of(chosen)) with.jobs.push_back({w, options_for(*w, chosen)});
  return run_side_by_side(with);
}

int run_bench(const settings& chosen) {
  if (chosen.with_peers) return run_beside_peers(chosen);
  const std::vector<const workload*> all = workloads_of(chosen);
  const progress_line progress;
  inspect::inspection open{chosen.inspect};
  int status = success;
  if (!chosen.as_json) print_head();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string place = '[' + std::to_string(i + 1) + '/' + std::to_string(all.size()) + ']';
    try {
      const measurement m = measure(*all[i], chosen, place, progress, open.mirror());
      chosen.as_json ? print_json(m, chosen) : print_row(m);
    } catch (const std::runtime_error& error) {
      progress.clear();
      std::cerr << "souk bench: " << error.what() << std::endl;
      status = bad_news;
    }
  }
  return status;
}

/// What is wrong with the options together, if anything.
void check(const settings& chosen) {
  const auto refuse = [](const std::string& option, const std::string& why) {
    throw CLI::ValidationError(option, why);
  };
  for (const std::string& name : chosen.names) {
    const workload* const w = bench::find_workload(name);
    if (w == nullptr)
      refuse("WORKLOAD", "there is no workload \"" + name + "\", only: " + known_workloads());
    if (chosen.with_peers && !bench::have_peers(name))
      refuse("--peers", "no other runtime has " + name);
    if (chosen.size > 0 && w->size_of.empty()) refuse("--size", name + " has no size to choose");
    if (chosen.count > 0 && w->count_is_fixed) refuse("--count", name + " has only a --size");
  }
  if (chosen.names.empty() && (chosen.size > 0 || chosen.count > 0)) {
    refuse(chosen.size > 0 ? "--size" : "--count",
           "means something else in each workload: name the one it is for");
  }
  check_workers(chosen.kind, chosen.workers);
}

std::string footer() {
  std::ostringstream text;
  text << "Workloads:\n";
  for (const workload* w : bench::workloads()) {
    text << "  " << std::left << std::setw(21) << w->name << w->measures;
    if (!w->size_of.empty()) text << " (--size: " << w->size << ' ' << w->size_of << ')';
    text << '\n' << std::string(23, ' ') << "not: " << w->does_not_mean << '\n';
  }
  text << "\nEach repetition runs in a process of its own and checks its own count. Exit status: 0 "
          "if all\n"
          "counts were right, 1 if any was wrong, 2 for wrong use.";
  return text.str();
}

}  // namespace

void add_bench_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand("bench", "Measure how fast the workloads of bench/ run");
  auto s = std::make_shared<settings>();
  command->add_option("WORKLOAD", s->names, "Which (default: all)")->type_name("");
  auto* const vm = add_vm_option(*command, s->kind);
  add_workers_option(*command, s->workers)->default_str("1");
  add_executor_option(*command, s->executor);
  add_number_option(
      *command, "--repeat", [s](std::uint64_t k) { s->repeat = k; }, {1, 1000},
      "How many repetitions, of which the median counts")
      ->default_str("5")
      ->type_name("K");
  add_number_option(
      *command, "--size", [s](std::uint64_t n) { s->size = n; }, {1, 10'000'000},
      "How many take part, in a workload that has a size (see below)")
      ->type_name("N");
  auto* const scale = command->add_option("--scale", s->scale, "So many times the usual work")
                          ->type_name("F")
                          ->check(CLI::Range(1e-6, 1e6));
  add_number_option(
      *command, "--count", [s](std::uint64_t n) { s->count = n; }, {1, 1'000'000'000'000},
      "So much work, in the workload's unit")
      ->type_name("N")
      ->excludes(scale);
  auto* const peers = command->add_flag("--peers", s->with_peers,
                                        "Beside CAF, Erlang and Go, on as many processors as "
                                        "workers (on the parallel VM unless told)");
  add_inspect_option(*command, s->inspect)->excludes(peers);
  command->add_flag("--json", s->as_json, "Print one JSON object a line for each workload");
  command->footer(footer());
  command->callback([=, &chosen] {
    if (peers->count() > 0 && vm->count() == 0) s->kind = vm_kind::parallel;
    check(*s);
    chosen = [s] { return run_bench(*s); };
  });
}

}  // namespace souk::tool
