// The records of a run, and the outcome they add up to.
#include "tools/scenario/recorder.hpp"

#include "tools/scenario/encode.hpp"

namespace souk::tool {

std::shared_ptr<process_record> recorder::start_process(pid self, const std::string& name,
                                                        observations observe) {
  const std::scoped_lock held{lock_};
  process_record& made = start(self, name);
  made.observe = observe;
  return {std::shared_ptr<void>{}, &made};  // it stays ours
}

void recorder::start_vm(pid self, const std::string& name) {
  const std::scoped_lock held{lock_};
  process_record& made = start(self, name);
  made.is_vm = true;
  vm_by_id_[self.as_vm()] = &made;
}

process_record& recorder::start(pid self, const std::string& name) {
  const auto around = vm_by_id_.find(self.vm);
  std::string label = around == vm_by_id_.end() ? name : around->second->label + "/" + name;
  const unsigned uses = ++used_labels_[label];
  if (uses > 1) label += "~" + std::to_string(uses);
  process_record& made = records_.emplace_back(process_record{self, std::move(label)});
  by_pid_[self] = &made;
  return made;
}

void recorder::log_boot(process_record& p) { p.log.push_back({{"ev", "boot"}}); }

void recorder::log_event(process_record& p, const term& endpoint_id, const event& e,
                         bool at_meta_level) {
  const std::scoped_lock held{lock_};
  json entry = {{"ep", encoded(endpoint_id)}, {"role", encoded(e.role())}};
  switch (e.which()) {
    case event_kind::presence: entry["ev"] = "presence"; break;
    case event_kind::absence:
      entry["ev"] = "absence";
      entry["reason"] = encoded(e.why().value);
      break;
    case event_kind::message:
      entry["ev"] = "message";
      entry["body"] = encoded(e.body());
      break;
  }
  if (at_meta_level) entry["meta"] = true;
  p.log.push_back(std::move(entry));
}

void recorder::log_child(process_record& p, pid child) {
  const std::scoped_lock held{lock_};
  p.log.push_back({{"ev", "k"}, {"pid", encoded(child)}});
}

void recorder::log_yield(process_record& p) { p.log.push_back({{"ev", "yield"}}); }

// When the action is performed, not when the rule fires.
actions recorder::log(process_record& p, const term& value) {
  return souk::yield_action{continuation{[this, &p, value](detail::state_box&, actions&) {
    if (!has_failed()) log_term(p, value);
  }}};
}

void recorder::log_term(process_record& p, const term& value) {
  const std::scoped_lock held{lock_};
  p.log.push_back({{"ev", "log"}, {"term", encoded(value)}});
}

void recorder::fail(const std::string& why) {
  const std::scoped_lock held{lock_};
  if (has_failed()) return;
  failure_ = why;
  failed_.store(true, std::memory_order_release);  // -> has_failed
}

void recorder::on_end(pid who, const term& name, ending how, const reason& why) {
  if (also_ != nullptr) also_->on_end(who, name, how, why);
  const std::scoped_lock held{lock_};
  const auto found = by_pid_.find(who);
  if (found == by_pid_.end()) return;
  found->second->end = how;
  found->second->reason = why.value;
}

void recorder::on_escape(const souk::action& a) {
  const std::scoped_lock held{lock_};
  if (const auto* add = std::get_if<add_endpoint>(&a.what)) {
    escaped_.push_back(
        {{"action", "add-endpoint"}, {"id", escaped_id(add->id)}, {"role", encoded(add->role)}});
  } else if (const auto* gone = std::get_if<delete_endpoint>(&a.what)) {
    escaped_.push_back({{"action", "delete-endpoint"},
                        {"id", escaped_id(gone->id)},
                        {"reason", encoded(gone->why)}});
  } else if (const auto* message = std::get_if<send_message>(&a.what)) {
    escaped_.push_back({{"action", "send"},
                        {"body", encoded(message->body)},
                        {"orientation", to_string(message->orientation)}});
  } else if (const auto* end = std::get_if<quit>(&a.what)) {
    escaped_.push_back({{"action", "quit"},
                        {"pid", end->who ? encoded(*end->who) : json(false)},
                        {"reason", encoded(end->why)}});
  } else {
    escaped_.push_back({{"action", "spawn"}});
  }
}

/// #(PID ID) as [LABEL, ID].
json recorder::escaped_id(const term& pid_and_id) const {
  const auto parts = pid_and_id.parts();
  if (parts.size() != 2 || !parts[0].is(kind::pid)) return encoded(pid_and_id);
  return json::array({known_label(parts[0].as_pid()), encoded(parts[1])});
}

std::string recorder::label_of(pid who) const {
  const std::scoped_lock held{lock_};
  return known_label(who);
}

std::string recorder::known_label(pid who) const {
  const process_record* found = find(who);
  return found == nullptr ? "?" : found->label;
}

const process_record* recorder::find(pid who) const {
  const auto found = by_pid_.find(who);
  return found == by_pid_.end() ? nullptr : found->second;
}

json recorder::encoded(const term& value) const {
  return encode(value, [this](pid who) { return known_label(who); });
}

json recorder::encoded(const role& r) const {
  return {{"orientation", to_string(r.orientation)},
          {"topic", encoded(r.topic)},
          {"interest", to_string(r.interest)}};
}

/// It has not ended, and neither has any VM around it.
bool recorder::is_there(const process_record& p) const {
  for (const process_record* each = &p;;) {
    if (each->end) return false;
    const auto around = vm_by_id_.find(each->self.vm);
    if (around == vm_by_id_.end()) return true;
    each = around->second;
  }
}

json recorder::status(const process_record& p) const {
  if (!p.end) return is_there(p) ? "alive" : "lost";
  if (*p.end == ending::collected) return "collected";
  return {{"quit", encoded(p.reason)}};
}

json recorder::outcome() const {
  const std::scoped_lock held{lock_};
  json out = {{"root", "idle"},
              {"processes", json::object()},
              {"vms", json::object()},
              {"escaped", escaped_}};
  for (const auto& p : records_) {
    if (p.is_vm) {
      out["vms"][p.label] = {{"status", status(p)}};
      continue;
    }
    json& shown = out["processes"][p.label];
    shown = {{"log", p.log}, {"status", status(p)}};
    if (p.observe == observations::bag) shown["observe"] = "bag";
    if (p.observe == observations::as_logged) shown["observe"] = "explicit";
  }
  return compared_form(std::move(out));
}

}  // namespace souk::tool
