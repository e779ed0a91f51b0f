// Serves what a mirror shows on a port of this machine: a page, the same as JSON, metrics.
//
//     reflection mirror;
//     const inspector open{mirror, 8600};
//     std::cerr << open.url() << '\n';
//     ground_vm({.reflect = &mirror}, ...);
//
// Only who knows the token of the URL is answered, and only on the loopback interface; a request
// whose Host is another than that is refused as well, so that no other page can make a browser ask.
//
// Threads    Some of its own, none of them the VM's.
#pragma once

#include <souk/reflection.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace souk::inspect {

class inspector {
 public:
  /// Port 0: any that is free. Throws std::runtime_error if it cannot listen there.
  inspector(const reflection& mirror, std::uint16_t port);
  inspector(const inspector&) = delete;
  inspector& operator=(const inspector&) = delete;
  ~inspector();

  [[nodiscard]] std::string url() const;

 private:
  class server;
  std::unique_ptr<server> inside_;
};

/// Whether they are the same, in a time that says nothing of where they differ.
[[nodiscard]] bool equal_in_constant_time(const std::string& secret, const std::string& given);

}  // namespace souk::inspect
