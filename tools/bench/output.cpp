#include "tools/bench/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "bench/build_info.hpp"

namespace souk::tool {

void sample::add(double value) { values_.insert(std::ranges::upper_bound(values_, value), value); }

double sample::median() const {
  const std::size_t middle = values_.size() / 2;
  return values_.size() % 2 == 1 ? values_[middle] : (values_[middle - 1] + values_[middle]) / 2;
}

std::string grouped(double value) {
  std::string digits = std::to_string(std::llround(value));
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

void print_build() {
  std::cout << "souk " << bench::commit() << ", " << bench::compiler() << ' ' << bench::build_type()
            << " (" << bench::flags() << ")\n"
            << bench::cpu() << '\n';
  if (const std::string why = bench::warning(); !why.empty())
    std::cout << "WARNING: " << why << '\n';
}

void add_build(nlohmann::ordered_json& line) {
  line["commit"] = bench::commit();
  line["compiler"] = bench::compiler();
  line["build_type"] = bench::build_type();
  line["flags"] = bench::flags();
  line["cpu"] = bench::cpu();
  if (const std::string why = bench::warning(); !why.empty()) line["warning"] = why;
}

progress_line::progress_line() : shown_{::isatty(STDERR_FILENO) == 1} {}

void progress_line::show(const std::string& text) const {
  if (!shown_) return;
  // A line that wraps could not be taken back. 0 columns: the terminal does not say.
  winsize size{};
  const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const std::size_t columns = is_known ? size.ws_col : 80;
  std::cerr << "\r\033[K" << text.substr(0, columns - 1) << std::flush;
}

}  // namespace souk::tool
