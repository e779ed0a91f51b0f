#include "stress/trial.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace souk::stress {
namespace {

constexpr std::array<std::string_view, 18> step_names{
    "say",         "tell",  "lift",   "hear",  "announce",  "close",
    "yield",       "spawn", "attend", "leave", "raise",     "raise-odd",
    "raise-later", "kill",  "linger", "hog",   "shut-down", "run-dry"};

bool takes_number(step::kind k) {
  switch (k) {
    case step::kind::say:
    case step::kind::lift:
    case step::kind::hear:
    case step::kind::announce:
    case step::kind::spawn:
    case step::kind::attend:
    case step::kind::linger:
    case step::kind::run_dry: return true;
    default: return false;
  }
}

constexpr std::array<std::string_view, 7> manners{
    "behaves", "meets lingering", "reads slowly", "goes early", "resets", "is failed", "ends it"};

std::string count(std::size_t number, const std::string& what, const std::string& ending = "s") {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : ending);
}

void write_part(std::ostream& out, const part& p, std::size_t number) {
  out << "  part " << number << ": ";
  if (p.copies == 0) {
    out << "spawned";
  } else {
    out << count(p.copies, "process", "es") << " in VM " << p.vm;
  }
  if (p.is_stillborn) out << ", stillborn";
  if (!p.hears.empty()) out << ", hears";
  for (const std::uint32_t group : p.hears) out << ' ' << group;
  if (!p.hears_outside.empty()) out << ", hears outside";
  for (const std::uint32_t group : p.hears_outside) out << ' ' << group;
  if (!p.script.empty()) out << ": ";
  for (const step& s : p.script) {
    out << step_names.at(static_cast<std::size_t>(s.what));
    if (takes_number(s.what)) out << ' ' << s.to;
    out << (&s == &p.script.back() ? "" : s.is_last ? "; " : ", ");
  }
  out << '\n';
}

/// How it is run: what all workloads have in common.
void choose_conditions(trial& t, choices& from, unsigned workers) {
  switch (from.draw(4)) {
    case 1: t.workers = 1; break;
    case 2: t.workers = std::min(2U, workers); break;
    case 3: t.workers = 1 + from.draw(workers); break;
    default: t.workers = workers;
  }
  t.own_threads = from.draw(2) == 1;
  if (from.draw(3) != 0) t.vm_seed = 1 + from.draw(1'000);
  t.goes = 1 + from.draw(3);
  t.at_rest_between = !from.once_in(3);
  if (from.draw(4) != 0) t.held_up = {1U << from.draw(11), 1U << from.draw(8, 19)};
  if (from.once_in(4)) t.suspend_every_us = 200U << from.draw(5);
}

void choose_ends(trial& t, choices& from) {
  if (!t.vms.empty() && from.once_in(6)) t.shut_down_after = 1 + from.draw(3'000);
  if (t.visitors.empty() && from.once_in(10)) t.destroy_after = 1 + from.draw(3'000);
}

}  // namespace

const workload* find_workload(std::string_view name) {
  const auto& all = workloads();
  const auto found = std::ranges::find(all, name, &workload::name);
  return found == all.end() ? nullptr : &*found;
}

trial make_trial(const workload& of, choices& from, unsigned workers) {
  trial t{.workload = of.name};
  choose_conditions(t, from, workers);
  of.make(t, from);
  choose_ends(t, from);
  return t;
}

std::string describe(const trial& t) {
  std::size_t processes = 0;
  std::size_t steps = 0;
  std::size_t faults = 0;
  for (const part& p : t.cast) {
    processes += p.copies;
    steps += p.script.size();
    faults += static_cast<std::size_t>(
        std::ranges::count_if(p.script, [](const step& s) { return is_fault(s.what); }));
    if (p.is_stillborn) ++faults;
  }
  faults += static_cast<std::size_t>(
      std::ranges::count_if(t.visitors, [](const visitor& v) { return is_fault(v.how); }));
  faults += (t.are_descriptors_scarce ? 1U : 0U) + (t.shut_down_after > 0 ? 1U : 0U) +
            (t.destroy_after > 0 ? 1U : 0U) + (t.suspend_every_us > 0 ? 1U : 0U);
  const std::string who = t.visitors.empty()
                              ? count(processes, "process", "es") + ", " + count(steps, "step") +
                                    ", " + count(t.vms.size(), "nested VM")
                              : count(t.visitors.size(), "visitor");
  return who + ", " + count(faults, "fault") + ", on " + count(t.workers, "worker");
}

std::string write_out(const trial& t) {
  std::ostringstream out;
  out << "  " << t.workload << ": " << describe(t) << (t.own_threads ? " (own threads)" : "")
      << ", VM seed " << t.vm_seed << ", " << t.goes << (t.goes == 1 ? " go" : " goes")
      << (t.at_rest_between ? "" : " without a rest between") << '\n';
  if (t.held_up.once_in > 0) {
    out << "  the protocol is held up once in " << t.held_up.once_in << " steps, for "
        << t.held_up.most_ns << " ns at most (where hooks are compiled in)\n";
  }
  if (t.suspend_every_us > 0)
    out << "  a thread is suspended every " << t.suspend_every_us << " us\n";
  if (t.shut_down_after > 0)
    out << "  a nested VM is shut down after " << t.shut_down_after << " events\n";
  if (t.destroy_after > 0) out << "  the VM is destroyed after " << t.destroy_after << " events\n";
  for (std::size_t i = 0; i < t.vms.size(); ++i) {
    out << "  VM " << i + 1 << " in VM " << t.vms[i].inside
        << (t.vms[i].is_limited ? ", its memory limited" : "") << '\n';
  }
  for (std::size_t i = 0; i < t.cast.size(); ++i) write_part(out, t.cast[i], i);
  if (t.write_limit_bytes > 0) out << "  the write limit is " << t.write_limit_bytes << " bytes\n";
  if (t.are_descriptors_scarce) out << "  descriptors are scarce when they come\n";
  for (const visitor& v : t.visitors) {
    out << "  a visitor " << manners.at(static_cast<std::size_t>(v.how)) << ", with "
        << count(v.chunks, "chunk") << " of " << count(v.chunk_bytes, "byte") << '\n';
  }
  return std::move(out).str();
}

}  // namespace souk::stress
