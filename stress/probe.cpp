#include "stress/probe.hpp"

#include "stress/round.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

namespace souk::stress {
namespace {

using std::chrono::steady_clock;

// relaxed, wherever these are used: figures. What the child has written before its end is there
// once it was waited for.
constexpr auto relaxed = std::memory_order_relaxed;

template <std::size_t N>
void write_text(std::array<char, N>& to, std::string_view text) {
  const std::size_t size = std::min(text.size(), N - 1);
  std::copy_n(text.data(), size, to.data());
  to[size] = '\0';
}

}  // namespace

/// Written by the child, but for `stop`.
struct probe::tally {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> rounds{0}, laws{0}, commits{0}, events{0}, faults{0};
  std::atomic<std::uint64_t> seed{0};
  std::atomic<std::uint64_t> clock{0};
  std::atomic<std::uint64_t> pulse{0};
  std::atomic<const char*> phase{""};  // of constant texts, which a fork leaves where they are
  std::atomic<const char*> workload{""};
  std::array<char, 64> law{};
  std::array<char, longest_text> text{};
};

void probe::unmap::operator()(tally* shared) const noexcept { ::munmap(shared, sizeof(tally)); }

const workload& workload_of(const job& j, std::uint64_t seed) {
  std::uint64_t all = 0;
  for (const workload* const each : j.workloads) all += each->often;
  std::uint64_t chosen = seed % all;
  for (const workload* const each : j.workloads) {
    if (chosen < each->often) return *each;
    chosen -= each->often;
  }
  return *j.workloads.front();
}

made_trial trial_of(const job& j, std::uint64_t seed) {
  choices from = j.given ? choices{*j.given} : choices{seed};
  trial t = make_trial(workload_of(j, seed), from, j.workers);
  return {std::move(t), from.made(), from.spans()};
}

void probe::run(const job& rounds, tally& shared) {
  for (std::uint64_t done = 0; !shared.stop.load(relaxed); ++done) {
    if (rounds.most_rounds && done == *rounds.most_rounds) break;
    const std::uint64_t seed = rounds.first_seed + done;
    shared.seed.store(seed, relaxed);
    shared.workload.store(workload_of(rounds, seed).name.data(), relaxed);
    const trial t = trial_of(rounds, seed).what;
    const auto tell_phase = [&shared](std::string_view phase) {
      shared.phase.store(phase.data(), relaxed);
      shared.pulse.fetch_add(1, relaxed);
    };
    const round_figures figures = run_round(t, {tell_phase, shared.clock, shared.pulse});
    shared.rounds.fetch_add(1, relaxed);
    shared.laws.fetch_add(figures.found.checked, relaxed);
    shared.commits.fetch_add(figures.commits, relaxed);
    shared.events.fetch_add(figures.events, relaxed);
    shared.faults.fetch_add(figures.faults, relaxed);
    if (figures.found.breaches.empty()) continue;
    const breach& first = figures.found.breaches.front();
    write_text(shared.law, first.law);
    std::string text = first.text;
    for (const breach& other : std::span{figures.found.breaches}.subspan(1))
      text += "\n  broken as well is that of " + other.law;
    write_text(shared.text, text);
    ::_exit(1);
  }
  ::_exit(0);
}

probe::probe(const job& rounds) : last_heard_{steady_clock::now()} {
  void* const memory =
      ::mmap(nullptr, sizeof(tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw std::system_error{errno, std::generic_category(), "cannot share memory with a child"};
  shared_.reset(new (memory) tally);
  child_ = ::fork();
  if (child_ < 0)
    throw std::system_error{errno, std::generic_category(),
                            "cannot start a process for the rounds"};
  if (child_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGINT, SIG_IGN);  // ^C goes to all; the parent lets us finish our round
  try {
    run(rounds, *shared_);
  } catch (const std::exception& error) {
    write_text(shared_->law, "rest");
    write_text(shared_->text, std::string{"the round could not be run: "} + error.what());
    ::_exit(1);
  }
}

probe::~probe() {
  if (status_) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

bool probe::wait_for(std::chrono::milliseconds most) {
  const auto until = steady_clock::now() + most;
  auto nap = std::chrono::microseconds{200};
  while (!status_) {
    int status = 0;
    const pid_t ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == child_) status_ = status;
    if (status_ || steady_clock::now() >= until) break;
    std::this_thread::sleep_for(nap);
    nap = std::min(nap * 2, std::chrono::microseconds{20'000});
  }
  return status_.has_value();
}

void probe::stop() noexcept { shared_->stop.store(true, relaxed); }

bool probe::is_silent_for(std::chrono::seconds patience) {
  const auto now = steady_clock::now();
  const std::uint64_t pulse = shared_->pulse.load(relaxed);
  if (std::exchange(last_pulse_, pulse) != pulse) last_heard_ = now;
  return now - last_heard_ > patience;
}

// By a signal that leaves a core file where the system keeps them: it shows what hangs.
void probe::give_up() {
  was_given_up_ = true;
  ::kill(child_, SIGABRT);
  int status = 0;
  ::waitpid(child_, &status, 0);
  status_ = status;
}

outcome probe::how_it_ended() const {
  outcome out{.seed = shared_->seed.load(relaxed)};
  const int status = status_.value_or(0);
  const std::string when = std::string{" while it was "} + shared_->phase.load(relaxed);
  if (was_given_up_) {
    out = {true, out.seed, "rest", "it hung" + when};
  } else if (WIFSIGNALED(status)) {
    out = {true, out.seed, "rest",
           "it crashed (" + std::string{::strsignal(WTERMSIG(status))} + ")" + when};
  } else if (WEXITSTATUS(status) != 0) {
    const bool has_said = shared_->law[0] != '\0';
    out = {true, out.seed, has_said ? shared_->law.data() : "rest",
           has_said ? shared_->text.data() : "it exited" + when};
  }
  return out;
}

probe::figures probe::read() const {
  return {shared_->rounds.load(relaxed),   shared_->laws.load(relaxed),
          shared_->commits.load(relaxed),  shared_->events.load(relaxed),
          shared_->faults.load(relaxed),   shared_->seed.load(relaxed),
          shared_->workload.load(relaxed), shared_->phase.load(relaxed)};
}

}  // namespace souk::stress
