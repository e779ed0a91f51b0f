// What --inspect PORT makes: a mirror for the program's VM, and an inspector of it.
#pragma once

#include <cstdint>
#include <iostream>
#include <optional>
#include <souk/reflection.hpp>

#include "tools/inspect/inspector.hpp"

namespace souk::inspect {

class inspection {
 public:
  /// Says on standard error where the inspector is. Without a port there is none.
  explicit inspection(std::optional<std::uint16_t> port) {
    if (!port) return;
    std::cerr << "inspect: " << open_.emplace(mirror_.emplace(), *port).url() << std::endl;
  }

  /// For the VM's options; null if nothing is inspected.
  [[nodiscard]] reflection* mirror() noexcept { return mirror_ ? &*mirror_ : nullptr; }

 private:
  std::optional<reflection> mirror_;
  std::optional<inspector> open_;  // behind what it shows
};

}  // namespace souk::inspect
