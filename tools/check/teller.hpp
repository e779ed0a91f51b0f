// What happens to a process, as a term: one for each thing that can be seen from inside it.
//
//     (start NAME)   (message ENDPOINT ROLE)   (presence ENDPOINT ROLE)
//     (absence ENDPOINT ROLE REASON)   (end REASON)
//
// What was collected, and when, is free (GC-1): it is not told as a part of that.
#pragma once

#include <souk/vm.hpp>

namespace souk::tool {

/// Threads: tell() is called as vm_listener's functions are.
class teller : public vm_listener {
 public:
  void on_start(pid who, const term& name) final;
  void on_end(pid who, const term& name, ending how, const reason& why) final;
  void on_event(pid who, const term& endpoint_id, const event& what) final;

 private:
  virtual void tell(pid who, term what) = 0;
  virtual void tell_collected(pid /*who*/) {}
};

}  // namespace souk::tool
