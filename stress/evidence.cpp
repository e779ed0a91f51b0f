#include "stress/evidence.hpp"

#include <souk/text.hpp>

#include <utility>

namespace souk::stress {

using namespace literals;

void minutes::on_end(pid who, const term& name, ending how, const reason& why) {
  seen_.on_end(who, name, how, why);
  part& p = part_of(who);
  const std::scoped_lock held{p.lock};
  p.ended.insert(who);
}

void minutes::on_event(pid who, const term& endpoint_id, const event& what) {
  seen_.on_event(who, endpoint_id, what);
  // relaxed: a count; where its order matters there is one worker.
  const std::uint64_t now = clock_.fetch_add(1, std::memory_order_relaxed) + 1;
  pulse_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life
  part& p = part_of(who);
  const std::scoped_lock held{p.lock};
  p.heard_at[who].push_back(now);
}

void minutes::on_continuation(pid /*who*/) {
  clock_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count
  pulse_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life
}

void minutes::count(pid who, const role& what, std::int64_t more) {
  pulse_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life
  part& p = part_of(who);
  const std::scoped_lock held{p.lock};
  p.open[who][to_term(what)] += more;
}

std::map<pid, minutes::times> minutes::all_times() const {
  std::map<pid, times> all;
  for (const part& p : parts_) all.insert(p.heard_at.begin(), p.heard_at.end());
  return all;
}

std::set<pid> minutes::all_ended() const {
  std::set<pid> all;
  for (const part& p : parts_) all.insert(p.ended.begin(), p.ended.end());
  return all;
}

std::map<pid, minutes::roles> minutes::all_open() const {
  std::map<pid, roles> all;
  for (const part& p : parts_) all.insert(p.open.begin(), p.open.end());
  return all;
}

std::optional<std::string> find_difference(const minutes& run, const minutes& replay) {
  const tool::comparison difference = compare(run.seen(), replay.seen());
  if (!difference.first) return std::nullopt;
  return std::to_string(difference.divergences) + " processes saw something else; the first is " +
         side_by_side(*difference.first, "parallel", "functional");
}

term to_term(const role& r) {
  return list(symbol{to_string(r.orientation)}, symbol{to_string(r.interest)}, r.topic);
}

namespace {

/// As tool::teller tells it: (message ENDPOINT ROLE), and so on.
std::optional<observation> read(const term& told) {
  const term& what = told.head();
  const auto make = [&told](event_kind k) {
    const term& rest = told.tail();
    return observation{k, rest.head(), rest.tail().head()};
  };
  if (what == "presence"_sym) return make(event_kind::presence);
  if (what == "absence"_sym) return make(event_kind::absence);
  if (what != "message"_sym) return std::nullopt;
  observation one = make(event_kind::message);
  one.said = conversion<saying>::from_term(one.role.tail().tail().head());
  return one;
}

}  // namespace

evidence::evidence(const trial& of, const minutes& from, const book& files, bool at_rest)
    : of_{of}, files_{files}, at_rest_{at_rest}, ended_{from.all_ended()}, open_{from.all_open()} {
  const auto times = from.all_times();
  for (const auto& [who, told] : from.seen().all()) {
    process_of_vm_.emplace(who.as_vm(), who);
    auto& all = observed_[who];
    const auto heard = times.find(who);
    for (const term& each : told) {
      if (each.head() == "end"_sym) reasons_.emplace_back(who, each.tail().head());
      auto one = read(each);
      if (!one) continue;
      one->at = heard->second.at(all.size());
      all.push_back(std::move(*one));
    }
  }
}

bool evidence::has_survived(pid who) const {
  for (;;) {
    if (ended_.contains(who)) return false;
    if (who.vm == root_vm) return true;
    const auto around = process_of_vm_.find(who.vm);
    if (around == process_of_vm_.end()) return false;
    who = around->second;
  }
}

std::optional<std::uint64_t> evidence::place_of(pid sender, bool lifted) const {
  if (!lifted) return sender.vm;
  const auto around = process_of_vm_.find(sender.vm);
  if (around == process_of_vm_.end()) return std::nullopt;
  return around->second.vm;
}

}  // namespace souk::stress
