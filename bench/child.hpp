// A function in a process of its own: its peak memory is then nobody else's, it finds no caches or
// free memory that another left, and it can be held to a few processors.
#pragma once

#include <sys/resource.h>

#include <functional>
#include <string>

namespace souk::bench {

struct child_end {
  std::string told;  ///< all that it wrote
  int status;        ///< as wait() gives it
  rusage used;
};

/// `f` gets a descriptor to write to. It runs on the first `processors` of those that this process
/// may use; 0: on all. Pre: this process has one thread. Throws std::system_error.
[[nodiscard]] child_end run_in_child(unsigned processors, const std::function<void(int out)>& f);

/// Writes all of it. Throws std::system_error.
void write_all(int out, const void* bytes, std::size_t size);

/// "exit status 1", or "signal 9".
[[nodiscard]] std::string how_it_ended(int status);

}  // namespace souk::bench
