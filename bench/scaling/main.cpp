// souk_scaling: predicts how fast workloads run on 1 to 128 workers, and checks the prediction
// where it can be measured. README.md says how it is used.
#include <CLI/CLI.hpp>

#include <cmath>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/scaling/plot.hpp"

namespace souk::bench::scaling {
namespace {

struct settings {
  std::string costs_file;
  std::vector<std::string> from;
  std::string page;
  std::string measured;
  std::vector<std::string> only;
  policy how = policy::crowds_stay;
  unsigned cores = 128;
  unsigned most_workers = 128;
  double tolerance = 20;  // per cent
};

void print(const std::vector<curve>& all) {
  std::cout << std::setw(8) << "workers";
  for (const curve& one : all)
    std::cout << std::setw(18)
              << std::string{name_of(one.what)} + ", " + std::string{name_of(one.how)};
  std::cout << "   M/s (shards)\n" << std::fixed << std::setprecision(1);
  for (std::size_t row = 0; row < all.front().points.size(); ++row) {
    std::cout << std::setw(8) << all.front().points[row].workers;
    for (const curve& one : all) {
      const point& p = one.points[row];
      std::cout << std::setw(12) << p.per_second / 1e6 << " (" << std::setw(3) << p.shards << ")";
    }
    std::cout << '\n';
  }
}

int predict_all(const settings& chosen, const costs& with) {
  std::vector<curve> all;
  const std::vector<unsigned> workers = worker_counts(chosen.most_workers);
  for (const program what : programs) {
    for (const policy how : {policy::best, policy::all})
      all.push_back(predict(what, how, with, chosen.cores, workers));
  }
  print(all);
  if (with.change_ns > 0) {
    std::cout << "changes of one VM's table: at most " << 1e3 / with.change_ns
              << " M/s, on any number of workers\n";
  }
  if (chosen.page.empty()) return 0;
  std::ofstream out{chosen.page};
  write_page(out, {with, chosen.cores, all});
  out.close();
  if (!out) throw std::runtime_error{"cannot write " + chosen.page};
  return 0;
}

/// The points of 1 and 2 workers against what was measured.
int check(const settings& chosen, const costs& with) {
  bool is_right = true;
  std::cout << std::fixed << std::setprecision(1);
  for (const program what : programs) {
    const std::string name{name_of(what)};
    if (!chosen.only.empty() && std::ranges::find(chosen.only, name) == chosen.only.end()) continue;
    for (const point& p : predict(what, chosen.how, with, chosen.cores, {1, 2}).points) {
      const double measured = read_best(chosen.measured, name, p.workers);
      const double off = (p.per_second / measured - 1) * 100;
      const bool is_near = std::abs(off) <= chosen.tolerance;
      is_right = is_right && is_near;
      std::cout << std::left << std::setw(8) << name << std::right << " on " << p.workers
                << ": predicted" << std::setw(7) << p.per_second / 1e6 << " M/s, measured"
                << std::setw(7) << measured / 1e6 << " M/s: " << std::showpos << off
                << std::noshowpos << " %" << (is_near ? "" : ", TOO FAR") << '\n';
    }
  }
  return is_right ? 0 : 1;
}

void add_options(CLI::App& app, settings& chosen) {
  app.add_option("COSTS", chosen.costs_file, "What the parts cost, as --from prints it")
      ->type_name("FILE");
  app.add_option("--from", chosen.from,
                 "Print the costs: from JSON of souk_micro, from JSON lines of `souk bench` alone "
                 "and of two at once")
      ->expected(3)
      ->type_name("MICRO BENCH TOGETHER");
  app.add_option("--page", chosen.page, "Write the plot, the table and the assumptions, as HTML")
      ->type_name("FILE");
  app.add_option("--check", chosen.measured,
                 "Compare the points of 1 and 2 workers with JSON lines of `souk bench`")
      ->type_name("FILE");
  app.add_option("--only", chosen.only, "What --check looks at (default: all)")
      ->type_name("WORKLOAD");
  app.add_option("--shards", chosen.how,
                 "How --check takes it that processes are spread: over `all` shards, over the "
                 "`best` number, or so that `crowds-stay` together (default)")
      ->transform(CLI::CheckedTransformer(std::vector<std::pair<std::string, policy>>{
          {"all", policy::all}, {"best", policy::best}, {"crowds-stay", policy::crowds_stay}}));
  app.add_option("--tolerance", chosen.tolerance, "What --check allows, in per cent (default: 20)");
  app.add_option("--cores", chosen.cores, "How many cores there are (default: 128)")
      ->check(CLI::Range(1, 4096));
  app.add_option("--most-workers", chosen.most_workers, "Where the prediction ends (default: 128)")
      ->check(CLI::Range(2, 4096));
}

int run(const settings& chosen) {
  if (!chosen.from.empty()) {
    write_costs(std::cout, derive_costs({chosen.from[0], chosen.from[1], chosen.from[2]}));
    return 0;
  }
  const costs with = read_costs(chosen.costs_file);
  return chosen.measured.empty() ? predict_all(chosen, with) : check(chosen, with);
}

}  // namespace
}  // namespace souk::bench::scaling

int main(int argc, char** argv) {
  using namespace souk::bench::scaling;
  CLI::App app{"Predicts how souk's workloads scale, from what their parts cost"};
  settings chosen;
  add_options(app, chosen);
  try {
    app.parse(argc, argv);
    if (chosen.costs_file.empty() == chosen.from.empty())
      throw CLI::ValidationError("COSTS", "give either a file of costs or --from");
    return run(chosen);
  } catch (const CLI::Error& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "souk_scaling: " << error.what() << std::endl;
    return 2;
  }
}
