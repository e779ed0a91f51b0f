#include "stress/session.hpp"

#include "stress/live_line.hpp"
#include "stress/probe.hpp"
#include "stress/shrink.hpp"

#include <csignal>
#include <ostream>

namespace souk::stress {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto look = milliseconds{200};
/// A failure that is not seen again in so many rounds is not made smaller.
constexpr std::uint64_t most_attempts = 300;
/// A hang is noticed by waiting.
constexpr auto most_patience_in_shrinking = seconds{10};

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, ^C sets the flag; the second one ends the program.
class interrupt_watch {
 public:
  interrupt_watch() {
    interrupted = 0;
    before_ = std::signal(SIGINT, [](int) {
      interrupted = 1;
      std::signal(SIGINT, SIG_DFL);
    });
  }
  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;
  ~interrupt_watch() { std::signal(SIGINT, before_); }

 private:
  void (*before_)(int);
};

class session {
 public:
  session(const session_options& how, std::ostream& out, live_line& live)
      : how_{how}, out_{out}, live_{live}, began_{steady_clock::now()} {
    rounds_ = {.workloads = how.workloads,
               .workers = how.workers,
               .first_seed = how.seed,
               .given = how.given,
               .most_rounds = how.most_rounds};
    if (rounds_.workloads.empty()) {
      for (const workload& each : workloads()) rounds_.workloads.push_back(&each);
    }
  }

  bool run() {
    out_ << "on " << how_.workers << (how_.workers == 1 ? " worker" : " workers")
         << " at most, from seed " << how_.seed << "; ^C ends it" << std::endl;
    const outcome end = run_rounds();
    live_.clear();
    if (end.is_failure) {
      report(end);
    } else {
      out_ << "no failure in ";
    }
    out_ << summary_ << std::endl;
    return !end.is_failure;
  }

 private:
  outcome run_rounds() {
    probe child{rounds_};
    while (!child.wait_for(look)) {
      live_.show(text_of(child.read()));
      const bool is_over = how_.time && steady_clock::now() - began_ >= *how_.time;
      if (is_over || interrupted != 0) child.stop();
      if (child.is_silent_for(how_.patience)) child.give_up();
    }
    const probe::figures f = child.read();
    summary_ = grouped(f.rounds) + (f.rounds == 1 ? " round" : " rounds") + " in " +
               as_clock(elapsed()) + ": " + grouped(f.laws) + " laws checked, " +
               grouped(f.commits) + " commits replayed, " + grouped(f.events) + " events, " +
               grouped(f.faults) + " faults injected";
    return child.how_it_ended();
  }

  [[nodiscard]] seconds elapsed() const {
    return std::chrono::duration_cast<seconds>(steady_clock::now() - began_);
  }
  [[nodiscard]] std::string text_of(const probe::figures& f) const {
    return as_clock(elapsed()) + (how_.time ? " of " + as_clock(*how_.time) : "") + "  " +
           grouped(f.laws) + " laws checked, " + grouped(f.commits) + " commits, " +
           grouped(f.faults) + " faults injected; " + f.workload + " of seed " +
           std::to_string(f.seed) + ' ' + f.phase;
  }

  void report(const outcome& end) {
    const auto [failed, made, spans] = trial_of(rounds_, end.seed);
    out_ << "FAILED the law of " << end.law << ", in the round of seed " << end.seed << ":\n"
         << "  " << end.text << "\n  in " << failed.workload << ": " << describe(failed)
         << "\n  rerun: " << rerun(failed, end.seed) << std::endl;
    if (how_.shrinking.count() > 0) shrink_it(end, failed.workload, made);
  }

  [[nodiscard]] std::string rerun(const trial& t, std::uint64_t seed) const {
    const std::string what =
        how_.given ? "--case " + to_text(*how_.given) : "--seed " + std::to_string(seed);
    return command(t.workload) + ' ' + what + " --rounds 1";
  }
  [[nodiscard]] std::string command(std::string_view workload_name) const {
    return how_.command + ' ' + std::string{workload_name} + how_.extra + " --workers " +
           std::to_string(how_.workers);
  }

  /// Runs it until it fails by that law. How often it ran then; nothing if it did not.
  std::optional<std::uint64_t> fail_again(const job& again, const std::string& law,
                                          std::string* text = nullptr) {
    probe child{again};
    while (!child.wait_for(look)) {
      if (interrupted != 0) return std::nullopt;
      live_.show(shrinking_);
      if (child.is_silent_for(std::min(how_.patience, most_patience_in_shrinking))) child.give_up();
    }
    const outcome end = child.how_it_ended();
    if (!end.is_failure || end.law != law) return std::nullopt;
    if (text != nullptr) *text = end.text;
    return child.read().rounds + (end.law == "rest" ? 1 : 0);
  }

  void shrink_it(const outcome& end, std::string_view workload_name, const sequence& made) {
    job again{.workloads = {find_workload(workload_name)},
              .workers = how_.workers,
              .given = made,
              .most_rounds = most_attempts};
    shrinking_ = "trying to see it again";
    const auto first = fail_again(again, end.law);
    if (!first) {
      live_.clear();
      out_ << "  It did not fail again in " << most_attempts
           << " rounds, so it was not made smaller: it depends on what else the machine does.\n";
      return;
    }
    const auto until = steady_clock::now() + how_.shrinking;
    again.most_rounds = std::min(most_attempts, 3 * *first + 4);
    std::uint64_t tried = 0;
    std::string text = end.text;
    const auto fails = [&](const sequence& candidate) {
      again.given = candidate;
      shrinking_ = "making it smaller: " + std::to_string(candidate.size()) + " of " +
                   std::to_string(made.size()) + " choices, attempt " + std::to_string(++tried);
      return fail_again(again, end.law, &text).has_value();
    };
    const auto spans_of = [&again](const sequence& of) {
      job same = again;
      same.given = of;
      return trial_of(same, 0).spans;
    };
    const auto may_go_on = [&until] { return interrupted == 0 && steady_clock::now() < until; };
    const sequence smallest = shrink(made, {fails, spans_of, may_go_on});
    live_.clear();
    again.given = smallest;
    out_ << "the smallest that failed, of " << tried << " that were tried:\n"
         << write_out(trial_of(again, 0).what) << "  " << text
         << "\n  rerun: " << command(workload_name) << " --case " << to_text(smallest)
         << " --rounds " << *again.most_rounds << std::endl;
  }

  const session_options& how_;
  std::ostream& out_;
  live_line& live_;
  const steady_clock::time_point began_;
  job rounds_;
  std::string summary_;
  std::string shrinking_;
};

}  // namespace

bool run_session(const session_options& how, std::ostream& out, std::ostream& live,
                 bool live_is_terminal) {
  const interrupt_watch watch;
  live_line line{live, live_is_terminal};
  return session{how, out, line}.run();
}

}  // namespace souk::stress
