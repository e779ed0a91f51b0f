#include "tools/inspect/view.hpp"

#include <souk/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "vm/reflection/core.hpp"

namespace souk::inspect {
namespace {

constexpr std::size_t most_meetings = 200;

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

std::string text_of_name(const term& name) {
  return name.is_false() ? std::string{} : shortened(to_string(name), 60);
}

double seconds_between(const snapshot& before, const snapshot& now) {
  return std::max(std::chrono::duration<double>(now.at - before.at).count(), 1e-3);
}

/// A process and what it did since the look before.
struct activity {
  const process_view* who;
  double rate;  // events a second
  double busy;  // share of one worker
};

std::vector<activity> activities(const snapshot& before, const snapshot& now) {
  const double seconds = seconds_between(before, now);
  std::vector<activity> all;
  for (const process_view& p : now.processes) {
    const auto was = std::ranges::lower_bound(before.processes, p.self, {}, &process_view::self);
    const bool is_known = was != before.processes.end() && was->self == p.self;
    const std::uint64_t handled = is_known ? was->handled : 0;
    const auto busy = is_known ? was->busy : std::chrono::nanoseconds{0};
    // A process that has just moved may be in a snapshot twice, or as it was before.
    all.push_back(
        {&p, static_cast<double>(p.handled - std::min(p.handled, handled)) / seconds,
         std::chrono::duration<double>(p.busy - std::min(p.busy, busy)).count() / seconds});
  }
  return all;
}

json view_of(const activity& of) {
  const process_view& p = *of.who;
  json one{{"pid", name_of(p.self)},       {"vm", hexadecimal(p.self.vm)},
           {"name", text_of_name(p.name)}, {"shard", p.shard},
           {"handled", p.handled},         {"rate", of.rate},
           {"queued", p.queued},           {"busy", of.busy},
           {"endpoints", p.endpoint_count}};
  if (p.is_vm) one["inside"] = hexadecimal(p.self.as_vm());
  if (p.is_running) one["running"] = true;
  if (p.awaited_children > 0) one["awaits"] = p.awaited_children;
  return one;
}

/// VMs first, so that the tree has its branches; then who does most.
json processes_of(std::vector<activity> all) {
  const std::size_t shown = std::min(all.size(), most_processes_shown);
  const auto order = [](const activity& a) {
    return std::tuple{!a.who->is_vm, -a.busy, -a.rate, -static_cast<double>(a.who->queued),
                      a.who->self};
  };
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(shown), {}, order);
  json list = json::array();
  for (std::size_t i = 0; i < shown; ++i) list.push_back(view_of(all[i]));
  return list;
}

/// By VM, of all processes and not only those that are shown.
json vms_of(const std::vector<activity>& all) {
  struct sums {
    std::uint64_t processes = 0;
    std::uint64_t queued = 0;
    double rate = 0;
  };
  std::map<std::uint64_t, sums> by_vm;
  for (const activity& a : all) {
    sums& its = by_vm[a.who->self.vm];
    ++its.processes;
    its.queued += a.who->queued;
    its.rate += a.rate;
  }
  json list = json::array();
  for (const auto& [vm, its] : by_vm) {
    if (list.size() == most_processes_shown) break;
    list.push_back({{"vm", hexadecimal(vm)},
                    {"processes", its.processes},
                    {"queued", its.queued},
                    {"rate", its.rate}});
  }
  return list;
}

json custodians_of(const snapshot& now) {
  json list = json::array();
  for (const custodian_view& c : now.custodians) {
    if (list.size() == most_processes_shown) break;
    json one{{"id", c.id},
             {"own", c.own_bytes},
             {"total", c.total_bytes},
             {"peak", c.peak_bytes},
             {"resources", c.open_resources}};
    if (c.around) one["around"] = *c.around;
    if (c.vm) one["vm"] = hexadecimal(*c.vm);
    if (c.limit_bytes) one["limit"] = *c.limit_bytes;
    list.push_back(std::move(one));
  }
  return list;
}

json flows_of(const snapshot& before, const snapshot& now) {
  using key = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;
  const auto key_of = [](const flow_view& f) { return key{f.vm, f.from, f.to}; };
  std::map<key, std::uint64_t> sums;  // a pair may be in several shards
  for (const flow_view& f : now.flows) sums[key_of(f)] += f.messages;
  for (const flow_view& f : before.flows) {
    std::uint64_t& sum = sums[key_of(f)];
    sum -= std::min(sum, f.messages);
  }
  std::vector<std::pair<std::uint64_t, key>> all;
  for (const auto& [which, messages] : sums) {
    if (messages > 0) all.emplace_back(messages, which);
  }
  std::ranges::sort(all, std::greater{});
  if (all.size() > most_flows_shown) all.resize(most_flows_shown);
  json list = json::array();
  for (const auto& [messages, which] : all) {
    const auto& [vm, from, to] = which;
    list.push_back({{"from", name_of({vm, from})},
                    {"to", name_of({vm, to})},
                    {"rate", static_cast<double>(messages) / seconds_between(before, now)}});
  }
  return list;
}

json slow_calls_of(const snapshot& now) {
  std::vector<const slow_call*> all;
  for (const slow_call& one : now.slow_calls) all.push_back(&one);
  std::ranges::sort(all, std::greater{}, &slow_call::took);
  if (all.size() > most_flows_shown) all.resize(most_flows_shown);
  json list = json::array();
  for (const slow_call* one : all) {
    list.push_back({{"pid", name_of(one->who)},
                    {"what", one->what},
                    {"ms", std::chrono::duration<double, std::milli>(one->took).count()},
                    {"ended", std::chrono::duration_cast<std::chrono::milliseconds>(
                                  one->ended.time_since_epoch())
                                  .count()}});
  }
  return list;
}

}  // namespace

std::string name_of(pid who) { return hexadecimal(who.vm) + ":" + std::to_string(who.number); }

std::optional<pid> read_pid(std::string_view text) {
  pid who{};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto reads = [](std::string_view part, auto& number, int base) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number, base);
    return error == std::errc{} && end == part.data() + part.size();
  };
  if (!reads(text.substr(0, colon), who.vm, 16) || !reads(text.substr(colon + 1), who.number, 10))
    return std::nullopt;
  return who;
}

json view_of(const snapshot& before, const snapshot& now) {
  std::vector<activity> all = activities(before, now);
  std::uint64_t queued = 0;
  std::uint64_t vms = now.is_there ? 1 : 0;
  for (const activity& a : all) {
    queued += a.who->queued;
    vms += a.who->is_vm ? 1 : 0;
  }
  json running = json::array();
  for (const pid who : now.running) running.push_back(name_of(who));
  const double handled = static_cast<double>(now.handled - std::min(now.handled, before.handled));
  return {{"there", now.is_there},
          {"workers", now.workers},
          {"unanswered", now.unanswered},
          {"running", std::move(running)},
          {"processes", now.processes.size() + now.left_out},
          {"vms", vms},
          {"queued", queued},
          {"handled", now.handled},
          {"rate", handled / seconds_between(before, now)},
          {"memory", now.custodians.empty() ? 0 : now.custodians.front().total_bytes},
          {"by_vm", vms_of(all)},
          {"top", processes_of(std::move(all))},
          {"custodians", custodians_of(now)},
          {"flows", flows_of(before, now)},
          {"slow", slow_calls_of(now)}};
}

json detail_of(const snapshot& now, pid who) {
  const auto found = std::ranges::find(now.processes, who, &process_view::self);
  if (found == now.processes.end()) return nullptr;
  json one = view_of(activity{&*found, 0, 0});
  const auto met = meetings(now, who);
  json endpoints = json::array();
  for (const endpoint_view& e : found->endpoints) {
    json peers = json::array();
    std::size_t count = 0;
    for (const meeting& m : met) {
      if (e.is_at_meta_level || !(m.endpoint == e.id)) continue;
      if (++count > most_meetings) continue;
      peers.push_back({{"pid", name_of(m.peer)}, {"topic", shortened(to_string(m.topic))}});
    }
    endpoints.push_back({{"id", shortened(to_string(e.id), 60)},
                         {"orientation", to_string(e.what.orientation)},
                         {"interest", to_string(e.what.interest)},
                         {"topic", shortened(to_string(e.what.topic))},
                         {"meta", e.is_at_meta_level},
                         {"meets", count},
                         {"peers", std::move(peers)}});
    if (endpoints.size() == most_meetings) break;
  }
  one["roles"] = std::move(endpoints);
  return one;
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace souk::inspect
