// What the ground VM hears of its processes: which events they ask for, and how they end.
//
// Threads    As vm_listener's functions are called: of a parallel VM by several workers at a time.
#pragma once

#include <souk/ground.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "ground/ready_queue.hpp"
#include "ground/subscriptions.hpp"

namespace souk::ground {

class watcher final : public vm_listener {
 public:
  /// `news`: where to tell that somebody asks for something else; null for who looks anyway.
  watcher(subscriptions& wanted, std::shared_ptr<ready_queue> news,
          std::function<void(std::string_view)> log)
      : wanted_{wanted}, news_{std::move(news)}, log_{std::move(log)} {}

  void on_endpoint_added(pid owner, const role& r) override;
  void on_endpoint_deleted(pid owner, const role& r) override;
  void on_end(pid who, const term& name, ending how, const reason& why) override;

  /// A line for the log.
  void say(std::string_view line);

 private:
  subscriptions& wanted_;
  std::shared_ptr<ready_queue> news_;
  std::mutex one_line_;  // held while the program's log is called
  std::function<void(std::string_view)> log_;
};

}  // namespace souk::ground
