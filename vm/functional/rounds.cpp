// Which process goes next: rounds, as in the original, or the hand of whoever drives the VM.
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
  if (path.size() == 1) return commit_next(path.front());
  const auto place = processes_.find(path.front());
  machine* const inside = place == processes_.end() ? nullptr : machine_in(place->second);
  if (inside == nullptr || !inside->step(path.subspan(1))) return false;
  // The at-meta-level actions of one inner transition are one transition of the VM's process.
  const detail::account_scope paying{payer_};
  if (action_list out = inside->take_external(); !out.empty())
    place->second.pending.push_back(std::move(out));
  collect();
  return true;
}

void machine::list_steppable(std::vector<std::uint32_t>& prefix,
                             std::vector<std::vector<std::uint32_t>>& found) {
  for (auto& [number, p] : processes_) {
    prefix.push_back(number);
    if (!p.pending.empty()) found.push_back(prefix);
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
  return std::ranges::all_of(processes_, [](auto& entry) {
    machine* const inside = machine_in(entry.second);
    return entry.second.pending.empty() && (inside == nullptr || inside->is_idle_throughout());
  });
}

// GC-1 to GC-3. In rounds, a nested VM that is not idle has its next round pending; when driven it
// has not, so its inside is asked.
bool machine::is_collectable(process& p) noexcept {
  if (!p.endpoints.empty() || !p.meta_endpoints.empty() || !p.pending.empty() || !p.waiting.empty())
    return false;
  machine* const inside = machine_in(p);
  return inside == nullptr || !common_.driven || inside->is_idle_throughout();
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
    place = processes_.erase(place);
  }
}

}  // namespace souk::functional
