// A snapshot as metrics, in the text format of Prometheus: docs/inspect.md has the names.
//
// No series has a label, so there are as many as there are names, whatever the VM does.
#pragma once

#include <souk/reflection.hpp>

#include <string>

namespace souk::inspect {

[[nodiscard]] std::string metrics_of(const snapshot& seen);

}  // namespace souk::inspect
