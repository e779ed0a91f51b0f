// Guards: what those under a custodian may do outside their VMs.
//
//     const custodian users = make_custodian();
//     users.narrow({.topic = tcp::allow_only({.listen = [](auto port) { return port >= 8000; }})});
//
// A guard stands at the border of a VM: it is asked about what processes do at meta level. It holds
// for all custodians inside, and is never taken back: each guard only narrows what those around it
// allow. Without any, all is allowed.
// Source: security guards of Racket.
#pragma once

#include <functional>
#include <string_view>

namespace souk {

struct role;

/// What is empty allows all. The functions decide by nothing but what they are given, so that a
/// replay decides the same.
///
/// Threads    Those that run the VMs, several at a time. `topic` may be called with a lock of the
///            VM held: it calls no VM and no custodian.
struct guard {
  /// May a process have an endpoint of that role at meta level? And is sent a message there: it is
  /// asked about as the topic of who says it. Spawns at meta level are refused then: nobody would
  /// ask about what they do.
  std::function<bool(const role&)> topic{};
  /// May that path be opened? souk opens none: for programs that do, see custodian::may_open().
  std::function<bool(std::string_view)> path{};
  /// May host objects leave the VM, in a message or in the topic of an endpoint?
  bool host_objects = true;
};

}  // namespace souk
