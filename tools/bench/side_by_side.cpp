// With one worker, all are held to one processor and compared by what they do in a second of its
// time: what else runs on the machine takes turns with them, and is not counted. With more, by the
// clock; souk with one worker, on one processor, then runs beside them.
#include "tools/bench/side_by_side.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>

#include "bench/isolated.hpp"
#include "bench/peers.hpp"
#include "tools/bench/output.hpp"
#include "tools/commands/command.hpp"

namespace souk::tool {
namespace {

using bench::built_peers;
using job = side_by_side_settings::job;

/// One of those that are compared.
struct runner {
  std::string name;
  bool is_peer;
  std::function<double(const job&)> run;  ///< one repetition: throws std::runtime_error
};

double run_souk(const job& of, unsigned workers, bool by_clock) {
  bench::options how = of.how;
  how.workers = workers;
  const bench::outcome did = bench::run_isolated(*of.what, how, {.processors = workers}).result;
  return by_clock ? did.value() : did.per_core_second();
}

std::vector<runner> runners(const built_peers& built, unsigned workers) {
  const bool by_clock = workers > 1;
  std::vector<runner> all{
      {"souk", false, [=](const job& j) { return run_souk(j, workers, by_clock); }}};
  if (by_clock)
    all.push_back({"souk, 1", false, [=](const job& j) { return run_souk(j, 1, by_clock); }});
  for (const bench::peer* const one : built.present()) {
    all.push_back({std::string{one->name}, true, [=, &built](const job& j) {
                     const bench::peer_outcome did =
                         built.run(*one, j.what->name, j.how.size, j.how.count, workers);
                     return by_clock ? did.value : did.per_core_second;
                   }});
  }
  return all;
}

bool is_weight(const bench::workload& w) { return w.unit.starts_with("bytes/"); }

/// How often souk is better than the other.
double advantage(const bench::workload& w, double souk, double other) {
  return is_weight(w) ? other / souk : souk / other;
}

struct row {
  const job* of;
  std::vector<sample> samples;  ///< one for each runner

  [[nodiscard]] std::optional<std::size_t> best_peer(const std::vector<runner>& all) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].is_peer) continue;
      if (!best || advantage(*of->what, samples[i].median(), samples[*best].median()) > 1) best = i;
    }
    return best;
  }
  [[nodiscard]] double ratio_to(std::size_t i) const {
    return advantage(*of->what, samples.front().median(), samples[i].median());
  }
};

std::string two_digits(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << value;
  return text.str();
}

constexpr int name_width = 22;
constexpr int unit_width = 15;
constexpr int value_width = 13;

void print_head(const std::vector<runner>& all, unsigned workers) {
  print_build();
  if (workers == 1) {
    std::cout << "One processor for each in turn; \"/s\" is per second of its time.\n";
  } else {
    std::cout << workers << " processors for each in turn, by the clock; \"souk, 1\" has one.\n";
  }
  std::cout << "Ratio: how many times souk is better than the best of the others.\n\n"
            << std::left << std::setw(name_width) << "workload" << std::setw(unit_width) << "unit"
            << std::right;
  for (const runner& one : all) std::cout << std::setw(value_width) << one.name;
  std::cout << std::setw(8) << "ratio"
            << "  to\n"
            << std::flush;
}

void print_row(const row& r, const std::vector<runner>& all) {
  std::cout << std::left << std::setw(name_width) << r.of->what->name << std::setw(unit_width)
            << r.of->what->unit << std::right;
  for (const sample& s : r.samples) std::cout << std::setw(value_width) << grouped(s.median());
  if (const auto best = r.best_peer(all); best)
    std::cout << std::setw(8) << two_digits(r.ratio_to(*best)) << "  " << all[*best].name;
  std::cout << std::endl;
}

void print_json(const row& r, const std::vector<runner>& all, unsigned workers) {
  nlohmann::ordered_json line{{"workload", r.of->what->name},
                              {"unit", r.of->what->unit},
                              {"per", workers == 1 ? "core-second" : "second"},
                              {"workers", workers},
                              {"size", r.of->how.size},
                              {"count", r.of->how.count},
                              {"repeat", r.samples.front().size()}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const sample& s = r.samples[i];
    line["results"][all[i].name] = {{"min", s.least()}, {"median", s.median()}, {"max", s.most()}};
  }
  if (const auto best = r.best_peer(all); best) {
    line["best_peer"] = all[*best].name;
    line["ratio"] = r.ratio_to(*best);
  }
  add_build(line);
  std::cout << line.dump() << std::endl;
}

/// How long the rest takes, if it takes as long for each run as it took until now.
class forecast {
 public:
  explicit forecast(std::size_t runs) : left_{runs} {}

  void done(std::size_t runs = 1) noexcept { done_ += runs, left_ -= runs; }
  [[nodiscard]] std::string text() const {
    if (done_ == 0) return "";
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
    const double rest = took.count() / static_cast<double>(done_) * static_cast<double>(left_);
    return rest < 90 ? "; about " + grouped(rest) + " s left"
                     : "; about " + grouped(rest / 60) + " min left";
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::size_t done_ = 0;
  std::size_t left_;
};

row measure(const job& of, const std::vector<runner>& all, std::uint64_t repeat,
            const std::string& place, forecast& rest, const progress_line& progress) {
  row r{&of, std::vector<sample>(all.size())};
  for (std::uint64_t i = 1; i <= repeat; ++i) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      progress.show(place + ' ' + std::string{of.what->name} + ": " + all[k].name + ", " +
                    std::to_string(i) + " of " + std::to_string(repeat) + rest.text());
      r.samples[k].add(all[k].run(of));
      rest.done();
    }
  }
  progress.clear();
  return r;
}

void tell_missing(const built_peers& built) {
  std::string names;
  std::string packages;
  for (const bench::peer* const one : built.missing()) {
    names += (names.empty() ? "" : ", ") + std::string{one->name};
    packages += ' ' + std::string{one->package};
  }
  if (!names.empty())
    std::cerr << "Not installed, so not compared: " << names << ". To install: apt-get install"
              << packages << std::endl;
}

}  // namespace

int run_side_by_side(const side_by_side_settings& chosen) {
  const progress_line progress;
  progress.show("building the peers");
  const built_peers built;
  progress.clear();
  tell_missing(built);
  const unsigned workers = chosen.jobs.front().how.workers;
  const std::vector<runner> all = runners(built, workers);
  if (!chosen.as_json) print_head(all, workers);
  const std::size_t runs_each = all.size() * chosen.repeat;
  forecast rest{chosen.jobs.size() * runs_each};
  int status = built.present().empty() ? bad_news : success;
  for (std::size_t i = 0; i < chosen.jobs.size(); ++i) {
    const std::string place =
        '[' + std::to_string(i + 1) + '/' + std::to_string(chosen.jobs.size()) + ']';
    try {
      const row r = measure(chosen.jobs[i], all, chosen.repeat, place, rest, progress);
      chosen.as_json ? print_json(r, all, workers) : print_row(r, all);
    } catch (const std::runtime_error& error) {
      progress.clear();
      std::cerr << "souk bench: " << error.what() << std::endl;
      status = bad_news;
    }
  }
  return status;
}

}  // namespace souk::tool
