#include "ground/reporter.hpp"

#include <souk/text.hpp>

#include <cstdio>
#include <string>

#include "vm/replay/answers.hpp"

namespace souk::ground {

void reporter::on_start(pid who, const term& name) {
  if (also_ != nullptr) also_->on_start(who, name);
  running_process() = who;  // last: the listener is no code of that process
}

void reporter::on_event(pid who, const term& endpoint_id, const event& what) {
  if (also_ != nullptr) also_->on_event(who, endpoint_id, what);
  running_process() = who;
}

void reporter::on_continuation(pid who) {
  if (also_ != nullptr) also_->on_continuation(who);
  running_process() = who;
}

void reporter::on_endpoint_added(pid owner, const role& r) {
  if (also_ != nullptr) also_->on_endpoint_added(owner, r);
}

void reporter::on_endpoint_deleted(pid owner, const role& r) {
  if (also_ != nullptr) also_->on_endpoint_deleted(owner, r);
}

void reporter::on_remark(pid who, std::string_view text) {
  if (also_ != nullptr) also_->on_remark(who, text);
}

void reporter::on_end(pid who, const term& name, ending how, const reason& why) {
  if (also_ != nullptr) also_->on_end(who, name, how, why);
  const bool is_over_limit =
      why.value == term{symbol{"memory-limit"}} || why.value == term{symbol{"out-of-memory"}};
  if (how != ending::quit || !(why.is_crash() || is_over_limit)) return;
  const std::string title = name.is_false() ? "" : " " + to_string(name);
  say("process " + std::to_string(who.number) + title +
      (who.vm == root_vm ? "" : " of a nested VM") +
      (is_over_limit ? " was shut down: " : " ended by an error: ") + why.text());
}

void reporter::say(std::string_view line) {
  const std::scoped_lock held{one_line_};
  if (log_) {
    log_(line);
  } else {
    std::fprintf(stderr, "souk: %.*s\n", static_cast<int>(line.size()), line.data());
  }
}

}  // namespace souk::ground
