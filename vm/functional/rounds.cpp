// Which process goes next: rounds, as in the original, or the hand of whoever drives the VM.
#include "vm/crossing.hpp"
#include "vm/functional/machine.hpp"

namespace souk::functional {

// ORD-1. Processes made in this round wait for the next.
void machine::run_round() {
  const detail::account_scope paying{payer_};
  std::vector<std::uint32_t> numbers;
  each(processes_, [&](auto& entry) { numbers.push_back(entry.first); });
  for (const std::uint32_t number : numbers) {
    const auto place = processes_.find(number);
    if (place == processes_.end() || place->second.pending.empty()) continue;
    take_turn(processes_.extract(place));
  }
  collect();
}

// All that was pending when the turn began, while the process is out of the table (F1).
void machine::take_turn(process_table::node_type extracted) {
  process& self = extracted.mapped();
  for (const action_list& transition : std::exchange(self.pending, {})) {
    for (const action& a : transition) {
      if (!perform_guarded(a, self)) return;  // QUI-1: the rest is dropped with the process
    }
  }
  processes_.insert(std::move(extracted));
}

// One transition, the unit of commit.
bool machine::commit_next(std::uint32_t number) {
  const detail::account_scope paying{payer_};
  const auto place = processes_.find(number);
  if (place == processes_.end() || place->second.pending.empty()) return false;
  auto extracted = processes_.extract(place);
  process& self = extracted.mapped();
  const action_list transition = std::move(self.pending.front());
  self.pending.erase(self.pending.begin());
  const bool lives =
      std::ranges::all_of(transition, [&](const action& a) { return perform_guarded(a, self); });
  if (lives) processes_.insert(std::move(extracted));
  collect();
  return true;
}

bool machine::step(std::span<const std::uint32_t> path) {
  if (path.empty()) return false;
  const detail::account_scope paying{payer_};
  if (path.front() == arrival_step) {
    const bool stepped = take_arrival();
    collect();
    return stepped;
  }
  if (path.size() == 1) return commit_next(path.front());
  return go_in(path.front(), [&](machine& inside) { return inside.step(path.subspan(1)); });
}

// The at-meta-level actions of one inner transition are one transition of the VM's process.
template <class F>
bool machine::go_in(std::uint32_t number, F step) {
  machine* const inside = find_inside(number);
  if (inside == nullptr || !step(*inside)) return false;
  action_list out = inside->take_external();
  for (const action& a : out) pass_on(a, payer_);
  const auto place = processes_.find(number);
  if (place != processes_.end() && !out.empty()) place->second.pending.push_back(std::move(out));
  collect();
  return true;
}

// What custodians ended, in a replay.
bool machine::end_recorded(std::span<const std::uint32_t> path, const term& why) {
  const detail::account_scope paying{payer_};
  if (path.size() > 1) {
    return go_in(path.front(),
                 [&](machine& inside) { return inside.end_recorded(path.subspan(1), why); });
  }
  auto gone = processes_.extract(path.front());
  if (gone.empty()) return path.front() < next_number_;  // idle, it was collected before (GC-1)
  end(gone.mapped(), reason{why});
  collect();
  return true;
}

// After its end a nested VM may go on inside (VM-6).
machine* machine::find_inside(std::uint32_t number) {
  if (const auto place = processes_.find(number); place != processes_.end())
    return machine_in(place->second);
  const auto gone = ended_.find(number);
  return gone == ended_.end() ? nullptr : gone->second.get();
}

std::uint32_t machine::take_number() {
  if (common_.numbers.empty()) return next_number_++;
  const std::uint32_t number = common_.numbers.front();
  common_.numbers.pop_front();
  next_number_ = std::max(next_number_, number + 1);
  return number;
}

void machine::list_steppable(std::vector<std::uint32_t>& prefix,
                             std::vector<std::vector<std::uint32_t>>& found) {
  const auto add = [&](std::uint32_t last) {
    found.push_back(prefix);
    found.back().push_back(last);
  };
  if (!arrivals_.empty()) add(arrival_step);
  for (auto& [number, inside] : ended_) {
    prefix.push_back(number);
    inside->list_steppable(prefix, found);
    prefix.pop_back();
  }
  for (auto& [number, p] : processes_) {
    if (!p.pending.empty()) add(number);
    prefix.push_back(number);
    if (machine* const inside = machine_in(p); inside != nullptr)
      inside->list_steppable(prefix, found);
    prefix.pop_back();
  }
}

bool machine::is_idle() const noexcept {
  return std::ranges::all_of(processes_,
                             [](const auto& entry) { return entry.second.pending.empty(); });
}

bool machine::is_idle_throughout() noexcept {
  return arrivals_.empty() && std::ranges::all_of(processes_, [](auto& entry) {
           machine* const inside = machine_in(entry.second);
           return entry.second.pending.empty() &&
                  (inside == nullptr || inside->is_idle_throughout());
         });
}

// GC-1 to GC-3. In rounds, a nested VM that is not idle has its next round pending; when driven it
// has not, so its inside is asked.
bool machine::is_collectable(process& p) noexcept {
  if (!p.endpoints.empty() || !p.meta_endpoints.empty() || !p.pending.empty() || !p.waiting.empty())
    return false;
  machine* const inside = machine_in(p);
  return inside == nullptr || !common_.driven ||
         (inside->is_idle_throughout() && !common_.ends_to_come.contains(inside->id_));
}

void machine::collect() {
  for (auto place = processes_.begin(); place != processes_.end();) {
    process& p = place->second;
    if (!is_collectable(p)) {
      ++place;
      continue;
    }
    if (common_.listener != nullptr)
      common_.listener->on_end(p.self, p.name, ending::collected, {});
    // Driven: VMs inside it that had ended before may go on (VM-6).
    if (machine* const inside = machine_in(p); inside != nullptr && !inside->ended_.empty())
      ended_.emplace(p.self.number, std::move(p.state.get<nested_vm>().inside));
    place = processes_.erase(place);
  }
  publish_counts();
}

void machine::publish_counts() {
  std::size_t processes = 0;
  std::size_t endpoints = 0;
  std::size_t queued = arrivals_.size();
  std::map<custody*, detail::account_counts> kept;
  for (const auto& [number, p] : processes_) {
    const std::size_t own = p.endpoints.size() + p.meta_endpoints.size();
    queued += p.pending.size();
    if (p.kept_in != nullptr) {
      kept[p.kept_in.get()] += {.processes = 1, .endpoints = own};
    } else {
      ++processes;
      endpoints += own;
    }
  }
  for (const auto& [one, counts] : kept) one->publish(counts);
  published_.processes.store(processes, std::memory_order_relaxed);
  published_.endpoints.store(endpoints, std::memory_order_relaxed);
  published_.queued.store(queued, std::memory_order_relaxed);
}

detail::account_counts machine::count() noexcept {
  return {.processes = published_.processes.load(std::memory_order_relaxed),
          .endpoints = published_.endpoints.load(std::memory_order_relaxed),
          .queued = published_.queued.load(std::memory_order_relaxed)};
}

}  // namespace souk::functional
