// Each process saw some of the messages of its VM, in some order. Is there one order of all of them
// that fits? Each two messages that follow each other somewhere are an edge of a graph, and so are
// a cause and its consequence, and two messages of one sender: there is if it has no cycle
// (Lamport, "Time, Clocks, and the Ordering of Events", CACM 1978; here the order is total: ORD-5).
#include "stress/laws.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace souk::stress {
namespace {

/// The messages of one VM.
class graph {
 public:
  using node = std::uint32_t;

  node add(const said_by& message) {
    const auto [place, fresh] = nodes_.emplace(message, static_cast<node>(names_.size()));
    if (fresh) {
      names_.push_back(message);
      after_.emplace_back();
    }
    return place->second;
  }
  [[nodiscard]] std::optional<node> find(const said_by& message) const {
    const auto found = nodes_.find(message);
    return found == nodes_.end() ? std::nullopt : std::optional{found->second};
  }
  void connect(node before, node after) {
    if (before != after) after_[before].push_back(after);
  }
  /// In the order of the senders and their serial numbers.
  [[nodiscard]] const std::map<said_by, node>& all() const noexcept { return nodes_; }
  [[nodiscard]] const said_by& name(node n) const { return names_[n]; }

  /// Nodes that lead from one to the next, and from the last to the first. Empty: there are none.
  [[nodiscard]] std::vector<node> find_cycle() const {
    std::vector<std::uint32_t> waits_for(names_.size(), 0);
    for (const auto& next : after_) {
      for (const node n : next) ++waits_for[n];
    }
    std::vector<node> ready;
    for (node n = 0; n < waits_for.size(); ++n) {
      if (waits_for[n] == 0) ready.push_back(n);
    }
    std::size_t done = 0;
    while (!ready.empty()) {
      const node one = ready.back();
      ready.pop_back();
      ++done;
      for (const node n : after_[one]) {
        if (--waits_for[n] == 0) ready.push_back(n);
      }
    }
    return done == names_.size() ? std::vector<node>{} : walk_back(waits_for);
  }

 private:
  /// Of those that wait for another that waits.
  [[nodiscard]] std::vector<node> walk_back(const std::vector<std::uint32_t>& waits_for) const {
    std::vector<node> before(names_.size(), 0);
    node one = 0;
    for (node n = 0; n < after_.size(); ++n) {
      if (waits_for[n] == 0) continue;
      one = n;
      for (const node next : after_[n]) before[next] = n;
    }
    std::vector<bool> met(names_.size(), false);
    for (; !met[one]; one = before[one]) met[one] = true;
    std::vector<node> cycle{one};
    for (node n = before[one]; n != one; n = before[n]) cycle.push_back(n);
    std::ranges::reverse(cycle);
    return cycle;
  }

  std::map<said_by, node> nodes_;
  std::vector<said_by> names_;
  std::vector<std::vector<node>> after_;
};

/// Where it is heard as it is committed: what an endpoint at meta level hears enters its VM later.
bool counts(const observation& one) { return one.said && !is_outside(one.endpoint); }

std::string describe(const graph& of, const std::vector<graph::node>& cycle, std::uint64_t vm) {
  constexpr std::size_t most = 8;
  std::string text = "no order of the messages of VM " + std::to_string(vm) +
                     " fits what all have seen; each of these comes before the next:";
  for (std::size_t i = 0; i < std::min(cycle.size(), most); ++i) {
    const said_by& one = of.name(cycle[i]);
    text += (i == 0 ? " " : ", ") + std::string{"message "} + std::to_string(one.serial) +
            " of process " + name_of(one.sender);
  }
  return text + (cycle.size() > most ? ", ..." : "") + ", and the last before the first";
}

}  // namespace

std::optional<std::string> check_order(const evidence& e) {
  std::map<std::uint64_t, graph> graphs;
  std::vector<std::pair<graph*, const saying*>> consequences;
  for (const auto& [who, all] : e.observed()) {
    graph& of = graphs[who.vm];
    std::optional<graph::node> last;
    for (const observation& one : all) {
      if (!counts(one)) continue;
      const graph::node now = of.add({one.said->sender, one.said->serial});
      if (last) of.connect(*last, now);
      last = now;
      consequences.emplace_back(&of, &*one.said);
    }
  }
  for (const auto& [of, said] : consequences) {
    const auto cause = conversion<said_by>::from_term(said->cause);
    if (!cause) continue;
    const auto before = of->find(*cause);
    if (before) of->connect(*before, *of->find({said->sender, said->serial}));
  }
  for (auto& [vm, of] : graphs) {
    const said_by* previous = nullptr;
    for (const auto& [name, node] : of.all()) {
      if (previous != nullptr && previous->sender == name.sender)
        of.connect(*of.find(*previous), node);
      previous = &name;
    }
    if (const auto cycle = of.find_cycle(); !cycle.empty()) return describe(of, cycle, vm);
  }
  return std::nullopt;
}

}  // namespace souk::stress
