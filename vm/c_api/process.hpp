// A process whose code is a function of souk.h: its state, and what the VM calls.
#pragma once

#include <souk/souk.h>
#include <souk/process.hpp>

namespace souk::c_api {

/// The boot function of such a process. The state is ours from the call on: when this throws, it
/// has been destroyed.
[[nodiscard]] boot_function make_boot(souk_handler handler, void* state, souk_destroy destroy);

}  // namespace souk::c_api
