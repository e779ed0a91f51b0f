// What a ground VM says of its processes: to the log, and to the program's own listener.
//
// Threads    As vm_listener's functions are called: of a parallel VM by several workers at a time.
// A1 of vm/replay/answers.hpp: it says whose handler comes next.
#pragma once

#include <souk/ground.hpp>

#include <functional>
#include <mutex>
#include <string_view>

namespace souk::ground {

class reporter : public vm_listener {
 public:
  reporter(std::function<void(std::string_view)> log, vm_listener* also)
      : log_{std::move(log)}, also_{also} {}

  void on_start(pid who, const term& name) override;
  void on_end(pid who, const term& name, ending how, const reason& why) override;
  void on_endpoint_added(pid owner, const role& r) override;
  void on_endpoint_deleted(pid owner, const role& r) override;
  void on_event(pid who, const term& endpoint_id, const event& what) override;
  void on_continuation(pid who) override;
  void on_remark(pid who, std::string_view text) override;

  /// A line for the log.
  void say(std::string_view line);

 private:
  std::mutex one_line_;  // held while the program's log is called
  std::function<void(std::string_view)> log_;
  vm_listener* also_;
};

}  // namespace souk::ground
