#include "ground/watcher.hpp"

#include <souk/text.hpp>

#include <cstdio>

namespace souk::ground {

void watcher::on_endpoint_added(pid owner, const role& r) {
  if (owner.vm == root_vm && wanted_.add(r) && news_ != nullptr) news_->push(news_ticket);
}

void watcher::on_endpoint_deleted(pid owner, const role& r) {
  if (owner.vm == root_vm && wanted_.remove(r) && news_ != nullptr) news_->push(news_ticket);
}

void watcher::on_end(pid who, const term& name, ending how, const reason& why) {
  if (how != ending::quit || !why.is_crash()) return;
  const std::string title = name.is_false() ? "" : " " + to_string(name);
  say("process " + std::to_string(who.number) + title +
      (who.vm == root_vm ? "" : " of a nested VM") + " ended by an error: " + why.text());
}

void watcher::say(std::string_view line) {
  const std::scoped_lock held{one_line_};
  if (log_) {
    log_(line);
  } else {
    std::fprintf(stderr, "souk: %.*s\n", static_cast<int>(line.size()), line.data());
  }
}

}  // namespace souk::ground
