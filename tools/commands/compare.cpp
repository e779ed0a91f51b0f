// souk compare: the functional VM, the parallel VM and other runtimes side by side, each workload
// checked by replay; a table, a report, JSON.
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "tools/bench/output.hpp"
#include "tools/commands/command.hpp"
#include "tools/compare/baseline.hpp"
#include "tools/compare/measure.hpp"
#include "tools/compare/report.hpp"
#include "tools/compare/results.hpp"
#include "tools/compare/statistics.hpp"
#include "tools/compare/table.hpp"

namespace souk::tool {
namespace {

using nlohmann::ordered_json;

struct settings {
  std::vector<std::string> names{};
  std::vector<unsigned> workers{};
  bool is_quick = false;
  bool is_full = false;
  bool with_peers = false;
  double seconds = 0;  ///< 0: as the extent says
  std::string json_file{};
  std::string html_file = "souk-report.html";
  std::string baseline_file{};
  std::string from_file{};

  [[nodiscard]] extent how() const noexcept {
    return is_quick ? extent::quick : is_full ? extent::full : extent::usual;
  }
};

std::string command_of(const settings& chosen) {
  std::string text = "souk compare";
  if (chosen.is_quick) text += " --quick";
  if (chosen.is_full) text += " --full";
  if (chosen.with_peers) text += " --peers";
  if (chosen.seconds > 0)
    text += " --seconds " + std::to_string(static_cast<std::uint64_t>(chosen.seconds));
  for (const std::string& name : chosen.names) text += ' ' + name;
  if (!chosen.workers.empty()) text += " --workers";
  for (const unsigned n : chosen.workers) text += ' ' + std::to_string(n);
  return text;
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

/// Before minutes of measuring, not after. Throws std::runtime_error.
void check_writable(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  const bool exists = std::filesystem::exists(file);
  if (std::filesystem::is_directory(file))
    throw std::runtime_error{file + ": is a folder, and a file is to be written there"};
  if (::access(exists ? file.c_str() : folder.c_str(), W_OK) != 0)
    throw std::runtime_error{file + ": cannot be written: " + std::strerror(errno)};
}

void write_file(const std::string& file, const std::string& text) {
  std::ofstream out{file};
  out << text;
  out.close();
  if (!out) throw std::runtime_error{file + ": cannot be written: " + std::strerror(errno)};
}

/// Builds the peers and says which are missing.
std::unique_ptr<bench::built_peers> build_peers(findings& to) {
  std::cerr << "Building the peers, which takes a minute the first time and is not counted."
            << std::endl;
  auto built = std::make_unique<bench::built_peers>();
  std::string packages;
  for (const bench::peer* const one : built->missing()) {
    to.missing_peers.emplace_back(one->name);
    packages += ' ' + std::string{one->package};
  }
  if (!packages.empty()) {
    std::cerr << "Some peers are not installed:" << packages
              << ". To install them: ./run --install-peers" << std::endl;
  }
  return built;
}

allowance allowance_for(const settings& chosen) {
  const allowance usual = allowance_of(chosen.how());
  // Peers start slowly, and there are more cells.
  const double whole =
      chosen.seconds > 0 ? chosen.seconds : usual.whole * (chosen.with_peers ? 2 : 1);
  return within_seconds(usual, whole);
}

findings find_out(const settings& chosen) {
  findings all;
  all.command = command_of(chosen);
  all.mode = chosen.is_quick ? "quick" : chosen.is_full ? "full" : "usual";
  all.started = now_text();
  const allowance within = allowance_for(chosen);
  std::unique_ptr<bench::built_peers> peers;
  if (chosen.with_peers) peers = build_peers(all);
  const std::vector<unsigned> workers =
      chosen.workers.empty() ? workers_up_to(usable_processors()) : chosen.workers;
  all.runners = make_runners(workers, peers.get());
  for (const subject& one : subjects_of(chosen.how(), chosen.names)) all.rows.push_back({one});
  progress shown{within.whole};
  measure(all, within, shown);
  all.seconds = shown.elapsed();
  for (runner& one : all.runners) one.run = nullptr;  // it may refer to the peers, which end here
  return all;
}

void print_verdict(const ordered_json& results) {
  for (const ordered_json& one : results.at("failures"))
    std::cout << "FAILED: " << one.get<std::string>() << '\n';
  const ordered_json& equivalence = results.at("equivalence");
  const bool diverged = equivalence.at("divergences") > 0;
  const bool was_checked = equivalence.at("commits") > 0;
  std::cout << (diverged      ? "NOT EQUIVALENT: "
                : was_checked ? "equivalent: "
                              : "NOT SHOWN TO BE EQUIVALENT: ")
            << verdict_text(equivalence) << ", with " << equivalence.at("workers") << " workers\n";
}

void print_extent(const ordered_json& results) {
  const auto rounds = results.at("rounds").get<unsigned>();
  std::cout << rounds << (rounds == 1 ? " round in " : " rounds in ")
            << grouped(results.at("seconds").get<double>()) << " s; medians; "
            << results.at("machine").at("processors") << " processors\n";
  const auto shares = results.at("machine").at("share_of_a_processor").get<std::vector<double>>();
  if (!shares.empty() && summarize(shares).median < 0.95) {
    std::cout << "The machine was busy: who wanted a processor had "
              << grouped(summarize(shares).median * 100)
              << " % of one. Close what else is running, and measure again.\n";
  }
  std::cout << '\n';
}

int compare_all(const settings& chosen) {
  std::optional<ordered_json> before;
  if (!chosen.baseline_file.empty()) before = read_results(chosen.baseline_file);
  check_writable(chosen.html_file);
  if (!chosen.json_file.empty()) check_writable(chosen.json_file);

  ordered_json results;
  if (chosen.from_file.empty()) {
    print_build();
    results = results_of(find_out(chosen));
  } else {
    results = read_results(chosen.from_file);
  }
  if (before) results["baseline"] = changes_between(*before, results);
  print_extent(results);
  print_tables(std::cout, results);
  print_verdict(results);
  write_file(chosen.html_file, report_of(results));
  if (!chosen.json_file.empty()) write_file(chosen.json_file, results.dump(1) + '\n');
  std::cout << "Report: " << std::filesystem::absolute(chosen.html_file).string() << std::endl;
  return results.at("failures").empty() ? success : bad_news;
}

void check(const settings& chosen) {
  try {
    (void)subjects_of(chosen.how(), chosen.names);
  } catch (const std::invalid_argument& error) {
    throw CLI::ValidationError(
        "WORKLOAD", std::string{error.what()} + "; `souk bench --help` lists what there is");
  }
}

}  // namespace

void add_compare_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand(
      "compare", "The functional VM, the parallel VM and other runtimes side by side: a report");
  auto s = std::make_shared<settings>();
  auto* const names =
      command->add_option("WORKLOAD", s->names, "Which (default: those that show most)")
          ->type_name("");
  auto* const quick = command->add_flag("--quick", s->is_quick, "In half a minute, less surely");
  auto* const full = command->add_flag("--full", s->is_full, "Every workload, in some 20 minutes")
                         ->excludes(quick);
  auto* const workers = command
                            ->add_option("--workers", s->workers,
                                         "How many threads the parallel VM has, one after the "
                                         "other (default: 1, 2, .. up to all processors)")
                            ->type_name("N")
                            ->check(CLI::Range(1, 1024));
  auto* const peers = command->add_flag(
      "--peers", s->with_peers,
      "CAF, Erlang and Go as well, as far as they are installed; takes twice as long");
  add_number_option(
      *command, "--seconds", [s](std::uint64_t n) { s->seconds = static_cast<double>(n); },
      {1, 86'400}, "How long all of it may take, about")
      ->type_name("N");
  command->add_option("--html", s->html_file, "Where the report goes")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_option("--json", s->json_file, "Also write what was measured, for machines")
      ->type_name("FILE");
  command
      ->add_option("--baseline", s->baseline_file,
                   "What --json wrote before: tells what changed beyond noise")
      ->type_name("FILE");
  command
      ->add_option("--from", s->from_file,
                   "Measure nothing: the tables and the report of what --json wrote")
      ->type_name("FILE")
      ->excludes(quick)
      ->excludes(full)
      ->excludes(peers)
      ->excludes(names)
      ->excludes(workers);
  command->footer(
      "Takes under three minutes on two processors. Every workload is also recorded on the\n"
      "parallel VM and replayed on the functional VM, which must give every process the same\n"
      "events. Exit status: 0 if all went well, 1 if a run diverged or failed, 2 for wrong use.");
  command->callback([s, &chosen] {
    check(*s);
    chosen = [s] { return compare_all(*s); };
  });
}

}  // namespace souk::tool
