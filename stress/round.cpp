#include "stress/round.hpp"

#include "stress/interference.hpp"
#include "stress/stock.hpp"
#include "stress/suspender.hpp"

#include <souk/detail/account.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace souk::stress {
namespace {

using namespace literals;
using detail::account;
using std::chrono::microseconds;

class round_of {
 public:
  round_of(const trial& t, const progress& shown)
      : trial_{t},
        shown_{shown},
        at_rest_{t.destroy_after == 0},
        began_{now()},
        minutes_{shown.clock, shown.pulse},
        files_{shown.clock} {}

  void run(round_figures& out) {
    play();
    out.commits += log_.commits();
    out.events += now() - began_;
    out.faults += faults_ + files_.faults();
    shown_.tell_phase("judging");
    if (at_rest_) out.found.note("custodians", sums_);
    out.found.note("remains", find_states());
    judge(out.found);
    if (at_rest_) out.found.note("replay", replay());
  }

 private:
  // relaxed: a count; about then will do.
  [[nodiscard]] std::uint64_t now() const noexcept {
    return shown_.clock.load(std::memory_order_relaxed);
  }
  /// Until so many events are handled; or for a moment, as they may never be.
  void await_events(std::uint64_t most) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{50};
    while (now() - began_ < most && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
  }

  void play() {
    shown_.tell_phase("starting");
    vm market{{.kind = vm_kind::parallel,
               .seed = trial_.vm_seed,
               .workers = trial_.workers,
               .executor = trial_.own_threads ? executor_kind::threads : executor_kind::best,
               .listener = &minutes_,
               .record = &log_},
              program(trial_, files_)};
    const suspender restless{microseconds{trial_.suspend_every_us}};
    if (trial_.suspend_every_us > 0) ++faults_;
    market.run_until_inert();
    shown_.tell_phase("running");
    for (std::uint32_t i = 1; i <= trial_.goes; ++i) {
      market.inject(go(i));
      if (i == 1) shut_down_one();
      if (trial_.destroy_after > 0) {
        await_events(trial_.destroy_after);
      } else if (trial_.at_rest_between || i == trial_.goes) {
        market.run_until_inert();
      }
    }
    if (at_rest_) sums_ = check_sums();
    shown_.tell_phase("ending");
    if (!at_rest_) ++faults_;
  }

  void shut_down_one() {
    if (trial_.shut_down_after == 0) return;
    await_events(trial_.shut_down_after);
    const auto all = files_.custodians();
    if (all.empty()) return;
    all[trial_.shut_down_after % all.size()].shut_down("shut-down"_sym);
    ++faults_;
  }

  /// A worker that was the last to leave may still be freeing what it found (universe::sweep).
  [[nodiscard]] static std::optional<std::string> check_sums() {
    constexpr int most_looks = 2'000;
    std::int64_t taken = 0;
    std::int64_t charged = 0;
    for (int looks = 0; looks < most_looks; ++looks) {
      taken = account::bytes_taken();
      charged = account::bytes_charged();
      if (taken == charged) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return "at rest " + std::to_string(taken) + " bytes are live, and custodians are charged " +
           std::to_string(charged);
  }

  /// A state holds the file of its process.
  [[nodiscard]] std::optional<std::string> find_states() const {
    for (const auto& one : files_.all()) {
      if (one.use_count() > 2)  // its book's, and ours
        return "the state of process " + name_of(one->who) + " is still there";
    }
    return std::nullopt;
  }

  void judge(findings& found) const {
    const evidence all{trial_, minutes_, files_, at_rest_};
    const auto check = [&](std::string_view law, auto by) {
      shown_.tell_phase("judging");  // again: a large round takes its time
      found.note(law, by(all));
    };
    check("delivery", check_delivery);
    check("order", check_order);
    check("presence", check_presence);
    check("ends", check_ends);
    if (trial_.workers == 1) check("fairness", check_fairness);
  }

  [[nodiscard]] std::optional<std::string> replay() const {
    shown_.tell_phase("replaying");
    book again{shown_.clock, &files_};
    minutes functional{shown_.clock, shown_.pulse};
    try {
      vm reference{{.listener = &functional}, program(trial_, again)};
      reference.replay(log_);
    } catch (const journal_error& error) {
      return error.what();
    }
    return find_difference(minutes_, functional);
  }

  const trial& trial_;
  const progress& shown_;
  const bool at_rest_;
  const std::uint64_t began_;
  journal log_;
  minutes minutes_;
  book files_;
  std::uint64_t faults_ = 0;
  std::optional<std::string> sums_;
};

}  // namespace

namespace {

/// libuv makes a pipe for signals when it is first used, and keeps it.
void make_what_is_kept(const trial& t) {
  if (t.visitors.empty()) return;
  static const bool done = [] {
    ground_vm({.handle_signals = false}, actions{});
    return true;
  }();
  (void)done;
}

/// This one; and those of oneTBB, which it keeps for the next time, and starts when it sees fit.
std::size_t most_threads_left(const trial& t) {
  static std::size_t pool = 0;
  if (!t.own_threads)
    pool = std::max<std::size_t>({pool, t.workers, std::thread::hardware_concurrency()});
  return 1 + pool;
}

}  // namespace

round_figures run_round(const trial& t, const progress& shown) {
  make_what_is_kept(t);
  interference::hold_up(t.held_up, t.vm_seed);
  const stock before = take_stock();
  round_figures out;
  if (t.visitors.empty()) {
    round_of{t, shown}.run(out);
  } else {
    run_on_the_ground(t, shown, out);
  }
  out.found.note("remains", find_remains(before, most_threads_left(t)));
  return out;
}

}  // namespace souk::stress
