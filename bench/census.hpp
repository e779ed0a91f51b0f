// Counts what no process can see of itself, and passes on what it hears to who watches the run.
#pragma once

#include <atomic>
#include <cstdint>
#include <souk/vm.hpp>

namespace souk::bench {

class census : public vm_listener {
 public:
  explicit census(vm_listener* next) : next_{next} {}

  void on_start(pid who, const term& name) override {
    if (next_ != nullptr) next_->on_start(who, name);
  }
  void on_end(pid who, const term& name, ending how, const reason& why) override {
    if (how == ending::quit) add(quits_);
    if (next_ != nullptr) next_->on_end(who, name, how, why);
  }
  void on_endpoint_added(pid who, const role& what) override {
    add(endpoints_);
    if (next_ != nullptr) next_->on_endpoint_added(who, what);
  }
  void on_endpoint_deleted(pid who, const role& what) override {
    if (next_ != nullptr) next_->on_endpoint_deleted(who, what);
  }
  void on_event(pid who, const term& endpoint_id, const event& what) override {
    if (next_ != nullptr) next_->on_event(who, endpoint_id, what);
  }
  void on_remark(pid who, std::string_view text) override {
    if (next_ != nullptr) next_->on_remark(who, text);
  }

  [[nodiscard]] std::uint64_t quits() const noexcept { return quits_.load(); }
  [[nodiscard]] std::uint64_t endpoints() const noexcept { return endpoints_.load(); }

 private:
  // relaxed: a count, read when the VM has stopped.
  static void add(std::atomic<std::uint64_t>& n) { n.fetch_add(1, std::memory_order_relaxed); }

  vm_listener* next_;
  std::atomic<std::uint64_t> quits_{0};
  std::atomic<std::uint64_t> endpoints_{0};
};

}  // namespace souk::bench
