// What the ground VM hears of its processes: which events they ask for, and how they end.
//
// Threads    As vm_listener's functions are called: of a parallel VM by several workers at a time.
#pragma once

#include <memory>
#include <utility>

#include "ground/ready_queue.hpp"
#include "ground/reporter.hpp"
#include "ground/subscriptions.hpp"

namespace souk::ground {

class watcher final : public reporter {
 public:
  /// `news`: where to tell that somebody asks for something else; null for who looks anyway.
  watcher(subscriptions& wanted, std::shared_ptr<ready_queue> news, const ground_options& how)
      : reporter{how.log, how.listener}, wanted_{wanted}, news_{std::move(news)} {}

  void on_endpoint_added(pid owner, const role& r) override;
  void on_endpoint_deleted(pid owner, const role& r) override;

 private:
  subscriptions& wanted_;
  std::shared_ptr<ready_queue> news_;
};

}  // namespace souk::ground
