#include "tests/model/model.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace souk {
namespace model {
namespace {

using sched::hooks::mutant;

// Of the one thread that runs models.
weakening weakened;
mutant left_out = mutant::none;
// Not in memory that Relacy thinks is the model's.
std::array<site, 64> sites;
std::size_t sites_size = 0;

std::string_view file_name(const site& one) noexcept {
  const std::string_view path = one.file;
  return path.substr(path.rfind('/') + 1);
}
rl::memory_order as_relacy(std::memory_order order) noexcept {
  switch (order) {
    case std::memory_order_relaxed: return rl::mo_relaxed;
    case std::memory_order_acquire: return rl::mo_acquire;
    case std::memory_order_release: return rl::mo_release;
    case std::memory_order_acq_rel: return rl::mo_acq_rel;
    default: return rl::mo_seq_cst;
  }
}

}  // namespace

bool operator==(const site& a, const site& b) noexcept {
  return a.what == b.what && a.order == b.order && std::strcmp(a.function, b.function) == 0 &&
         file_name(a) == file_name(b);
}

std::ostream& nowhere() noexcept {
  static std::ostream none{nullptr};
  return none;
}

void leave_whole() noexcept {
  weakened = {};
  left_out = mutant::none;
}
void weaken(const weakening& how) noexcept { weakened = how; }
void leave_out(mutant rule) noexcept { left_out = rule; }

rl::memory_order order_at(const site& here) noexcept {
  if (here.order == std::memory_order_relaxed) return rl::mo_relaxed;
  const std::span known{sites.data(), sites_size};
  if (std::ranges::none_of(known, [&](const site& one) { return one == here; }))
    sites.at(sites_size++) = here;
  return as_relacy(here == weakened.where ? weakened.to : here.order);
}

std::vector<site> take_sites() {
  const std::span all{sites.data(), std::exchange(sites_size, 0)};
  return {all.begin(), all.end()};
}

std::vector<std::memory_order> weaker_orders(const site& of) {
  using enum std::memory_order;
  std::vector<std::memory_order> all;
  if (of.order == seq_cst && of.what == access::change) all.push_back(acq_rel);
  if (of.order != acquire && of.order != release) {
    if (of.what != access::store) all.push_back(acquire);
    if (of.what != access::load) all.push_back(release);
  }
  all.push_back(relaxed);
  return all;
}

std::string to_string(const site& one) {
  const char* const what = one.what == access::load    ? "load"
                           : one.what == access::store ? "store"
                                                       : "change";
  const std::string_view function = one.function;
  return std::string{file_name(one)} + ": " + std::string{function.substr(0, function.find('<'))} +
         ": " + what + ", " + to_string(one.order);
}
const char* to_string(std::memory_order order) noexcept { return rl::format(as_relacy(order)); }

std::vector<named_model>& models() {
  static std::vector<named_model> all;
  return all;
}

}  // namespace model

namespace sched {

// Each access is a step already.
void hooks::step() noexcept {}
void hooks::wait() noexcept { rl::yield(1, RL_INFO); }
bool hooks::broken(mutant how) noexcept { return how == model::left_out; }

}  // namespace sched
}  // namespace souk
