// The end of VMs that are shut down with their custodian: the process that the VM is in the VM
// around quits, with the reason. Until then nothing in it is called any more.
#include "vm/functional/machine.hpp"
#include "vm/resources.hpp"

namespace souk::functional {

void machine::shut_down(const term& why) noexcept {
  const std::scoped_lock held{end_lock_};
  if (end_) return;
  end_ = why;
  is_to_end_ = true;
  common_.is_end_wanted = true;
}

std::optional<term> machine::wanted_end() {
  if (!is_to_end_ || is_repeated()) return std::nullopt;
  const std::scoped_lock held{end_lock_};
  return end_;
}

// Its VMs end by themselves.
bool machine::begins_call(process& p) const {
  if (p.is_cut_off) return false;
  if (!is_repeated()) {
    const bool is_left = is_to_end_ || (p.kept_in != nullptr && p.kept_in->wanted_end() != nullptr);
    return !is_left || machine_in(p) != nullptr;
  }
  const auto place = common_.cut_off->find(p.self);
  return place == common_.cut_off->end() || p.calls < place->second.begun;
}

bool machine::counts_call(const process& p) const {
  if (!is_repeated()) return true;
  const auto place = common_.cut_off->find(p.self);
  return place == common_.cut_off->end() || p.calls < place->second.counted;
}

void machine::cut_off(process& p) noexcept {
  p.is_cut_off = true;
  p.pending.clear();
}

void machine::end_what_is_shut_down() {
  detail::account::enforce_limits();
  if (is_repeated() || !common_.is_end_wanted.exchange(false)) return;
  const detail::account_scope paying{payer_};
  const auto why = wanted_end();
  if (!why) return void(end_inside());
  if (common_.listener != nullptr)
    common_.listener->on_remark({id_, 0}, "shut down: " + reason{*why}.text());
  close_resources();
  external_ = {};
  arrivals_.clear();
  processes_.clear();
  ended_.clear();
  publish_counts();
}

void machine::close_resources() noexcept {
  const detail::account_scope paying{payer_};
  for (auto& [number, p] : processes_) {
    if (machine* const inside = machine_in(p); inside != nullptr) inside->close_resources();
    if (p.kept_in != nullptr) p.kept_in->close();
  }
  for (auto& [number, inside] : ended_) inside->close_resources();
  detail::close_all(payer_.take_last_open(), [this](const std::string& why) {
    if (common_.listener != nullptr)
      common_.listener->on_remark({id_, 0}, "a resource could not be closed: " + why);
  });
}

/// True: that left something to perform.
bool machine::end_inside() {
  bool any = false;
  for (auto& [number, p] : processes_) {
    machine* const inside = machine_in(p);
    if (const term* const why = p.kept_in == nullptr ? nullptr : p.kept_in->wanted_end()) {
      if (inside == nullptr) cut_off(p);
      enqueue(p, quit{*why});  // of a VM behind what it has sent out
      any = true;
      continue;
    }
    if (inside == nullptr) continue;
    if (const auto why = inside->wanted_end()) {
      enqueue(p, quit{*why});  // behind what it has sent out
      any = true;
    } else if (inside->end_inside()) {
      if (!common_.driven) enqueue(p, inside->go_on());
      any = true;
    }
  }
  return any;
}

}  // namespace souk::functional
