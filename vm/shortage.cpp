// When the machine is short of memory: who goes, so that the others can stay.
//
// The limit of the program's account is what all may have together. When it is exceeded one goes,
// and if that does not do when it has ended, another. Who said that the machine must have so much
// more for it (require_memory) goes before that, as soon as that is not so: therefore what the
// program's account is compared with (`limit_`) is less than its limit by the most that is
// required.
//
// Threads    Any; with no lock of a VM held, but for set_limit(), which asks nobody to go.
#include <souk/custodian.hpp>
#include <souk/symbol.hpp>

#include "vm/account_registry.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>

namespace souk {

namespace detail {

// Pre, for all but require_memory(): `tree` is held, or it takes it.

void account::set_limit(std::uint64_t bytes) noexcept {
  if (around_ != nullptr) return limit_.store(bytes, std::memory_order_relaxed);  // a figure
  account_registry::the().program_limit = bytes;
  limit_program();
}

void account::limit_program() noexcept {
  auto& all = account_registry::the().requirements;
  std::erase_if(all, [](const auto& one) {  // nobody else knows it; relaxed: then nobody will
    const account& of = *one.of.get();
    return of.has_ended_ || of.holders_.load(std::memory_order_relaxed) == 1;
  });
  const std::uint64_t limit = account_registry::the().program_limit;
  std::uint64_t most = 0;
  for (const auto& one : all) most = std::max(most, one.bytes);
  // relaxed: a figure.
  limit_.store(limit == no_limit ? no_limit : limit - std::min(limit, most),
               std::memory_order_relaxed);
}

void account::require_memory(std::uint64_t bytes) {
  account& program = of_the_program();
  const std::uint64_t machine = memory_of_the_machine();
  {
    const std::scoped_lock held{account_registry::the().tree};
    hold();
    account_registry::the().requirements.push_back({held_account{*this}, bytes});
    if (account_registry::the().program_limit == no_limit)
      account_registry::the().program_limit = machine;
    program.limit_program();
    account_registry::mark_limited_below(program);
  }
  if (program.tightest_over() != nullptr) program.exceed();
  if (this_thread.current != nullptr) this_thread.current->set_bounds();
}

/// What owns it, or is inside, has not ended yet.
bool account::is_ending() const noexcept {
  if (owner_ != nullptr) return !has_ended_;
  bool any = false;
  for (const account* a = inside_; a != nullptr && !any; a = a->next_) any = a->is_ending();
  return any;
}

/// Nothing inside has an owner.
bool account::is_leaf() const noexcept {
  bool any = false;
  for (const account* a = inside_; a != nullptr && !any; a = a->next_) any = a->is_ending();
  return !any;
}

/// Of the leaves that have more than an equal share; of all, if there is none. Null: nobody is
/// there.
account* account::biggest() noexcept {
  std::int64_t leaves = 0;
  account* leaf = nullptr;
  account* any = nullptr;
  const auto is_less = [](const account* left, const account& right) {
    return left == nullptr || left->own() < right.own();
  };
  account_registry::each_below(of_the_program(), [&](account& a) {
    if (a.owner_ == nullptr || a.has_ended_) return;
    if (is_less(any, a)) any = &a;
    if (!a.is_leaf()) return;
    ++leaves;
    if (is_less(leaf, a)) leaf = &a;
  });
  const auto limit = static_cast<std::int64_t>(account_registry::the().program_limit);
  return leaf != nullptr && leaf->own() > limit / leaves ? leaf : any;
}

/// It has not ended, or only just, so that its memory may still be on the way back. (It need not
/// come back: others may hold some of it.) Pre: `tree` is held.
bool account_registry::is_somebody_going() const noexcept {
  constexpr std::chrono::milliseconds on_the_way{100};
  const account* const one = going.get();
  if (one == nullptr) return false;
  return one->is_ending() || (2 * one->total() > going_had &&
                              std::chrono::steady_clock::now() < going_since + on_the_way);
}

void account::relieve_machine() noexcept {
  held_account goes;
  {
    const std::scoped_lock held{account_registry::the().tree};
    if (account_registry::the().is_somebody_going()) return;
    account_registry::the().going = {};
    of_the_program().limit_program();
    const std::uint64_t limit = account_registry::the().program_limit;
    const auto all =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, of_the_program().total()));
    auto& required = account_registry::the().requirements;
    const auto most = std::ranges::max_element(required, {}, &account_registry::requirement::bytes);
    if (most != required.end() && all + std::min(most->bytes, limit) > limit) {
      goes = most->of;
      required.erase(most);
      of_the_program().limit_program();
    } else if (account* const one = all > limit ? biggest() : nullptr; one != nullptr) {
      one->hold();
      goes = held_account{*one};
    }
    if (goes.get() == nullptr) return;
    account_registry::the().going_had = goes.get()->total();
    account_registry::the().going_since = std::chrono::steady_clock::now();
    account_registry::the().going = goes;
    account_registry::shut_down_below(*goes.get(), symbol{"out-of-memory"});
  }
  goes.get()->close_if_made();
}

/// By a handler that would have more, while all have too much.
bool account::is_to_go_for_memory() const noexcept {
  relieve_machine();
  const std::scoped_lock held{account_registry::the().tree};
  const account* const going = account_registry::the().going.get();
  for (const account* a = this; a != nullptr; a = a->around_) {
    if (a == going) return true;
  }
  return false;
}

}  // namespace detail

namespace {

/// What the first line of that file says. Nothing: there is none, or it says that all is allowed.
std::optional<std::uint64_t> number_in_file(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::uint64_t number = 0;
  const auto end = line.data() + line.size();
  if (std::from_chars(line.data(), end, number).ptr != end) return std::nullopt;
  return number;
}

/// The least that any group on the way from `path` to the root says.
std::uint64_t least_on_the_way(const std::string& base, std::string path, const std::string& file,
                               std::uint64_t least) {
  while (true) {
    std::string place = base + path;
    place.append("/").append(file);
    least = std::min(least, number_in_file(place).value_or(least));
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return least;
    path.resize(slash);
  }
}

/// Lines are of the form `number:controllers:path`; version 2 has number 0 and names none.
std::uint64_t least_of_control_groups(std::uint64_t least) {
  const std::string base = "/sys/fs/cgroup";
  std::ifstream groups{"/proc/self/cgroup"};
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) least = least_on_the_way(base, path, "memory.max", least);
    if (controllers == "memory")
      least = least_on_the_way(base + "/memory", path, "memory.limit_in_bytes", least);
  }
  return least;
}

}  // namespace

std::uint64_t memory_of_the_machine() {
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  std::uint64_t least = least_of_control_groups(pages * page);
  rlimit space{};
  if (::getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    least = std::min<std::uint64_t>(least, space.rlim_cur);
  return least;
}

}  // namespace souk
