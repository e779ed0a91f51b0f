#include "bench/scaling/plot.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <ostream>
#include <string_view>

namespace souk::bench::scaling {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>souk: predicted scaling</title>
<style>
  body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
  table { border-collapse: collapse; margin: 1em 0; }
  td, th { padding: 0.1em 0.8em; text-align: right; border-bottom: 1px solid #ddd; }
  svg text { font: 12px sans-serif; fill: #444; }
  .grid { stroke: #ddd; } .curve { fill: none; stroke-width: 2; }
  .all { stroke-dasharray: 5 4; }
</style>
<h1>Predicted scaling</h1>
<p>A simulation, not a measurement. Solid: the number of shards, up to the number of workers, with
which it is fastest. Dashed: as many shards as workers. Both axes are logarithmic.</p>
)";

constexpr std::string_view assumptions = R"(
<h2>What is assumed</h2>
<ul>
<li>A worker has a core of its own; all cores are alike, and as far from each other as the two that
were measured. Sockets, caches that some share and memory bandwidth are not modelled: with several
sockets a line takes two to five times as long.</li>
<li>Pairs live together. In <em>big</em> and <em>fan-out</em> processes are spread evenly, though
today's VM leaves those who hear one publisher in one shard. Moving them costs nothing.</li>
<li>A message that crosses costs its sender and its receiver one half each of
<code>crossing_ns</code>. It waits for five cache lines: the receiver's process, its inbox and the
entry on the one side, the inbox and the entry on the other.</li>
<li>Locks are given in the order of asking; a commit asks for all of its locks, and has them until
all is pushed.</li>
<li>A change of the table holds the writer lock for <code>change_ns</code>, so there are at most a
billion divided by that in a second, however many workers there are.</li>
<li>A shard with nothing to do parks, and who sends it something wakes it: twice
<code>wake_ns</code> and a line, under one lock for all.</li>
</ul>
)";

constexpr double width = 760;
constexpr double height = 420;
constexpr double left = 60;
constexpr double bottom = 40;

const char* colour_of(program what) {
  switch (what) {
    case program::pairs: return "#1b6ca8";
    case program::big: return "#c0392b";
    default: return "#2e8b57";
  }
}

/// From workers and messages a second to places on the page.
class scale {
 public:
  explicit scale(const std::vector<curve>& all) {
    for (const curve& one : all) {
      for (const point& p : one.points) {
        most_workers_ = std::max<double>(most_workers_, p.workers);
        least_ = std::min(least_, p.per_second);
        most_ = std::max(most_, p.per_second);
      }
    }
    least_ = std::pow(10, std::floor(std::log10(least_)));
    most_ = std::pow(10, std::ceil(std::log10(most_)));
  }
  [[nodiscard]] double x(double workers) const {
    return left + (width - left - 100) * std::log(workers) / std::log(most_workers_);
  }
  [[nodiscard]] double y(double per_second) const {
    return (height - bottom) * (1 - std::log(per_second / least_) / std::log(most_ / least_)) + 10;
  }
  [[nodiscard]] double most_workers() const noexcept { return most_workers_; }
  [[nodiscard]] double least() const noexcept { return least_; }
  [[nodiscard]] double most() const noexcept { return most_; }

 private:
  double most_workers_ = 2;
  double least_ = std::numeric_limits<double>::max();
  double most_ = 1;
};

void draw_grid(std::ostream& out, const scale& at) {
  for (double workers = 1; workers <= at.most_workers(); workers *= 2) {
    out << "<line class=grid x1=" << at.x(workers) << " x2=" << at.x(workers)
        << " y1=" << at.y(at.most()) << " y2=" << at.y(at.least())
        << " /><text x=" << at.x(workers) - 5 << " y=" << height - 10 << ">" << workers
        << "</text>\n";
  }
  for (double rate = at.least(); rate <= at.most() * 1.001; rate *= 10) {
    out << "<line class=grid x1=" << left << " x2=" << at.x(at.most_workers())
        << " y1=" << at.y(rate) << " y2=" << at.y(rate) << " /><text x=5 y=" << at.y(rate) + 4
        << ">" << rate / 1e6 << " M/s</text>\n";
  }
}

void draw(std::ostream& out, const scale& at, const curve& one) {
  out << "<polyline class=\"curve " << name_of(one.how) << "\" stroke=\"" << colour_of(one.what)
      << "\" points=\"";
  for (const point& p : one.points) out << at.x(p.workers) << ',' << at.y(p.per_second) << ' ';
  out << "\" />\n";
  if (one.how == policy::all) return;
  const point& last = one.points.back();
  out << "<text x=" << at.x(last.workers) + 6 << " y=" << at.y(last.per_second) + 4 << ">"
      << name_of(one.what) << "</text>\n";
}

void write_table(std::ostream& out, const std::vector<curve>& all) {
  out << "<h2>Million a second (shards)</h2>\n<table><tr><th>workers</th>";
  for (const curve& one : all)
    out << "<th>" << name_of(one.what) << ", " << name_of(one.how) << "</th>";
  out << "</tr>\n";
  for (std::size_t row = 0; row < all.front().points.size(); ++row) {
    out << "<tr><td>" << all.front().points[row].workers << "</td>";
    for (const curve& one : all) {
      const point& p = one.points[row];
      out << "<td>" << p.per_second / 1e6 << " (" << p.shards << ")</td>";
    }
    out << "</tr>\n";
  }
  out << "</table>\n";
}

void write_costs_table(std::ostream& out, const plotted& what) {
  out << "<h2>What it was told</h2>\n<table>\n<tr><td>cores</td><td>" << what.cores
      << "</td></tr>\n";
  for (const cost_field& one : cost_fields)
    out << "<tr><td>" << one.name << "</td><td>" << what.with.*one.where << "</td></tr>\n";
  out << "</table>\n";
}

}  // namespace

void write_page(std::ostream& out, const plotted& what) {
  const scale at{what.curves};
  out << std::fixed << std::setprecision(0) << head << "<svg width=" << width
      << " height=" << height << " role=img aria-label=\"messages a second by workers\">\n";
  draw_grid(out, at);
  for (const curve& one : what.curves) draw(out, at, one);
  out << "</svg>\n<p>Workers, each with a core of its own.</p>\n" << std::setprecision(1);
  write_table(out, what.curves);
  write_costs_table(out, what);
  out << assumptions << "</html>\n";
}

}  // namespace souk::bench::scaling
