// What souk calls where it was compiled with SOUK_TEST_HOOKS (sched/hooks.hpp), and the memory of a
// program in which an allocation can fail.
#include "stress/interference.hpp"

#include "sched/hooks.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <new>
#include <thread>
#include <utility>

namespace souk {
namespace {

using sched::hooks::mutant;

constexpr std::array<std::pair<std::string_view, mutant>, 21> names{{
    {"no-validation", mutant::no_validation},
    {"one-lock-at-a-time", mutant::one_lock_at_a_time},
    {"own-events-unlocked", mutant::own_events_unlocked},
    {"own-news-unlocked", mutant::own_news_unlocked},
    {"stale-epoch", mutant::stale_epoch},
    {"word-means-filled", mutant::word_means_filled},
    {"word-before-table", mutant::word_before_table},
    {"table-after-drain", mutant::table_after_drain},
    {"epoch-kept", mutant::epoch_kept},
    {"publish-after-unlock", mutant::publish_after_unlock},
    {"publish-before-last-lock", mutant::publish_before_last_lock},
    {"dead-check-before-writer", mutant::dead_check_before_writer},
    {"sends-in-old-table", mutant::sends_in_old_table},
    {"committed-in-parts", mutant::committed_in_parts},
    {"actions-after-quit", mutant::actions_after_quit},
    {"asked-without-fence", mutant::asked_without_fence},
    {"taken-unseen", mutant::taken_unseen},
    {"goes-on-after-loss", mutant::goes_on_after_loss},
    {"away-is-handled", mutant::away_is_handled},
    {"crowd-forgotten", mutant::crowd_forgotten},
    {"rejoins-late", mutant::rejoins_late},
}};

// Written while no VM lives. relaxed, wherever they are used: so nothing else depends on them.
std::atomic<mutant> chosen_mutant{mutant::none};
std::atomic<std::uint32_t> once_in{0};
std::atomic<std::uint32_t> most_ns{0};
std::atomic<std::uint64_t> seed{0};
constexpr auto relaxed = std::memory_order_relaxed;

struct dice {
  std::uint64_t seed_of = 0;
  std::uint64_t state = 0;

  [[nodiscard]] std::uint32_t roll() noexcept {
    if (const std::uint64_t now = seed.load(relaxed); now != seed_of) {
      seed_of = now;
      state = now + std::hash<std::thread::id>{}(std::this_thread::get_id());
    }
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state >> 33);
  }
};
thread_local constinit dice own;

/// Short ones spin: to sleep takes the system 50 microseconds at least.
void pause(std::uint32_t ns) noexcept {
  constexpr std::uint32_t shortest_sleep_ns = 20'000;
  if (ns >= shortest_sleep_ns) {
    const timespec time{0, static_cast<long>(ns)};
    ::nanosleep(&time, nullptr);
    return;
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds{ns};
  while (std::chrono::steady_clock::now() < until) {
  }
}

// Of the allocations of this thread: how many are to come until one fails, and whether one has.
thread_local constinit std::uint32_t until_failure = 0;  // 0: none will
thread_local constinit bool has_one_failed = false;

void* take(std::size_t size) {
  if (until_failure != 0 && --until_failure == 0) {
    has_one_failed = true;
    throw std::bad_alloc{};
  }
  if (void* const memory = std::malloc(size); memory != nullptr) return memory;
  throw std::bad_alloc{};
}

}  // namespace

void sched::hooks::step() noexcept {
  const std::uint32_t often = once_in.load(relaxed);
  if (often == 0 || own.roll() % often != 0) return;
  const std::uint32_t most = most_ns.load(relaxed);
  pause(own.roll() % (most >> (own.roll() % 8)));  // most of them are much shorter
}
void sched::hooks::wait() noexcept { std::this_thread::yield(); }
bool sched::hooks::broken(mutant how) noexcept { return how == chosen_mutant.load(relaxed); }

namespace stress::interference {

bool is_compiled_in() noexcept { return true; }

void hold_up(delays how, std::uint64_t from_seed) noexcept {
  once_in.store(how.once_in, relaxed);
  most_ns.store(std::max(how.most_ns, 256U), relaxed);
  seed.store(from_seed + 1, relaxed);
}

failing_allocation::failing_allocation(std::uint32_t n) noexcept {
  has_one_failed = false;
  until_failure = n;
}
failing_allocation::~failing_allocation() { until_failure = 0; }
bool failing_allocation::has_failed() const noexcept { return has_one_failed; }

std::vector<std::string> mutants() {
  std::vector<std::string> all;
  for (const auto& [name, how] : names) all.emplace_back(name);
  return all;
}

void break_rule(std::string_view name) {
  chosen_mutant.store(
      std::ranges::find(names, name, &std::pair<std::string_view, mutant>::first)->second, relaxed);
}

}  // namespace stress::interference
}  // namespace souk

// NOLINTBEGIN(*-no-malloc): what the operators stand on
void* operator new(std::size_t size) { return souk::take(size); }
void* operator new[](std::size_t size) { return souk::take(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
// NOLINTEND(*-no-malloc)
