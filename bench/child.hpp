// A function in a process of its own: its peak memory is then nobody else's, it finds no caches or
// free memory that another left, and it can be held to a few processors and to a time.
#pragma once

#include <sys/resource.h>

#include <functional>
#include <string>

namespace souk::bench {

struct child_end {
  std::string told;  ///< all that it wrote
  int status;        ///< as wait() gives it
  bool was_late;     ///< and so killed
  rusage used;
};

struct child_limits {
  unsigned processors = 0;  ///< the first so many of those that this process may use; 0: all
  unsigned seconds = 0;     ///< then it is killed; 0: never
};

/// `f` gets a descriptor to write to. Pre: this process has one thread. Throws std::system_error.
[[nodiscard]] child_end run_in_child(const child_limits& limits,
                                     const std::function<void(int out)>& f);

/// Writes all of it. Throws std::system_error.
void write_all(int out, const void* bytes, std::size_t size);

/// "exit status 1", "signal 9", or that its time was over.
[[nodiscard]] std::string how_it_ended(const child_end& end);

}  // namespace souk::bench
