// Who is told what the processes of a scenario do.
#pragma once

#include <memory>
#include <souk/process.hpp>
#include <string>

#include "tools/scenario/ast.hpp"

namespace souk::tool {

struct process_record;

/// Threads    Any; of one process one at a time.
class audience {
 public:
  audience() = default;
  audience(const audience&) = delete;
  audience& operator=(const audience&) = delete;
  virtual ~audience() = default;

  /// A boot function runs: of a process, or of the nested VM that `self` is. The interpreter keeps
  /// the record as long as the process has handlers.
  [[nodiscard]] virtual std::shared_ptr<process_record> start_process(pid self,
                                                                      const std::string& name,
                                                                      observations observe) = 0;
  virtual void start_vm(pid self, const std::string& name) = 0;

  virtual void log_boot(process_record&) {}
  virtual void log_event(process_record&, const term& /*endpoint_id*/, const event&,
                         bool /*at_meta_level*/) {}
  virtual void log_child(process_record&, pid /*child*/) {}
  virtual void log_yield(process_record&) {}
  /// The scenario itself wants it logged: what its process does for that.
  [[nodiscard]] virtual actions log(process_record&, const term& value) = 0;

  /// An error of the scenario itself. What it throws, the process throws; if it returns, the
  /// process does nothing more.
  virtual void fail(const std::string& why) = 0;
  /// After that nothing is done any more.
  [[nodiscard]] virtual bool has_failed() const noexcept { return false; }

  /// A short name of a process, for names made of it.
  [[nodiscard]] virtual std::string label_of(pid who) const = 0;
};

}  // namespace souk::tool
