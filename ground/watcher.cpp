#include "ground/watcher.hpp"

namespace souk::ground {

void watcher::on_endpoint_added(pid owner, const role& r) {
  if (owner.vm == root_vm && wanted_.add(r) && news_ != nullptr) news_->push(news_ticket);
  reporter::on_endpoint_added(owner, r);
}

void watcher::on_endpoint_deleted(pid owner, const role& r) {
  if (owner.vm == root_vm && wanted_.remove(r) && news_ != nullptr) news_->push(news_ticket);
  reporter::on_endpoint_deleted(owner, r);
}

}  // namespace souk::ground
