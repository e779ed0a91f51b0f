// Records what a run of a scenario shows: labels, logs, how processes end, what escapes. From that
// comes the outcome (README, sections 6 and 7).
//
// Threads    Any, but outcome() once the VM is idle. An entry of a log comes from the one thread
//            that runs its process at that moment; what all records share is behind the lock.
// Ownership  Owns the records; a reference to one stays good as long as the recorder.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <souk/souk.hpp>
#include <string>
#include <unordered_map>

#include "tools/scenario/ast.hpp"
#include "tools/scenario/audience.hpp"
#include "tools/scenario/outcome.hpp"

namespace souk::tool {

/// What is known of a process or a nested VM.
struct process_record {
  pid self;
  std::string label;
  bool is_vm = false;
  observations observe = observations::sequence;
  json log = json::array();
  std::optional<ending> end{};
  term reason{};
};

class recorder final : public audience, public vm_listener {
 public:
  /// `also` is told what the VM tells this one; may be null.
  explicit recorder(vm_listener* also) : also_{also} {}

  [[nodiscard]] std::shared_ptr<process_record> start_process(pid self, const std::string& name,
                                                              observations observe) override;
  void start_vm(pid self, const std::string& name) override;

  // Entries of the log of a process.
  void log_boot(process_record& p) override;
  void log_event(process_record& p, const term& endpoint_id, const event& e,
                 bool at_meta_level) override;
  void log_child(process_record& p, pid child) override;
  void log_yield(process_record& p) override;
  [[nodiscard]] actions log(process_record& p, const term& value) override;

  /// The first error is kept.
  void fail(const std::string& why) override;
  [[nodiscard]] bool has_failed() const noexcept override {
    return failed_.load(std::memory_order_acquire);  // <- fail
  }
  /// Pre: has_failed().
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  void on_start(pid who, const term& name) override {
    if (also_ != nullptr) also_->on_start(who, name);
  }
  void on_event(pid who, const term& endpoint_id, const event& e) override {
    if (also_ != nullptr) also_->on_event(who, endpoint_id, e);
  }
  void on_end(pid who, const term& name, ending how, const reason& why) override;
  void on_escape(const souk::action& a);

  /// The label of a process whose boot function ran; `?` for others.
  [[nodiscard]] std::string label_of(pid who) const override;
  /// The outcome at this moment, if the outermost VM is idle.
  [[nodiscard]] json outcome() const;

 private:
  void log_term(process_record& p, const term& value);
  process_record& start(pid self, const std::string& name);
  [[nodiscard]] json encoded(const term& value) const;
  [[nodiscard]] json encoded(const role& r) const;
  [[nodiscard]] json status(const process_record& p) const;
  [[nodiscard]] bool is_there(const process_record& p) const;
  [[nodiscard]] const process_record* find(pid who) const;
  [[nodiscard]] json escaped_id(const term& pid_and_id) const;
  [[nodiscard]] std::string known_label(pid who) const;

  vm_listener* also_;
  mutable std::mutex lock_;  // guards what follows
  std::deque<process_record> records_;
  std::unordered_map<pid, process_record*> by_pid_;
  std::unordered_map<std::uint64_t, process_record*> vm_by_id_;  // pid::vm of those inside
  std::unordered_map<std::string, unsigned> used_labels_;
  json escaped_ = json::array();
  std::string failure_;  // constant once failed_
  std::atomic<bool> failed_{false};
};

}  // namespace souk::tool
